"""Papers, the pure part (文书规则): what a paper says, its number, its place in the file, and what a template may name."""
