"""Booster parameters found by search: time-ordered cross-validation before the test years.

`best` gives those that are committed (data/reference/tuned.json, with where they come from);
`hindcast.model.tune.run` gives training its parameters, committed or searched anew.
"""

from hindcast.model.tune.found import TuneError, best, committed

__all__ = ["TuneError", "best", "committed"]
