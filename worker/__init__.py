"""What runs by itself: recomputing, nightly standing, due deliveries."""
