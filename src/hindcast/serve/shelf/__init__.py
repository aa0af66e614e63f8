"""Which version of a model answers: champion, challenger, previous, and how they change places."""
