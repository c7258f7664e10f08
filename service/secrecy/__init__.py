"""What keeps secrets: sealed payloads, rotation of keys, erasing, and what follows from it."""
