"""The HTTP face, thin over actions."""
