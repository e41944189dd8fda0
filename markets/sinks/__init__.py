"""The database, cache and bus side of the feed's ports."""
