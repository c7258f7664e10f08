"""Use cases of affairs (事务): begin one, act on it, see it, and what running ones ask for. Every face calls `desk.Affairs`."""
