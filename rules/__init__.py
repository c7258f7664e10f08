"""Pure decisions: from what is known to what follows. No I/O, no clock, no chance; workflows, services and tests call it.

Everything a decision needs comes in as an argument: the time, the case, the documents it runs under.
"""
