"""Findings as a tree, a network and over time."""
