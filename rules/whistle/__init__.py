"""The rules of whistles (吹哨报到): who is called, who joins, who stands in for the silent, and how one climbs."""
