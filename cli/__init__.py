"""The program: settings, wiring, embedded services, one command per file."""
