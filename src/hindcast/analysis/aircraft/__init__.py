"""Makes, models, age, engines, homebuilt: how often an accident is fatal, and adjusted odds."""
