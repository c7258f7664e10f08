"""Erasing as it is kept: requests, the register, redactions, retention."""
