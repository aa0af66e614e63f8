"""The routes, one module for each kind of question."""

from hindcast.serve.routes import analytics, events, health, predictions, stats

RECORD_ROUTERS = (events.router, analytics.router, stats.router)
ROUTERS = (health.router, predictions.router, *RECORD_ROUTERS)
