"""Who comes in: accounts, sign-in, sessions, tokens, absences. Every face asks here who asks."""
