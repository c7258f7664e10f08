"""Taking lists and cases out as files: with a mark of who did it in each of them, and a line in the access log."""
