"""A watch (预警): the long memory of one household, place or pair of parties. Signals come in and decay; a grade follows from them.

It describes a course of events, never a person: what domain 6.3 excludes has no field here, and a book that names it is refused.
"""
