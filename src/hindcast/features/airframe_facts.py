"""What the make and model say of the aircraft, as inputs: looked up once for each way of writing.

The records write one type in hundreds of ways; a feature that decoded each row by itself would do
so again for every fact.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import polars as pl

from hindcast.features import airframes, keys
from hindcast.features.columns import pick

INPUTS = ("acft_make", "acft_model", "homebuilt")
COLUMNS = {f"airframe_{name}": dtype for name, dtype in airframes.TYPES.items()}


def facts(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the type's facts for each row, null where the type is not known.

    Parameters
    ----------
    frame
        Has ``acft_make``, ``acft_model``, ``homebuilt``; where it has neither make nor model, no
        column is given: the source lacks them.

    Returns
    -------
    polars.DataFrame
        As many rows in the same order, with the columns :data:`COLUMNS`.

    Examples
    --------
    >>> two = pl.DataFrame({"acft_make": ["PIPER", "NOBODY"], "acft_model": ["PA-25", "X"]})
    >>> facts(two).select("airframe_built_for", "airframe_typical_stall_kts").rows()
    [('sprayer', 53.0), (None, None)]
    """
    if not {"acft_make", "acft_model"} & set(frame.columns):
        return pl.DataFrame()
    texts = pick(frame, dict.fromkeys(INPUTS, pl.String))
    written = texts.unique(maintain_order=True)
    found = [_facts(*row) for row in written.iter_rows()]
    told = pl.DataFrame(found, schema=COLUMNS, orient="row")
    joined = texts.join(
        written.hstack(told),
        on=INPUTS,
        how="left",
        validate="m:1",
        nulls_equal=True,
        maintain_order="left",
    )
    return joined.select(*COLUMNS)


def of_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of one row, None where the type is not known."""
    return dict(zip(COLUMNS, _facts(*map(row.get, INPUTS)), strict=True))


@lru_cache(maxsize=1 << 13)  # few types make most rows
def _facts(acft_make: keys.Text, acft_model: keys.Text, homebuilt: keys.Text) -> tuple[Any, ...]:
    craft = airframes.find(keys.make(acft_make, homebuilt), keys.words(acft_model))
    return tuple(craft and getattr(craft, name) for name in airframes.FACTS)
