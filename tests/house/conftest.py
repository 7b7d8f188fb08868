"""The toys are no part of the house: `test_toys.py` puts them into a copy of it."""

collect_ignore = ["toys"]
