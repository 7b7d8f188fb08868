"""Pages of gateways, readings, rejects, corrections and imports."""
