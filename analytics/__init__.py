"""Pure arithmetic on arrays: no clock, no file, no database."""
