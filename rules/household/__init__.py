"""Household files (一户一档一策): what each action leads to, and which dates run."""
