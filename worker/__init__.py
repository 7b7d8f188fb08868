"""What runs by itself: recomputing, and tasks whose hour has come."""
