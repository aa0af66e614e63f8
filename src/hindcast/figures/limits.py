"""Figures of the page on limits."""
