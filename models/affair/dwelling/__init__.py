"""The words of village lodging (村寓): one dwelling for each building that is let, with its rooms, leases, occupants and inspections."""
