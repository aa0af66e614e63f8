"""Features of logged predictions, computed anew from the inputs that the log kept.

They are computed by what answers requests, so that nothing can differ. Fields that tell of a person
are never kept: features that read them cannot be watched here, and are left out.
"""

import datetime as dt
import json
import logging
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import polars as pl

from hindcast.features.catalog import FEATURES
from hindcast.features.inputs import InputError
from hindcast.features.onerow.given import types
from hindcast.model import single
from hindcast.serve.forecast import fields

log = logging.getLogger(__name__)


def watchable(names: Sequence[str]) -> list[str]:
    """Return those of the named features that can be computed from inputs without persons."""
    hidden = fields.personal()
    reads = {feature.name: fields.raw_inputs(feature.inputs) for feature in FEATURES}
    return [name for name in names if name in reads and hidden.isdisjoint(reads[name])]


def features(rows: pl.DataFrame, prepared: single.Prepared, names: Sequence[str]) -> pl.DataFrame:
    """Return the features of predictions whose inputs were kept, and the day of the accident.

    Parameters
    ----------
    rows
        ``inputs`` (JSON, or null where only their hash is kept).
    prepared
        The horizon's bundle.
    names
        The bundle's features, in its order.

    Returns
    -------
    polars.DataFrame
        ``ev_date`` and ``names``, one row for each prediction with inputs that can be read.
    """
    made = []
    for text in rows["inputs"].drop_nulls():
        given = _typed(json.loads(text))
        try:
            values = prepared.features(fields.filled(given))
        except InputError as error:
            log.warning("inputs of one prediction left out: %s", error)
            continue
        made.append({"ev_date": given.get("ev_date")} | dict(zip(names, values, strict=True)))
    return pl.DataFrame(made, infer_schema_length=None)


def _typed(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _moment(value) if name in _moments() else value for name, value in given.items()}


def _moment(value: Any) -> Any:
    return dt.datetime.fromisoformat(value) if isinstance(value, str) else value


@cache
def _moments() -> frozenset[str]:
    return frozenset(name for name, of in types().items() if of == pl.Datetime("us"))
