"""The store room: what is kept on disk and how it is read back.

Data files of a place (`places.py`, `files.py`, `calendars.py`), SQLAlchemy tables, migrations and queries. Used by
`activities/` and `service/`; it decides nothing.
"""
