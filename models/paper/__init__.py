"""Papers (文书与材料): what a place can make and take in, what a paper says, and what is kept of one.

`kinds.py` is the place's list, `facts.py` what a template may name, `record.py` a paper as it is kept, `refusal.py` why one is not.
"""
