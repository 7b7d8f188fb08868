"""Any rule of the arithmetic, worked out on figures that somebody typed: to check by hand."""
