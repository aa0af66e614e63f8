"""Figures of the page on places."""
