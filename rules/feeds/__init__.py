"""Calendars that are fetched (日历订阅): what changes between two fetches. Pure."""
