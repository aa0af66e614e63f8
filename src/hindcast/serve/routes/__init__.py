"""The routes, one module for each kind of question."""

from hindcast.serve.routes import analytics, events, health, models, predictions, search, stats

RECORD_ROUTERS = (events.router, analytics.router, stats.router, search.router)
ROUTERS = (health.router, predictions.router, models.router, *RECORD_ROUTERS)
