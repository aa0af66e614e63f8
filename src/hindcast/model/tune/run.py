"""Which parameters the boosters are given: those committed, or those of a search made now."""

from collections.abc import Iterable, Mapping
from typing import Any

from hindcast.model import encode, material, registry
from hindcast.model.tune import found
from hindcast.model.tune.logged import Log
from hindcast.model.tune.score import Budget
from hindcast.model.tune.search import search
from hindcast.params import Params


def boosters(
    events: material.Material, told: Params, store: registry.Store
) -> dict[str, dict[str, Any]]:
    """Return each horizon's booster parameters for training.

    With ``tune.enabled`` they are searched now, each trial a run in MLflow, and nothing is
    committed; without, they are read from data/reference/tuned.json.

    Parameters
    ----------
    events
        All events, divided; a search does not read the test part.
    told
        All of params.yaml.
    store
        Where a search's runs are kept.

    Raises
    ------
    TuneError
        No search of a horizon is committed, or a fold has one outcome only.
    """
    if not told.tune.enabled:
        return {horizon: found.best(horizon) for horizon in encode.HORIZONS}
    searched = searches(events, told, store, encode.HORIZONS)
    return {horizon: result["booster"] for horizon, result in searched}


def searches(
    events: material.Material, told: Params, store: registry.Store, horizons: Iterable[str]
) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """Search one horizon after the other; yield each with what `search.search` returns."""
    budget = budget_of(told)
    for horizon in horizons:
        log = Log(store, horizon, budget)
        result = search(
            events,
            horizon,
            told.train.booster.model_dump(),
            budget,
            told.train.min_level_events,
            log.trial,
        )
        log.close(result)
        yield horizon, result


def commit(horizons: Iterable[str], told: Params, store: registry.Store) -> None:
    """Search on the records of the last run, and put what is found in data/reference/tuned.json.

    Each horizon is written when it is done: a search that is stopped keeps those before it.
    """
    train = told.train
    days = (train.train_until, train.validation_until, train.test_until, train.maturity_days)
    events = material.read(*days, train.older_weight)
    for horizon, result in searches(events, told, store, horizons):
        found.keep(horizon, dict(result))


def budget_of(told: Params) -> Budget:
    """Return the section `tune` as a budget, with the study's seed and jobs."""
    given = told.tune.model_dump(exclude={"enabled"})
    return Budget(**given, seed=told.base.seed, jobs=told.train.jobs)
