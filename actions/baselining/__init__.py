"""Baselines of files that somebody has: meters of one's own, and cases with published answers."""
