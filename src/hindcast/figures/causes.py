"""Figures of the page on causes."""
