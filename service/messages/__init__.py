"""Messages out of the office: planned from the outbox, sent by their roads, kept in a log; and how people want to be told."""
