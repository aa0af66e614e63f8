"""From a row's raw inputs to features in one Python function, written for just these features.

Expressions and sources name what they read; only what some feature reads in the end is computed,
each thing once. What follows from codes alone, as most features do, is not computed for each row:
it is written as a function of those codes, whose answers are kept.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import polars as pl

from hindcast.features.onerow.given import types
from hindcast.features.onerow.memo import Room
from hindcast.features.onerow.sources import Source
from hindcast.features.onerow.translate import Writer

Names = tuple[str, ...]
OfRow = Callable[[Callable[[str], Any], str | None], list[Any]]

ERA = "era"
_FEW = (pl.String(), pl.Boolean())


@cache
def _writer() -> Writer:
    """Return the one writer: what several horizons read is written once."""
    return Writer()


@dataclass
class _Codes:
    """What follows from the same codes: the columns read, and the Python of each value told."""

    roots: Names
    name: str
    read: dict[str, None] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)


def plan(
    wanted: Sequence[pl.Expr], steps: Mapping[str, pl.Expr], sources: Iterable[Source]
) -> OfRow:
    """Return ``wanted`` as one function of ``row.get`` and of the row's era.

    Parameters
    ----------
    wanted
        Expressions of one value a row, over raw inputs, derived ones and steps.
    steps
        Shared expressions by name.
    sources
        How derived inputs are made.

    Returns
    -------
    callable
        Gives one value an expression, None for null; a row may leave out what it does not know.

    Raises
    ------
    hindcast.features.onerow.translate.TranslationError
        An expression uses what the one-row path does not know.

    Examples
    --------
    >>> is_far = pl.col("apt_dist") > 5
    >>> of_row = plan([is_far, pl.col("ev_state").str.to_lowercase()], {}, [])
    >>> of_row({"apt_dist": 7.5, "ev_state": "AK"}.get, None), of_row({}.get, None)
    ([True, 'ak'], [None, None])
    """
    return _Plan(steps, sources).function(wanted)


class _Plan:
    def __init__(self, steps: Mapping[str, pl.Expr], sources: Iterable[Source]) -> None:
        self.steps = {name: (expr, expr.meta.root_names()) for name, expr in steps.items()}
        self.source_of = {name: source for source in sources for name in source.outputs}
        self._codes: dict[Names, _Codes] = {}
        self._roots_of: dict[str, frozenset[str]] = {}
        self.functions: dict[str, Any] = {}

    def function(self, wanted: Sequence[pl.Expr]) -> OfRow:
        told = [self._want(f"f{at}", expr) for at, expr in enumerate(wanted)]
        body = _Body(self, given=[ERA])
        for codes in [codes for _, codes, _ in told if codes]:
            body.need_codes(codes)
        for name in [name for _, _, names in told for name in names]:
            body.need(name)
        lines = [*body.lines, f"return [{', '.join(text for text, _, _ in told)}]"]
        return self._compiled(_function("of_row", ["get", self.variable(ERA)], lines))

    def variable(self, name: str) -> str:
        return _writer().named(name)

    def written(self, expr: pl.Expr) -> str:
        for name in expr.meta.root_names():
            self.variable(name)
        return _writer().written(expr)

    def codes_of(self, name: str) -> "_Codes | None":
        """Return where a step or a derived input is kept; None for what is computed each time."""
        roots = self._roots(name)
        return None if name in roots else self._codes_of_roots(roots)

    def _codes_of_roots(self, roots: frozenset[str]) -> "_Codes | None":
        if not roots or not all(map(self._takes_few_values, roots)):
            return None
        by = tuple(sorted(roots))
        return self._codes.setdefault(by, _Codes(by, f"m{len(self._codes)}"))

    def _takes_few_values(self, root: str) -> bool:
        if root in self.source_of:
            return root in self.source_of[root].few
        return types().get(root) in _FEW

    def _roots(self, name: str) -> frozenset[str]:
        """Return the inputs behind a name, as far back as what follows from them may be kept."""
        if name not in self._roots_of:
            self._roots_of[name] = self._found_roots(name)
        return self._roots_of[name]

    def _found_roots(self, name: str) -> frozenset[str]:
        source = self.source_of.get(name)
        if name in self.steps:
            return self._all_roots(self.steps[name][1])
        return self._all_roots(source.inputs) if source and source.is_kept else frozenset((name,))

    def _all_roots(self, names: Iterable[str]) -> frozenset[str]:
        return frozenset().union(*map(self._roots, names))

    def _want(self, name: str, expr: pl.Expr) -> tuple[str, "_Codes | None", Sequence[str]]:
        """Return the Python of one wanted value, and what it needs."""
        names = expr.meta.root_names()
        text = self.written(expr)
        if codes := self._codes_of_roots(self._all_roots(names)):
            codes.read.update(dict.fromkeys(names))
            codes.told[name] = text
            return name, codes, ()
        for read in names:
            self._want_column(read)
        return text, None, names

    def _want_column(self, name: str) -> None:
        if codes := self.codes_of(name):
            codes.read[name] = None
            codes.told[self.variable(name)] = self.variable(name)
        elif name in self.steps:
            self._want_columns(self.steps[name][1])
        elif name in self.source_of:
            self._want_columns(self.source_of[name].inputs)

    def _want_columns(self, names: Iterable[str]) -> None:
        for name in names:
            self._want_column(name)

    def _compiled(self, main: str) -> OfRow:
        texts = [self._function_of(codes) for codes in self._codes.values() if codes.told]
        known = {**_writer().known, **self.functions}
        exec(compile("\n".join([*texts, main]), "<a row>", "exec"), known)  # noqa: S102 -- own text
        room = Room()
        for codes in self._codes.values():
            if codes.told:
                known[codes.name] = room.memo(known[f"of_{codes.name}"])
        return known["of_row"]

    def _function_of(self, codes: _Codes) -> str:
        body = _Body(self, given=codes.roots, keeps=False)
        for name in codes.read:
            body.need(name)
        told = f"return {', '.join(codes.told.values())},"
        arguments = [self.variable(root) for root in codes.roots]
        return _function(f"of_{codes.name}", arguments, [*body.lines, told])


class _Body:
    """The lines of a function, each after those it builds on."""

    def __init__(self, of: _Plan, given: Iterable[str], *, keeps: bool = True) -> None:
        self.lines: list[str] = []
        self._of, self._keeps = of, keeps
        self._there = set(given)

    def need(self, name: str) -> None:
        """Have a column computed."""
        if name in self._there:
            return
        codes = self._of.codes_of(name) if self._keeps else None
        if codes:
            self.need_codes(codes)
        elif name in self._of.steps:
            self._need_step(name, *self._of.steps[name])
        elif name in self._of.source_of:
            self._need_source(self._of.source_of[name])
        else:
            self._there.add(name)
            self.lines.append(f"{self._of.variable(name)} = get({name!r})")

    def need_codes(self, codes: _Codes) -> None:
        """Have everything looked up that follows from some codes."""
        if codes.name not in self._there:
            self._there.add(codes.name)
            keys = self._variables(codes.roots)
            self.lines.append(f"{', '.join(codes.told)}, = {codes.name}[{', '.join(keys)}]")

    def _need_step(self, name: str, expr: pl.Expr, names: Iterable[str]) -> None:
        self._there.add(name)
        self._variables(names)
        self.lines.append(f"{self._of.variable(name)} = {self._of.written(expr)}")

    def _need_source(self, source: Source) -> None:
        self._there.update(source.outputs)
        given = ", ".join(self._variables(source.inputs))
        told = ", ".join(map(self._of.variable, source.outputs))
        function = f"s{len(self._of.functions)}"
        self._of.functions[function] = source.function
        self.lines.append(f"{told}, = {function}({given})")

    def _variables(self, names: Iterable[str]) -> list[str]:
        for name in names:
            self.need(name)
        return [self._of.variable(name) for name in names]


def _function(name: str, arguments: Iterable[str], lines: Iterable[str]) -> str:
    return f"def {name}({', '.join(arguments)}):\n" + "".join(f"    {line}\n" for line in lines)
