"""What happens around every request, in one layer: limits, headers, metrics and the log."""
