"""Events that other systems send (来件): how they are read, checked and turned into actions. Pure, like all of `rules/`."""
