"""From bytes to readings, and the shell that listens to the broker."""
