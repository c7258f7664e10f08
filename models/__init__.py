"""The vocabulary of Jiefen: pydantic models and enums, nothing else.

Every other room speaks in these words. No I/O, no clock, no randomness here: a model says what a thing is, `rules/`
says what follows from it.
"""
