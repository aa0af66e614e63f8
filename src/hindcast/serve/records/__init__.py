"""The records as the server may tell them: an edition of the warehouse, and its questions."""
