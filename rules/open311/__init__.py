"""Open311 GeoReport v2 (公开报事接口): what its words mean here. Pure."""
