"""Calendar feeds (日历订阅): who has one, what it has told, and the meetings there are."""
