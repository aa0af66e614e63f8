"""Keys, the prediction log and outcomes: SQLite where nothing else is given, or PostgreSQL."""
