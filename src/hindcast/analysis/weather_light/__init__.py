"""IMC, visibility, wind and night, crude and adjusted."""
