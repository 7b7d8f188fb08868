"""People, grants and log-in."""
