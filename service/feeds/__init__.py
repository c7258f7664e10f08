"""Calendars that other programmes fetch or are sent (日历): feeds by a secret address, and invitations to meetings."""
