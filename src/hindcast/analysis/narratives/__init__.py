"""Words, topics and search in the probable-cause texts."""
