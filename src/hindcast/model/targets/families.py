"""Families of findings: what the investigation found, by category and by section.

A finding code has ten characters, its leading zero included: category, subcategory, section,
subsection, modifier, two each. An accident has several findings, and so several families. Marks of
cause or factor are not used: they stop in 2020, and the release of 2008-2021 has none. A family is
therefore something *found* in the accident, not always its probable cause.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from hindcast.features.declare import crosswalk

WIDTHS = {"category": 2, "section": 6}
"""How many characters of a finding code name a family."""
_PARTS = ("category_no", "subcategory_no", "section_no")


def count(frame: pl.DataFrame, least: int) -> pl.DataFrame:
    """Return every family with its training events, and whether these are enough to learn it.

    Parameters
    ----------
    frame
        ``part`` and ``codes`` (list of finding codes, null where none is known).
    least
        How many training events a family needs.

    Returns
    -------
    polars.DataFrame
        ``code, level, name, train_events, kept``, by code. A section that is all of its category
        (not determined) is left to the category.
    """
    train = frame.filter(pl.col("part") == "train", pl.col("codes").is_not_null())
    held = train.select(pl.int_range(pl.len()).alias("event"), "codes").explode(
        "codes", empty_as_null=True
    )
    levels = [_level(held, level, width) for level, width in WIDTHS.items()]
    counted = pl.concat(levels).sort("code")
    counted = counted.filter(~_only_child(counted))
    return counted.with_columns(
        name(counted["code"]),
        (pl.col("train_events") >= least).alias("kept"),
    ).select("code", "level", "name", "train_events", "kept")


def _level(held: pl.DataFrame, level: str, width: int) -> pl.DataFrame:
    codes = held.with_columns(pl.col("codes").str.slice(0, width).alias("code"))
    whole = codes.filter(pl.col("code").str.len_chars() == width)
    return (
        whole.group_by("code", maintain_order=True)
        .agg(pl.col("event").n_unique().cast(pl.Int64).alias("train_events"))
        .with_columns(pl.lit(level).alias("level"))
    )


def _only_child(counted: pl.DataFrame) -> pl.Series:
    """Say of each family whether it is the one section of its category."""
    sections = counted.filter(pl.col("level") == "section")["code"].str.slice(0, 2)
    lonely = set(sections) - set(sections.filter(sections.is_duplicated()))
    is_section = counted["level"] == "section"
    return is_section & counted["code"].str.slice(0, 2).is_in(sorted(lonely))


def name(codes: pl.Series) -> pl.Series:
    """Return the families' names: category, or subcategory and section; the code where unknown.

    Examples
    --------
    >>> name(pl.Series("code", ["03", "020630"])).to_list()
    ['Environmental issues', 'Task performance: Use of equip/info']
    """
    sections = crosswalk("finding_sections", _PARTS, "section")
    above = crosswalk("finding_subcategories", _PARTS[:2], "subcategory")
    named = crosswalk("finding_categories", "category_no", "category")
    named |= {key.replace(":", ""): f"{above[key[:5]]}: {text}" for key, text in sections.items()}
    return codes.replace_strict(named, default=codes, return_dtype=pl.String).alias("name")


def matrix(codes: pl.Series, kept: Sequence[str]) -> np.ndarray:
    """Return which event has which family, float32 (events, families).

    Parameters
    ----------
    codes
        Lists of finding codes.
    kept
        Codes of the families, two or six characters.

    Examples
    --------
    >>> matrix(pl.Series([["0206304044", "0303101015"], []]), ["02", "020630", "01"]).tolist()
    [[1.0, 1.0, 0.0], [0.0, 0.0, 0.0]]
    """
    texts = codes.cast(pl.List(pl.String)).to_frame("codes")
    starts = [
        pl.col("codes").list.eval(pl.element().str.starts_with(code)).list.any().alias(code)
        for code in kept
    ]
    return texts.select(starts).fill_null(value=False).to_numpy().astype(np.float32)
