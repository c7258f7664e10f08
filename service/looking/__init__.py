"""Looking at cases: why somebody does, asked for and kept."""
