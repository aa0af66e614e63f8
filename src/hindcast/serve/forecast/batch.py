"""Many rows of one request, in a thread: read one by one, computed together by horizon."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import repeat
from time import perf_counter
from typing import Any, NamedTuple

from fastapi import Request

from hindcast.model.single import Explanation
from hindcast.serve import metrics
from hindcast.serve.forecast import answer, fields, forecasting, reading, reading_many, recording
from hindcast.serve.forecast.answer import Forecast
from hindcast.serve.forecast.asking import Asked
from hindcast.serve.forecast.engine import Batch, Engine
from hindcast.serve.problems import Problem
from hindcast.serve.services import Services
from hindcast.serve.shelf.choice import Choice
from hindcast.serve.store.rows import PredictionRow

MOST_EXPLAINED = 200
"""Rows of a batch that is explained: a reason costs more than a forecast."""

Json = dict[str, Any]
Rows = Mapping[int, Mapping[str, Any]]


class Readings(NamedTuple):
    """The rows of a batch: the good ones by their place, and the faults of the others."""

    good: dict[int, Mapping[str, Any]]
    bad: dict[int, list[Json]]


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
        return Readings(dict(enumerate(together.rows)), {})
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
    found = defaultdict(list)
    for at, given in good.items():
        found[forecasting.horizon(held, asked, given)[0]].append(at)
    return found


async def answered(
    held: Services, request: Request, horizon: str, good: Rows, asked: Asked
) -> Answered:
    """Return the answers to rows of one horizon, each with its id."""
    began = perf_counter()
    choice = forecasting.choose(held, request, horizon, asked)
    inputs = list(good.values())
    work = held.gatherer.run(_computed, choice.engine, inputs, asked.explain)
    found, reasons = await forecasting.noted(held, choice, work)
    recorder = recording.Recorder(request, held.settings, "severity", choice, began)
    forecasts = _forecasts(choice.engine, good, found, reasons)
    told = await held.gatherer.run(_told, choice, recorder, good, forecasts, asked)
    _shadowed(held, choice, inputs, told.logged)
    return told


def _told(
    choice: Choice,
    recorder: recording.Recorder,
    places: Iterable[int],
    forecasts: Iterable[Forecast],
    asked: Asked,
) -> Answered:
    told, engine = Answered(choice, {}, []), choice.engine
    for at, forecast in zip(places, forecasts, strict=True):
        about = answer.row(forecast, engine, asked, is_short=True)
        row = recorder.row(forecast.given, about["classes"])
        told.logged.append(row)
        head = {"row": at, "prediction_id": row.prediction_id, "horizon": engine.horizon}
        told.rows[at] = head | about
    return told


def _forecasts(
    engine: Engine, good: Rows, found: Batch, reasons: list[Explanation]
) -> Iterator[Forecast]:
    new = engine.view.new(found.matrix)
    unusual = map(engine.view.told, found.values, new)
    told = reasons or repeat(None)
    return map(Forecast, good.values(), found.classes, found.answers, unusual, told)


def _computed(engine: Engine, inputs: list[Json], top: int) -> tuple[Batch, list[Explanation]]:
    found = engine.batch(inputs)
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
    held: Services, choice: Choice, inputs: list[Json], rows: list[PredictionRow]
) -> None:
    if choice.shadow is not None:
        for given, row in zip(inputs, rows, strict=True):
            held.shelf.in_shadow(choice, fields.filled(given), row)
