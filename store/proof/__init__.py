"""Anchors: what all chains ended with on one day, kept in a chain of its own; and the logs that are chained."""
