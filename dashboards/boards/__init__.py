"""What each board asks and shows; no database here."""
