"""Many rows of one request, in a thread: read one by one, computed together by horizon."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any, NamedTuple

from fastapi import Request

from hindcast.model.single import Explanation
from hindcast.serve import metrics
from hindcast.serve.forecast import (
    about_many,
    answer,
    fields,
    forecasting,
    reading,
    reading_many,
    recording,
)
from hindcast.serve.forecast.asking import Asked
from hindcast.serve.forecast.engine import Batch, Engine
from hindcast.serve.forecast.many import Columns
from hindcast.serve.problems import Problem
from hindcast.serve.services import Services
from hindcast.serve.shelf.choice import Choice
from hindcast.serve.store.rows import PredictionRow

MOST_EXPLAINED = 200
"""Rows of a batch that is explained: a reason costs more than a forecast."""

Json = dict[str, Any]
Row = Mapping[str, Any]
Rows = Mapping[int, Row]


class Readings(NamedTuple):
    """The rows of a batch: the good ones by their place, and the faults of the others.

    Where all are good they may be there field by field too.
    """

    good: dict[int, Mapping[str, Any]]
    bad: dict[int, list[Json]]
    columns: Columns | None = None


class Answered(NamedTuple):
    """The answers to the rows of one horizon, by place, and what becomes of them."""

    choice: Choice
    rows: dict[int, Json]
    logged: list[PredictionRow]


def rows_of(body: Mapping[str, Any], most: int, asked: Asked) -> list[Any]:
    """Return the rows of a batch's body.

    Raises
    ------
    Problem
        422: there is no list of rows, or too many are in it.
    """
    found = body.get("rows")
    if not isinstance(found, list) or body.keys() != {"rows"}:
        raise Problem(422, 'expected {"rows": [...]}, a list of accidents, and nothing beside it')
    if not found:
        raise Problem(422, "rows is empty: give one accident at least")
    limit = min(most, MOST_EXPLAINED) if asked.explain else most
    if len(found) > limit:
        told = "explained rows" if asked.explain else "rows"
        raise Problem(422, f"{len(found)} rows, expected {limit} {told} at most: give several")
    return found


def read(rows: list[Any], is_partial: bool) -> Readings:
    """Return the rows, read; faults name their row by index, from 0.

    Raises
    ------
    Problem
        422: a row is bad and the others alone are not asked for, or all are bad.
    """
    together = reading_many.read(rows)
    if together is not None:
        return Readings(dict(enumerate(together.rows)), {}, together.columns)
    told = Readings({}, {})
    for at, row in enumerate(rows):
        given, faults = _read(row)
        if faults:
            told.bad[at] = [{"row": at, **fault} for fault in faults]
        else:
            told.good[at] = given
    if told.bad and not (is_partial and told.good):
        faults = [fault for faults in told.bad.values() for fault in faults]
        raise Problem(
            422,
            f"{len(told.bad)} of {len(rows)} rows are bad, the first is row {next(iter(told.bad))}",
            faults[: reading.MOST_FAULTS],
        )
    return told


def _read(row: Any) -> tuple[Mapping[str, Any], list[Json]]:
    if isinstance(row, dict):
        return reading.read(row)
    return {}, [{"where": "", "what": "expected an object of fields"}]


def by_horizon(held: Services, asked: Asked, good: Rows) -> dict[str, list[int]]:
    """Return the places of the rows of each horizon."""
    if asked.horizon is not None:
        any_row = next(iter(good.values()))
        return {forecasting.horizon(held, asked, any_row)[0]: [*good]}
    found = defaultdict(list)
    for at, given in good.items():
        found[forecasting.horizon(held, asked, given)[0]].append(at)
    return found


async def answered(
    held: Services,
    request: Request,
    horizon: str,
    places: Sequence[int],
    read: Readings,
    asked: Asked,
) -> Answered:
    """Return the answers to rows of one horizon, each with its id."""
    began = perf_counter()
    choice = await forecasting.choose(held, request, horizon, asked)
    rows = [read.good[at] for at in places]
    are_all = read.columns is not None and len(rows) == len(read.good)
    columns = read.columns if are_all else reading_many.columns_of(rows)
    work = held.gatherer.run(_computed, choice.engine, rows, columns, asked.explain)
    found, reasons = await forecasting.noted(held, choice, work)
    recorder = recording.Recorder(request, held.settings, "severity", choice, began)
    told, logged = await held.gatherer.run(
        _told, choice.engine, recorder, rows, columns, found, reasons, asked
    )
    _shadowed(held, choice, rows, logged)
    return Answered(choice, _headed(horizon, places, told, logged), logged)


def _headed(
    horizon: str, places: Sequence[int], told: list[Json], logged: list[PredictionRow]
) -> dict[int, Json]:
    """Return what is told of each row under its place and its id."""
    ids = (row.prediction_id for row in logged)
    return {
        at: {"row": at, "prediction_id": own, "horizon": horizon} | one
        for at, own, one in zip(places, ids, told, strict=True)
    }


def _told(
    engine: Engine,
    recorder: recording.Recorder,
    rows: Sequence[Row],
    columns: Columns,
    found: Batch,
    reasons: list[Explanation],
    asked: Asked,
) -> tuple[list[Json], list[PredictionRow]]:
    """Return what is told of each row, and what is logged of it."""
    if asked.is_full:
        about = [answer.about_fields(row, engine, asked) for row in rows]
    else:
        about = about_many.about(rows, columns, engine.view, engine.horizon)
    coverage = engine.severity.sets["coverage"]
    new = map(engine.view.told, found.values, engine.view.new(found.matrix))
    each = zip(found.classes.tolist(), found.answers, about, new, strict=True)
    told = [
        answer.probabilities(classes, likely, coverage) | {"fields": of, "unusual": unusual}
        for classes, likely, of, unusual in each
    ]
    for one, reason in zip(told, reasons, strict=False):
        one["explanation"] = answer.explained(reason)
    return told, recorder.rows(rows, [one["classes"] for one in told])


def _computed(
    engine: Engine, rows: Sequence[Row], columns: Columns, top: int
) -> tuple[Batch, list[Explanation]]:
    found = engine.batch(rows, columns)
    if not top:
        return found, []
    began = perf_counter()
    shares = engine.contributions(found.matrix)
    reasons = [
        engine.explanation(one, values, top)
        for one, values in zip(shares, found.values, strict=True)
    ]
    metrics.EXPLANATION_TIME.observe(perf_counter() - began)
    return found, reasons


def _shadowed(
    held: Services, choice: Choice, rows: Sequence[Row], logged: list[PredictionRow]
) -> None:
    if choice.shadow is not None:
        for given, row in zip(rows, logged, strict=True):
            held.shelf.in_shadow(choice, fields.filled(given), row)
