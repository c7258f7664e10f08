"""`/open311/v2`: the facade of GeoReport v2, in JSON and XML."""
