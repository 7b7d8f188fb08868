"""The demo: real energy data of real buildings through the whole flow, in one command."""
