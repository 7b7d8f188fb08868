"""The boards as plain pages."""
