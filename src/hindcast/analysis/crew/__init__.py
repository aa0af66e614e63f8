"""Hours, recency, age, medical and certificate of the pilot."""
