"""The interactive map's own script, style and legend."""
