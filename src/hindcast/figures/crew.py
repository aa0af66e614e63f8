"""Figures of the page on crew."""
