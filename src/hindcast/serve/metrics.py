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
MONITORED = {
    "hindcast_drift": ("Drift against training", ("horizon", "what", "measure")),
    "hindcast_performance": (
        "What forecasts were worth where outcomes are in; complete months where enough",
        ("horizon", "version", "role", "measure"),
    ),
    "hindcast_outcomes": (
        "Predictions looked at, by whether their outcome is in",
        ("horizon", "version", "role", "state"),
    ),
    "hindcast_condition": ("1 while a condition of the monitor is on", ("condition", "subject")),
    "hindcast_monitor_status": ("How the monitor's last run ended: its exit code", ()),
    "hindcast_monitor_run_timestamp_seconds": ("When the monitor last ran", ()),
    "hindcast_model_learned_until_timestamp_seconds": (
        "Last day of what the champion learned from",
        ("horizon",),
    ),
}
"""Gauges of what `hindcast monitor` found last, made anew at each scrape from its file."""
RELOADS = Counter("hindcast_reloads", "Changes of the shelf that were noticed", ["result"])
RETURNS = Counter(
    "hindcast_returns",
    "Versions taken out because they crossed a bound",
    ["horizon", "role", "check"],
)
SHADOW = Counter("hindcast_shadow", "Requests for the shadow to score", ["horizon", "result"])
