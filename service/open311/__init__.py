"""Open311 GeoReport v2: use cases behind the facade of `web/open311/`."""
