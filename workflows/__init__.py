"""What happens by when: the durable shells around the pure core. One file per workflow."""
