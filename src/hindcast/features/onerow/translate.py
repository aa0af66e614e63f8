"""A Polars expression as a function of one row: the same declaration, without a frame around it.

An expression can be written out as a tree (``expr.meta.serialize``); each node becomes a Python
function over the values of a row. Nothing is declared twice: a feature whose expression changes
changes here too, and one that uses a function this module does not know is refused by name.
"""

import io
import json
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

import polars as pl

from hindcast.errors import HindcastError
from hindcast.features.onerow import values

Row = Sequence[Any]
Node = Any
Evaluate = Callable[[Row], Any]


class TranslationError(HindcastError, NotImplementedError):
    """An expression uses what the one-row path does not know; the message names it."""


class Constant:
    """A value that no row changes."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __call__(self, _row: Row) -> Any:
        """Return the value."""
        return self.value


def translate(expr: pl.Expr, slots: Mapping[str, int]) -> Evaluate:
    """Return ``expr`` as a function of a row.

    Parameters
    ----------
    expr
        Any expression of one value a row, over the columns in ``slots``.
    slots
        Where in a row each column's value stands.

    Returns
    -------
    callable
        From a row, a sequence of Python values with None for null, to the expression's value.

    Raises
    ------
    TranslationError
        The expression uses a function, a cast or an option that has no counterpart in
        :mod:`hindcast.features.onerow.values`.

    Examples
    --------
    >>> age = pl.when(pl.col("age").is_between(10, 105)).then(pl.col("age"))
    >>> in_row = translate(age, {"age": 0})
    >>> in_row([44]), in_row([181]), in_row([None])
    (44, None, None)
    """
    try:
        return _node(json.loads(expr.meta.serialize(format="json")), slots)
    except (KeyError, NotImplementedError) as error:
        raise TranslationError(
            f"the one-row path cannot compute {expr!s:.80}: it does not know {error}; add it to "
            "hindcast.features.onerow.values, or write the expression with what is there"
        ) from error


def _node(node: Node, slots: Mapping[str, int]) -> Evaluate:
    if node == "Element":
        return lambda element: element
    ((kind, body),) = node.items()
    return _KINDS[kind](body, slots)


def _column(name: str, slots: Mapping[str, int]) -> Evaluate:
    return itemgetter(slots[name])


def _alias(body: list[Node], slots: Mapping[str, int]) -> Evaluate:
    return _node(body[0], slots)


def _literal(body: Node, _slots: Mapping[str, int]) -> Constant:
    literal = pl.Expr.deserialize(io.StringIO(json.dumps({"Literal": body})), format="json")
    told = pl.select(literal).to_series()
    if isinstance(body, dict) and "Series" in body:
        return Constant(told.to_list())
    value = told.item()
    return Constant(value.to_list() if isinstance(value, pl.Series) else value)


def _cast(body: Node, slots: Mapping[str, int]) -> Evaluate:
    of = body["dtype"]["Literal"]
    cast = values.CASTS[of if isinstance(of, str) else next(iter(of))]
    return _strict(cast, [_node(body["expr"], slots)])


def _ternary(body: Node, slots: Mapping[str, int]) -> Evaluate:
    asked, so, otherwise = (_node(body[k], slots) for k in ("predicate", "truthy", "falsy"))
    if isinstance(otherwise, Constant):
        fallen = otherwise.value
        return lambda row: so(row) if asked(row) else fallen
    return lambda row: so(row) if asked(row) else otherwise(row)


def _binary(body: Node, slots: Mapping[str, int]) -> Evaluate:
    left, right = _node(body["left"], slots), _node(body["right"], slots)
    if isinstance(right, Constant) and isinstance(right.value, int | float):
        short = values.by_constant(body["op"], right.value)
        if short:
            return _strict(short, [left])
    return _called(body["op"], None, [left, right])


def _function(body: Node, slots: Mapping[str, int]) -> Evaluate:
    name, options = _named(body["function"])
    arguments = [_node(argument, slots) for argument in body["input"]]
    if name in _LOOKUPS:
        return _LOOKUPS[name](*arguments)
    return _called(name, options, arguments)


def _named(function: Node) -> tuple[str, Any]:
    """Return a function's dotted name and its options."""
    if isinstance(function, str):
        return function, None
    ((name, inner),) = function.items()
    if isinstance(inner, str) or (isinstance(inner, dict) and next(iter(inner))[0].isupper()):
        rest, options = _named(inner)
        return f"{name}.{rest}", options
    return name, inner


def _called(name: str, options: Any, arguments: list[Evaluate]) -> Evaluate:
    if name in values.NULLABLE:
        return _nullable(values.NULLABLE[name](options), arguments)
    return _strict(values.STRICT[name](options), arguments)


def _nullable(function: values.Function, arguments: list[Evaluate]) -> Evaluate:
    if len(arguments) == 2:
        left, right = arguments
        return lambda row: function(left(row), right(row))
    return lambda row: function(*[argument(row) for argument in arguments])


def _strict(function: values.Function, arguments: list[Evaluate]) -> Evaluate:
    """Return null for any null; a function of one argument and constants takes a short way."""
    first, *others = arguments
    if not all(isinstance(other, Constant) for other in others):
        return _strict_in_all(function, arguments)
    fixed = tuple(other.value for other in others)
    if None in fixed:
        return Constant(None)

    def call(row: Row) -> Any:
        value = first(row)
        return None if value is None else function(value, *fixed)

    return call


def _strict_in_all(function: values.Function, arguments: list[Evaluate]) -> Evaluate:
    def call(row: Row) -> Any:
        told = []
        for argument in arguments:
            value = argument(row)
            if value is None:
                return None
            told.append(value)
        return function(*told)

    return call


def _is_in(value: Evaluate, among: Constant) -> Evaluate:
    held = frozenset(among.value)
    return _strict(lambda told: told in held, [value])


def _replace(value: Evaluate, old: Constant, new: Constant, *default: Constant) -> Evaluate:
    table = dict(zip(old.value, new.value, strict=True))
    if default:
        other = default[0].value
        return lambda row: table.get(value(row), other)

    def replaced(row: Row) -> Any:
        told = value(row)
        return table.get(told, told)

    return replaced


def _eval(body: Node, slots: Mapping[str, int]) -> Evaluate:
    """Return ``list.eval``: each element through an expression, then perhaps all together."""
    inner, together = body["evaluation"], None
    if isinstance(inner, dict) and "Function" in inner:
        name, _ = _named(inner["Function"]["function"])
        if together := values.AGGREGATES.get(name):
            inner = inner["Function"]["input"][0]
    element = _node(inner, {})

    def evaluated(told: list[Any]) -> Any:
        told = [element(one) for one in told]
        return together(told) if together else told

    return _strict(evaluated, [_node(body["expr"], slots)])


_LOOKUPS: dict[str, Callable[..., Evaluate]] = {
    "Boolean.IsIn": _is_in,
    "Replace": _replace,
    "ReplaceStrict": _replace,
}
_KINDS: dict[str, Callable[[Node, Mapping[str, int]], Evaluate]] = {
    "Column": _column,
    "Alias": _alias,
    "Literal": _literal,
    "Cast": _cast,
    "Ternary": _ternary,
    "BinaryExpr": _binary,
    "Function": _function,
    "Eval": _eval,
}
