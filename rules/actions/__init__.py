"""One function per action: what it asks of the case, and the events it leads to. `rules/procedure.py` calls them."""
