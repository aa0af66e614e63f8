"""From checked tables to model inputs: what was known about an accident, and when."""
