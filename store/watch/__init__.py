"""What an operator may watch of the store: spans of statements, and how many of what stand in it."""
