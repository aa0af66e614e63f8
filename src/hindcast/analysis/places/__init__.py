"""Maps, states, hot spots and clusters of accidents."""
