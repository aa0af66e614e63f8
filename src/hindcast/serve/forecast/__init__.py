"""From a request's fields to an answer: which model, its probabilities, its reasons."""
