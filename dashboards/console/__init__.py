"""Forms and figures of planners and administrators, on NiceGUI, behind a gate of their own."""
