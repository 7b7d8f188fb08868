"""What a person or program does or reads: one function, one transaction, rights checked."""
