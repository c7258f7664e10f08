"""Village lodging (村寓): leases and who lives there, inspections and what they find, when letting is suspended. Pure."""
