"""Say what in a frame of features a model has not met in training.

A frame that does not fit the schema is refused (`hindcast.model.encode.check`). Values that fit but
are new are not: the schema declares what becomes of them. A level that is not listed shares one
code with the rare ones of training; a number outside the training range falls into the outermost
leaf, as far as the trees are concerned the same as the last value they saw. Both are answers from
beyond the records, and whoever shows them should say so. What is physically impossible is for the
checks to find, before features are made.
"""

from typing import Any

import polars as pl


def report(frame: pl.DataFrame, schema: list[dict[str, Any]]) -> dict[str, Any]:
    """Return levels and numbers that training did not meet.

    Parameters
    ----------
    frame
        Features, one row per accident; columns that the schema does not list are not looked at.
    schema
        What `hindcast.model.encode.learn` returned.

    Returns
    -------
    dict
        ``unseen``: feature -> {level: rows}, levels too rare in training to stand for themselves
        among them; ``outside``: feature -> ``rows``, ``lowest`` and ``highest`` found, ``range`` of
        training. Features with nothing to tell are left out.

    Examples
    --------
    >>> schema = [{"name": "hours", "kind": "number", "range": [0.0, 250.0]},
    ...           {"name": "make", "kind": "category", "levels": ["CESSNA", "(rare)"]}]
    >>> found = report(pl.DataFrame({"hours": [300.0, None], "make": ["CESSNA", "X-1"]}), schema)
    >>> found["unseen"], found["outside"]["hours"]["rows"]
    ({'make': {'X-1': 1}}, 1)
    """
    present = [feature for feature in schema if feature["name"] in frame.columns]
    unseen = {f["name"]: _unseen(frame[f["name"]], f) for f in present if f["kind"] == "category"}
    outside = {f["name"]: _outside(frame[f["name"]], f) for f in present if f["kind"] != "category"}
    return {
        "unseen": {name: levels for name, levels in unseen.items() if levels},
        "outside": {name: facts for name, facts in outside.items() if facts},
    }


def _unseen(values: pl.Series, feature: dict[str, Any]) -> dict[str, int]:
    known = values.drop_nulls().cast(pl.String).alias("level")
    new = known.filter(~known.is_in(feature["levels"]))
    counted = new.value_counts(name="rows").sort("rows", "level", descending=[True, False])
    return dict(counted.iter_rows())


def _outside(values: pl.Series, feature: dict[str, Any]) -> dict[str, Any] | None:
    if feature["range"] is None:
        return None
    low, high = feature["range"]
    known = values.cast(pl.Float64).drop_nulls().drop_nans()
    beyond = known.filter((known < low) | (known > high))
    if beyond.is_empty():
        return None
    return {
        "rows": len(beyond),
        "lowest": beyond.min(),
        "highest": beyond.max(),
        "range": feature["range"],
    }
