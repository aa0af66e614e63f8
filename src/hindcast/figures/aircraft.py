"""Figures of the page on aircraft."""
