"""The forms in which people work."""
