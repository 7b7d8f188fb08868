"""One module per resource, each thin over an action."""
