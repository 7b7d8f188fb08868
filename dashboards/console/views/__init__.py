"""The pages of the console, one a module; `add` puts each into the application."""
