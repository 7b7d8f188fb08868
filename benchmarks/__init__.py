"""How fast and how large the program is, held against rivals in the same run."""
