"""The only door to data; all SQL is here."""
