"""Backups that fit together."""
