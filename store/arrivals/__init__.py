"""Events that other systems send (来件): the mappings of a place, and what has arrived."""
