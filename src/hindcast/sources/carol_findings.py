"""Recover the finding codes of 2008+ from their wording in a CAROL export."""

import re
from functools import cache

import polars as pl

from hindcast import paths

_LEVELS = 5
_CODE = ("category_no", "subcategory_no", "section_no", "subsection_no")


def findings(events: pl.DataFrame) -> pl.DataFrame:
    """Return the Findings rows of events, numbered in the export's order.

    A finding reads 'category - subcategory - section - subsection - modifier', findings are joined
    by ', '. Each wording stands for one 10-character code. What is not in the code tables keeps its
    wording and has no code. The export marks no cause or factor (Cause_Factor stays absent) and
    does not tell whose finding it is: an event's findings stand with its first aircraft.

    Parameters
    ----------
    events
        ``ev_id, Aircraft_Key, findings``, one row per event.
    """
    split = pl.col("findings").map_elements(apart, return_dtype=pl.List(pl.String))
    rows = (
        events.filter(pl.col("findings").is_not_null())
        .select("ev_id", "Aircraft_Key", finding_description=split)
        .with_columns(finding_no=pl.int_ranges(1, pl.col("finding_description").list.len() + 1))
        .explode("finding_description", "finding_no")
    )
    code = pl.col("finding_description").replace_strict(
        _codes_of(rows["finding_description"]), default=None, return_dtype=pl.String
    )
    return rows.select(
        "ev_id",
        "Aircraft_Key",
        pl.col("finding_no").cast(pl.String),
        finding_code=code,
        finding_description=pl.col("finding_description"),
        category_no=code.str.slice(0, 2),
        subcategory_no=code.str.slice(2, 2),
        section_no=code.str.slice(4, 2),
        subsection_no=code.str.slice(6, 2),
        modifier_no=code.str.slice(8, 2),
    )


def strangers(flat: pl.DataFrame) -> dict[str, int]:
    """Return the wordings that have no code, with their rows."""
    if "findings" not in flat.columns:
        return {}
    rows = findings(flat.filter(pl.col("Aircraft_Key") == "1"))
    lost = rows.filter(pl.col("finding_code").is_null())
    return dict(lost.group_by("finding_description").len().sort("finding_description").iter_rows())


def apart(text: str) -> list[str]:
    """Split findings at the commas before a category; other commas belong to a wording.

    Examples
    --------
    >>> apart("Not determined - x - y - z - Unknown, Personnel issues - a - b - c - Pilot")
    ['Not determined - x - y - z - Unknown', 'Personnel issues - a - b - c - Pilot']
    """
    return [piece.strip() for piece in _before_category().split(text)]


def code(wording: str) -> str | None:
    """Return the code of one finding's wording, or None.

    Examples
    --------
    >>> code("Personnel issues - Task performance - Use of equip/info - Aircraft control - Pilot")
    '0206304044'
    """
    parts = re.sub(r" - [CF]$", "", wording.strip()).split(" - ")
    if len(parts) < _LEVELS:
        return None
    place, modifier = "".join(parts[:-1]), parts[-1]
    prefix, ending = _subsections().get(_plain(place)), _modifiers().get(_plain(modifier))
    return prefix + ending if prefix and ending else None


def _codes_of(wordings: pl.Series) -> dict[str, str | None]:
    return {wording: code(wording) for wording in wordings.unique().sort() if wording}


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


@cache
def _before_category() -> re.Pattern[str]:
    names = _read("finding_categories.csv")["category"]
    return re.compile(rf",\s*(?=(?:{'|'.join(map(re.escape, names))}) - )")


@cache
def _subsections() -> dict[str, str]:
    """Return the plain wording of category to subsection -> the first 8 characters of the code."""
    listed = _read("finding_subsections.csv")
    for file, keys in (
        ("finding_sections.csv", _CODE[:3]),
        ("finding_subcategories.csv", _CODE[:2]),
        ("finding_categories.csv", _CODE[:1]),
    ):
        names = _read(file).drop("source")
        listed = listed.join(names, on=list(keys), how="left", validate="m:1")
    words = listed.select(pl.concat_str("category", "subcategory", "section", "subsection"))
    codes = listed.select(pl.concat_str(_CODE))
    pairs = zip(words.to_series(), codes.to_series(), strict=True)
    return {_plain(word): prefix for word, prefix in pairs}


@cache
def _modifiers() -> dict[str, str]:
    listed = _read("finding_modifiers.csv")
    pairs = zip(listed["modifier"], listed["modifier_no"], strict=True)
    return {_plain(word): number for word, number in pairs}


def _read(name: str) -> pl.DataFrame:
    return pl.read_csv(paths.reference() / name, infer_schema=False)
