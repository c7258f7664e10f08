"""The core that all kinds of affairs share (事务内核): decide, fold, chain, clocks, duties. Pure, as all rules are.

A kind is one value of `Kind` (`kind.py`), registered in `kinds.py`; what it decides stands in a room of its own.
"""
