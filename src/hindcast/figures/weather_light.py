"""Figures of the page on weather and light."""
