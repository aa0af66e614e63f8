"""Makes, age, engines, homebuilt: severity with intervals and adjusted odds."""
