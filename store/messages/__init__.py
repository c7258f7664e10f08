"""Messages in the store: what is planned, on its way, sent or given up, and how people want to be told. References only."""
