"""Boards, defined once and drawn in several places."""
