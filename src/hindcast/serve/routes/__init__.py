"""The routes, one module for each kind of question."""

from hindcast.serve.routes import events, health, predictions

ROUTERS = (health.router, predictions.router, events.router)
