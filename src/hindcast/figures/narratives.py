"""Figures of the page on narratives."""
