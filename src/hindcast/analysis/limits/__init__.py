"""What has no risk set, and one causal question with its assumptions."""
