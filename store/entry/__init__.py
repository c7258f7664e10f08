"""Accounts, sessions, tokens, absences and query codes, as they are kept."""
