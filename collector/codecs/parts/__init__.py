"""What several formats share: bounded JSON, times, rows of readings, units told by names."""
