"""What touches the world, each safe to run twice: the record, the staff, other cases. One file per kind of activity."""
