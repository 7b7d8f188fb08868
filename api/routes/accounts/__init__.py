"""Usage and accounts."""
