"""The face for browsers and programs: the API `/api/v1` and, on top of the same use cases, the console."""
