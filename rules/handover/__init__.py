"""Handovers (离岗交接): what is open in the hands of somebody who leaves goes to others in one reviewed step."""
