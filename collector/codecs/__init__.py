"""One module per payload format, each a pair of decode and encode."""
