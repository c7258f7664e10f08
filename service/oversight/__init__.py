"""What supervisors look at: cockpit, league table, board, audit desk, archive, access log, trials of rules."""
