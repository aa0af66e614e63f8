"""What Prometheus reads at ``/metrics``; every instrument of the server is declared here."""

from prometheus_client import Counter, Gauge, Histogram

_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)

REQUESTS = Counter("hindcast_requests", "Requests answered", ["route", "method", "status"])
LATENCY = Histogram("hindcast_request_seconds", "Time to answer", ["route"], buckets=_FAST)
IN_FLIGHT = Gauge(
    "hindcast_requests_in_flight", "Requests being answered", multiprocess_mode="livesum"
)
PREDICTIONS = Counter(
    "hindcast_predictions",
    "Predictions by the likeliest class, or their error",
    ["target", "horizon", "version", "role", "outcome"],
)
PREDICTION_TIME = Histogram(
    "hindcast_prediction_seconds", "Time from fields to answer", ["horizon", "role"], buckets=_FAST
)
EXPLANATION_TIME = Histogram("hindcast_explanation_seconds", "Time to explain", buckets=_FAST)
QUERY_TIME = Histogram(
    "hindcast_query_seconds", "Time of a query of the warehouse", ["route"], buckets=_FAST
)
CACHE = Counter("hindcast_cache", "Look-ups in the cache", ["result"])
UNLOGGED = Counter("hindcast_unlogged", "Predictions answered though the log failed")
LIMITED = Counter("hindcast_limited", "Requests refused by a limit", ["limit"])
LIMITS_ARE_LOCAL = Gauge(
    "hindcast_limits_are_local", "1 while Redis is out of reach", multiprocess_mode="livemax"
)
DRIFT = Gauge(
    "hindcast_drift",
    "Drift against training",
    ["what", "measure"],
    multiprocess_mode="mostrecent",
)
RELOADS = Counter("hindcast_reloads", "Changes of the shelf that were noticed", ["result"])
RETURNS = Counter(
    "hindcast_returns",
    "Versions taken out because they crossed a bound",
    ["horizon", "role", "check"],
)
SHADOW = Counter("hindcast_shadow", "Requests for the shadow to score", ["horizon", "result"])
