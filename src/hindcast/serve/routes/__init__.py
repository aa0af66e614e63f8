"""The routes, one module for each kind of question."""

from hindcast.serve.routes import (
    admin,
    analytics,
    docs,
    events,
    health,
    models,
    predictions,
    search,
    stats,
)

RECORD_ROUTERS = (events.router, analytics.router, stats.router, search.router)
OWN_ROUTERS = (health.router, admin.router, docs.router)
ROUTERS = (predictions.router, models.router, *RECORD_ROUTERS, *OWN_ROUTERS)
