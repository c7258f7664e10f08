"""The key store: data keys and what wraps them, in a database of its own."""
