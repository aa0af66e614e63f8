"""Polars expressions as one Python function of a row: the same declarations, without a frame.

An expression can be written out as a tree (``expr.meta.serialize``); each node is written here as
a piece of Python over the values of a row, and all of them together are compiled once. Nothing is
declared twice: a feature whose expression changes changes here too, and one that uses a function
this module does not know is refused by name.
"""

import json
import math
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, NamedTuple

import polars as pl

from hindcast.errors import HindcastError
from hindcast.features.onerow import nulls, values
from hindcast.features.onerow.nodes import Node, dotted, value_of

_JOINED = {"And": " and ", "LogicalAnd": " and ", "Or": " or ", "LogicalOr": " or "}
OfRow = Callable[[Sequence[Any]], list[Any]]


class TranslationError(HindcastError, NotImplementedError):
    """An expression uses what the one-row path does not know; the message names it."""


class Piece(NamedTuple):
    """Python for a node, and what it needs none of: evaluating twice, a look at the row."""

    code: str
    is_constant: bool = False
    is_name: bool = False


def translate(
    columns: Sequence[str], steps: Sequence[tuple[str, pl.Expr]], wanted: Sequence[pl.Expr]
) -> OfRow:
    """Return ``wanted`` as one function of a row.

    Parameters
    ----------
    columns
        What the values of a row are, in order.
    steps
        Expressions with the names under which later steps and ``wanted`` read them.
    wanted
        Expressions of one value a row, over the columns and the steps.

    Returns
    -------
    callable
        From a row, a sequence of Python values with None for null, to one value an expression.

    Raises
    ------
    TranslationError
        An expression uses a function, a cast or an option that has no counterpart in
        :mod:`hindcast.features.onerow.values`.

    Examples
    --------
    >>> age = pl.when(pl.col("age").is_between(10, 105)).then(pl.col("age"))
    >>> in_row = translate(["age"], [], [age, age > 60])
    >>> in_row([44]), in_row([181]), in_row([None])
    ([44, False], [None, None], [None, None])
    """
    writer = Writer(columns)
    lines = [f"{writer.named(name)} = {writer.written(expr)}" for name, expr in steps]
    told = ", ".join(writer.written(expr) for expr in wanted)
    unpacked = "".join(f"{writer.variables[name]}, " for name in columns)
    body = [f"{unpacked}= row" if columns else "", *lines, f"return [{told}]"]
    text = "def of_row(row):\n" + "".join(f"    {line}\n" for line in body if line)
    exec(compile(text, "<features of a row>", "exec"), writer.known)  # noqa: S102 -- own text
    return writer.known["of_row"]


class Writer:
    """Writes expressions as Python; ``known`` holds the functions and values that they name.

    An expression that was written before is not written again: models of several horizons read the
    same features.

    Parameters
    ----------
    columns
        What expressions may read from the beginning; :meth:`named` adds to them.
    """

    def __init__(self, columns: Sequence[str] = ()) -> None:
        self.variables = {name: f"c{number}" for number, name in enumerate(columns)}
        self.known: dict[str, Any] = {}
        self._texts: dict[str, str] = {}
        self._numbers = count(len(columns))
        self._kinds: dict[str, Callable[[Any, int], Piece]] = {
            "Column": self._column,
            "Alias": lambda body, depth: self._node(body[0], depth),
            "Literal": self._literal,
            "Cast": self._cast,
            "Ternary": self._ternary,
            "BinaryExpr": self._binary,
            "Function": self._function,
            "Eval": self._eval,
        }

    def named(self, name: str) -> str:
        """Return the variable that a column or a step stands in; it is known from now on."""
        return self.variables.setdefault(name, f"c{next(self._numbers)}")

    def written(self, expr: pl.Expr) -> str:
        """Return Python for an expression.

        Raises
        ------
        TranslationError
            As :func:`translate`.
        """
        tree = expr.meta.serialize(format="json")
        if tree not in self._texts:
            self._texts[tree] = self._written(tree, expr)
        return self._texts[tree]

    def _written(self, tree: str, expr: pl.Expr) -> str:
        try:
            return self._node(json.loads(tree), 0).code
        except (KeyError, NotImplementedError) as error:
            raise TranslationError(
                f"the one-row path cannot compute {expr!s:.80}: it does not know {error}; add it "
                "to hindcast.features.onerow.values, or write the expression with what is there"
            ) from error

    def _node(self, node: Node, depth: int) -> Piece:
        if node == "Element":
            return Piece("element", is_name=True)
        ((kind, body),) = node.items()
        return self._kinds[kind](body, depth)

    def _name(self, value: Any) -> str:
        """Return a name for a function or a value that the text cannot hold."""
        name = f"k{next(self._numbers)}"
        self.known[name] = value
        return name

    def _column(self, name: str, _depth: int) -> Piece:
        return Piece(self.variables[name], is_name=True)

    def _literal(self, body: Node, _depth: int) -> Piece:
        value = value_of(body)
        is_finite = isinstance(value, float) and math.isfinite(value)
        plain = value is None or is_finite or isinstance(value, str | bool | int)
        return Piece(repr(value) if plain else self._name(value), is_constant=True, is_name=True)

    def _cast(self, body: Node, depth: int) -> Piece:
        of = body["dtype"]["Literal"]
        cast = nulls.CASTS[of if isinstance(of, str) else next(iter(of))]
        return self._strict(self._call(cast), [self._node(body["expr"], depth + 1)], depth)

    def _ternary(self, body: Node, depth: int) -> Piece:
        so, otherwise = (self._node(body[part], depth + 1) for part in ("truthy", "falsy"))
        bounds = self._bounds(body, depth)
        if bounds and not so.is_name:
            told = f"t{depth}_0"
            within = f"({told} := {so.code}) is not None and {bounds[0]} <= {told} <= {bounds[1]}"
            return Piece(f"({told} if {within} else {otherwise.code})")
        asked = self._truth(body["predicate"], depth + 1)
        return Piece(f"({so.code} if {asked} else {otherwise.code})")

    def _bounds(self, body: Node, depth: int) -> list[str] | None:
        """Return the bounds of a value that is told only between two numbers."""
        asked = body["predicate"].get("Function", {})
        if asked.get("function") != {"Boolean": {"IsBetween": {"closed": "Both"}}}:
            return None
        value, *bounds = asked["input"]
        written = [self._node(bound, depth + 1) for bound in bounds]
        is_told = value == body["truthy"] and all(map(_is_number, written))
        return [bound.code for bound in written] if is_told else None

    def _truth(self, node: Node, depth: int) -> str:
        """Write what is true where a flag is true, and not where it is false or null."""
        ((kind, body),) = node.items()
        if kind == "BinaryExpr" and body["op"] in _JOINED:
            sides = [self._truth(body[side], depth + 1) for side in ("left", "right")]
            return f"({_JOINED[body['op']].join(sides)})"
        return self._node(node, depth).code

    def _binary(self, body: Node, depth: int) -> Piece:
        left, right = (self._node(body[side], depth + 1) for side in ("left", "right"))
        if right.is_constant and isinstance(by := self._constant(right), int | float):
            short = values.by_constant(body["op"], by)
            if short:
                return self._strict(self._call(short), [left], depth)
        return self._called(body["op"], None, [left, right], depth)

    def _function(self, body: Node, depth: int) -> Piece:
        name, options = dotted(body["function"])
        arguments = [self._node(argument, depth + 1) for argument in body["input"]]
        if name == "Boolean.IsIn":
            held = self._name(frozenset(self._constant(arguments[1])))
            return self._strict(f"{{0}} in {held}", arguments[:1], depth)
        if name in ("Replace", "ReplaceStrict"):
            return self._replaced(*arguments, depth=depth)
        return self._called(name, options, arguments, depth)

    def _called(self, name: str, options: Any, arguments: list[Piece], depth: int) -> Piece:
        if name in nulls.NULLABLE:
            function = self._name(nulls.NULLABLE[name](options))
            return Piece(f"{function}({', '.join(piece.code for piece in arguments)})")
        if name not in nulls.INLINE:
            return self._strict(self._call(values.STRICT[name](options)), arguments, depth)
        if options not in (None, {"closed": "Both"}):
            raise NotImplementedError(f"{name} {options}")
        inline = nulls.INLINE_BY_NUMBER if _is_number(arguments[-1]) else nulls.INLINE
        return self._strict(inline.get(name, nulls.INLINE[name]), arguments, depth)

    def _call(self, function: values.Function) -> str:
        return f"{self._name(function)}({{all}})"

    def _strict(self, template: str, arguments: list[Piece], depth: int) -> Piece:
        """Write a function that gives null for any null among its arguments."""
        asked, given = [], []
        for number, piece in enumerate(arguments):
            name = piece.code if piece.is_name else f"t{depth}_{number}"
            given.append(name)
            if not piece.is_constant or piece.code == "None":
                asked.append(f"{name if piece.is_name else f'({name} := {piece.code})'} is None")
        told = template.format(*given, all=", ".join(given))
        return Piece(f"(None if {' or '.join(asked)} else {told})" if asked else f"({told})")

    def _replaced(self, value: Piece, old: Piece, new: Piece, *default: Piece, depth: int) -> Piece:
        pairs = zip(self._constant(old), self._constant(new), strict=True)
        table = self._name(dict(pairs))
        if default:
            return Piece(f"{table}.get({value.code}, {default[0].code})")
        kept = value.code if value.is_name else f"t{depth}_0"
        asked = kept if value.is_name else f"{kept} := {value.code}"
        return Piece(f"{table}.get(({asked}), {kept})")

    def _constant(self, piece: Piece) -> Any:
        if not piece.is_constant:
            raise NotImplementedError("a table or a list that is not the same for every row")
        return eval(piece.code, self.known)  # noqa: S307 -- own text

    def _eval(self, body: Node, depth: int) -> Piece:
        """Write ``list.eval``: each element through an expression, then perhaps all together."""
        inner, together = body["evaluation"], ""
        if isinstance(inner, dict) and "Function" in inner:
            name, _ = dotted(inner["Function"]["function"])
            if name in nulls.AGGREGATES:
                together = self._name(nulls.AGGREGATES[name])
                inner = inner["Function"]["input"][0]
        each = self._node(inner, depth + 2).code
        told = f"{together}([{each} for element in {{0}}])"
        return self._strict(told, [self._node(body["expr"], depth + 1)], depth)


def _is_number(piece: Piece) -> bool:
    """Say whether a piece is a number written out, and so not NaN."""
    return piece.is_constant and piece.code[:1] in {*"-.0123456789"}
