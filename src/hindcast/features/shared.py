"""What several features are computed from, computed once: cleaned codes, type family, phase.

Polars evaluates every expression of a selection by itself. Forty features over the same cleaned
code would clean it forty times; registered here it is a column that ``compute`` adds first.
"""

from collections.abc import Set

import polars as pl

_STEPS: dict[str, tuple[int, pl.Expr]] = {}


def shared(name: str, expr: pl.Expr) -> pl.Expr:
    """Register ``expr`` under ``name`` and return the column it will be.

    Parameters
    ----------
    name
        Column name; begins with ``~`` so that it meets no eADMS column.
    expr
        Expression over the input frame and over what was registered before.

    Raises
    ------
    ValueError
        ``name`` is registered with another expression: one of the two would silently win.
    """
    if name in _STEPS and not _STEPS[name][1].meta.eq(expr):
        raise ValueError(f"shared expression {name!r} is declared twice, in two ways; rename one")
    below = [_STEPS[root][0] for root in expr.meta.root_names() if root in _STEPS]
    depth = max(below, default=-1) + 1
    _STEPS.setdefault(name, (depth, expr))
    return pl.col(name)


def inputs_of(expr: pl.Expr) -> set[str]:
    """Return the input columns behind ``expr``, through what is shared.

    Examples
    --------
    >>> total = shared("~total_of_doctest", pl.col("a") + pl.col("b"))
    >>> sorted(inputs_of(total * pl.col("c")))
    ['a', 'b', 'c']
    """
    found: set[str] = set()
    for root in expr.meta.root_names():
        found |= inputs_of(_STEPS[root][1]) if root in _STEPS else {root}
    return found


def needed_by(expr: pl.Expr) -> set[str]:
    """Return the shared columns that ``expr`` reads, and those that these read in turn."""
    found: set[str] = set()
    waiting = expr.meta.root_names()
    while waiting:
        name = waiting.pop()
        if name in _STEPS and name not in found:
            found.add(name)
            waiting.extend(_STEPS[name][1].meta.root_names())
    return found


def in_order(names: Set[str]) -> list[tuple[str, pl.Expr]]:
    """Return shared columns with their expressions, the ones that others build on first."""
    return [(name, _STEPS[name][1]) for name in sorted(names, key=lambda n: (_STEPS[n][0], n))]


def by_level(names: Set[str]) -> list[list[pl.Expr]]:
    """Return shared columns level by level: each builds on those of the levels before."""
    return [
        [_STEPS[name][1].alias(name) for name in sorted(names) if _STEPS[name][0] == depth]
        for depth in sorted({_STEPS[name][0] for name in names})
    ]


def with_shared(frame: pl.DataFrame, names: Set[str]) -> pl.DataFrame:
    """Return ``frame`` with the shared columns ``names``, the ones they build on first."""
    for level in by_level(names):
        frame = frame.with_columns(level)
    return frame
