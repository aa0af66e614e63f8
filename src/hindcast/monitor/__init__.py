"""Whether the served model has gone stale: drift, performance once outcomes arrive, alerts.

What is noticed is told by :mod:`hindcast.monitor.run`; the training's side of every comparison is
in :mod:`hindcast.monitor.reference`, as counts and never as rows.
"""
