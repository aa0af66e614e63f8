"""Gate 1: columns, types, primary and foreign keys."""

from collections.abc import Mapping

import polars as pl

from hindcast.checks import schema
from hindcast.checks.parse import RAW
from hindcast.checks.rule import Gate, Rule

_COPY, _CONFLICT = "_is_copy", "_is_conflict"
_PARENT_PASSED, _PARENT_REJECTED = "_parent_passed", "_parent_rejected"
_KINDS = {
    "integer": "not a whole number",
    "real": "not a number",
    "datetime": "not a date in any form that NTSB's releases use",
    "boolean": "neither yes nor no",
}


def with_key_facts(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    """Return ``frame`` sorted by its key, with marks on rows whose key came before.

    Of two rows with one key and different contents the last changed comes first and stays; where
    the source does not say when, the first by content, so that the choice never depends on the
    order of the file.
    """
    keys = list(schema.keys(table))
    contents = [name for name in frame.columns if name.startswith(RAW)]
    frame = frame.with_columns(
        _content=pl.concat_str(contents, separator="\x1f", ignore_nulls=True)
    )
    changed = ["lchg_date"] if "lchg_date" in frame.columns else []
    frame = frame.sort(
        *keys,
        *changed,
        "_content",
        descending=[False] * len(keys) + [True] * len(changed) + [False],
    )
    repeated = ~pl.struct(keys).is_first_distinct() & pl.all_horizontal(pl.col(keys).is_not_null())
    same = ~pl.struct(*keys, "_content").is_first_distinct()
    marks = {_COPY: repeated & same, _CONFLICT: repeated & ~same}
    return frame.with_columns(**marks).drop("_content")


def with_parent_facts(
    frame: pl.DataFrame,
    table: str,
    passed: Mapping[str, pl.DataFrame],
    rejected: Mapping[str, pl.DataFrame],
) -> pl.DataFrame:
    """Return ``frame`` with whether its parent row passed, or was rejected, where it has one."""
    found = schema.parent_of(table, set(passed))
    if found is None:
        return frame
    parent, link = found
    marked = _marked(passed[parent], link, _PARENT_PASSED)
    turned_away = _marked(rejected[parent], link, _PARENT_REJECTED)
    joined = frame.join(marked, on=link, how="left", validate="m:1", maintain_order="left")
    joined = joined.join(turned_away, on=link, how="left", validate="m:1", maintain_order="left")
    return joined.with_columns(pl.col(_PARENT_PASSED, _PARENT_REJECTED).fill_null(False))


def _marked(parent: pl.DataFrame, link: tuple[str, ...], mark: str) -> pl.DataFrame:
    return parent.select(link).drop_nulls().unique().with_columns(pl.lit(True).alias(mark))


def rules(table: str) -> list[Rule]:
    """Return the rules of gate 1 for ``table``: keys and foreign keys (all of them reject)."""
    keys = schema.keys(table)
    declared = [
        _reject(
            table, "key_missing", keys, _any_null(keys), "without its key a row belongs nowhere"
        ),
        _reject(
            table, "duplicate_row", keys, pl.col(_COPY), "the same row is there more than once"
        ),
        _reject(
            table,
            "duplicate_key",
            keys,
            pl.col(_CONFLICT),
            "another row has the same key and other contents; the last changed one stays",
        ),
    ]
    if schema.PARENTS[table] is not None:
        declared += _parent_rules(table, keys)
    return declared


def _parent_rules(table: str, keys: tuple[str, ...]) -> list[Rule]:
    has_key = ~_any_null(keys)
    return [
        _reject(
            table, "parent_rejected", keys,
            has_key & ~pl.col(_PARENT_PASSED) & pl.col(_PARENT_REJECTED),
            "the row it belongs to was rejected",
        ),
        _reject(
            table, "orphan", keys, has_key & ~pl.col(_PARENT_PASSED) & ~pl.col(_PARENT_REJECTED),
            "the row it belongs to is not in the source",
        ),
    ]  # fmt: skip


def _any_null(keys: tuple[str, ...]) -> pl.Expr:
    return pl.any_horizontal(pl.col(keys).is_null())


def _reject(table: str, name: str, keys: tuple[str, ...], hit: pl.Expr, reason: str) -> Rule:
    return Rule(f"{table}.{name}", Gate.SCHEMA, table, "reject", keys, reason, hit)


def type_rules(table: str, columns: list[str]) -> list[Rule]:
    """Return one rule for each type that ``table`` uses: text which cannot be read as that type."""
    declared = schema.dtypes(table)
    found = {}
    for kind, why in _KINDS.items():
        known = [name for name in declared if declared[name] == kind]
        here = tuple(name for name in known if name in columns)
        if known:
            found[kind] = Rule(
                f"{table}.unreadable_{kind}", Gate.SCHEMA, table, "blank", here, why,
                pl.any_horizontal([unreadable(name) for name in here] or pl.col(known[0])),
            )  # fmt: skip
    return list(found.values())


def text_rules(table: str, columns: list[str]) -> list[Rule]:
    """Return the rules on text as such: outer blanks, and columns the schema does not know."""
    declared = schema.dtypes(table)
    text = tuple(name for name in columns if declared.get(name) == "text")
    padded = [pl.col(RAW + name) != pl.col(RAW + name).str.strip_chars() for name in text]
    unknown = tuple(name for name in columns if name not in declared)
    return [
        Rule(
            f"{table}.outer_blanks", Gate.SCHEMA, table, "note", text,
            "codes are padded with blanks in older releases; they are taken off before comparing",
            pl.any_horizontal(padded) if padded else pl.lit(None),
        ),
        Rule(
            f"{table}.unknown_column", Gate.SCHEMA, table, "note", unknown,
            "the schema does not know the column; it is kept as text",
            pl.lit(bool(unknown)).repeat_by(pl.len()).explode(),
        ),
    ]  # fmt: skip


def unreadable(name: str) -> pl.Expr:
    """Return whether text is there and could not be read as its type."""
    given = pl.col(RAW + name).str.strip_chars() != ""
    return (given & pl.col(name).is_null()).fill_null(False)
