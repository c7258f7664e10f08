"""Copies of databases that are in use."""
