"""What a reviewer asks of the models before believing them: comparisons, drift, fairness, leaks."""
