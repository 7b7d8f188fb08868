"""Files of readings as people have them: bytes to recognised tables to columns, pure."""
