"""Figures of the page on trends."""
