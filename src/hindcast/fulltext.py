"""How words are matched wherever the project searches texts with SQLite's FTS5."""

TOKENIZE = "porter unicode61 remove_diacritics 2"
"""English stems (``landing`` finds ``landed``); case and accents do not matter."""
