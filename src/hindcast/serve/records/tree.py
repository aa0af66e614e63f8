"""A tree of filters as SQL: names from the schema's fixed lists, values as parameters."""

from typing import Any

from hindcast.serve.records.filters import Condition, all_of, any_of
from hindcast.serve.schemas.tree import And, Leaf, Not, Or, TextLeaf

_COMPARISONS = {
    "eq": "{} = ?",
    "ne": "{} <> ?",
    "lt": "{} < ?",
    "le": "{} <= ?",
    "gt": "{} > ?",
    "ge": "{} >= ?",
    "between": "{} BETWEEN ? AND ?",
    "contains": "contains({}, ?)",
    "starts_with": "starts_with({}, ?)",
}


def condition(node: Any) -> Condition:
    """Return what a node demands of a row of ``event`` and ``cause``.

    Examples
    --------
    >>> from hindcast.serve.schemas.tree import NumberLeaf
    >>> condition(Not(**{"not": NumberLeaf(field="vis_sm", op="lt", value=3)}))
    ('NOT (vis_sm < ?)', [3.0])
    """
    match node:
        case And():
            return all_of([condition(one) for one in node.every])
        case Or():
            return any_of([condition(one) for one in node.some])
        case Not():
            sql, values = condition(node.none)
            return f"NOT ({sql})", values
    return _leaf(node)


def _leaf(leaf: Leaf) -> Condition:
    if leaf.op == "is_null":
        return f"{leaf.field} IS {'' if leaf.value else 'NOT '}NULL", []
    values = leaf.value if isinstance(leaf.value, list) else [leaf.value]
    column = leaf.field
    if isinstance(leaf, TextLeaf):
        column, values = f"upper({column})", [value.upper() for value in values]
    if leaf.op == "in":
        return f"{column} IN ({', '.join('?' * len(values))})", values
    return _COMPARISONS[leaf.op].format(column), values
