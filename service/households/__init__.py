"""Household files beyond what all affairs share: a whole town brought in from a list, and the versions of a file."""
