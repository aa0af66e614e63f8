"""What a check is: one declaration with its reason, its severity and an expression that hits."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Literal

import polars as pl

from hindcast.errors import HindcastError

Severity = Literal["reject", "blank", "note"]


class ChecksError(HindcastError, ValueError):
    """The tables cannot be checked; the message says what was found and what was expected."""


class Gate(IntEnum):
    """The three gates a record passes, in this order."""

    SCHEMA = 1
    DOMAIN = 2
    STATISTICS = 3


@dataclass(frozen=True, eq=False)
class Rule:
    """One named check, declared as data.

    Attributes
    ----------
    id
        Unique name, which quarantined rows and blanked values carry.
    gate
        Which of the three gates the rule belongs to.
    table
        eADMS table whose rows are checked.
    severity
        ``reject`` sends the row to quarantine, ``blank`` empties the named columns and keeps what
        stood there, ``note`` only counts.
    columns
        The columns the rule speaks about; the ones a ``blank`` rule empties.
    reason
        Why the value cannot be right, in a sentence: the reason lies in the data.
    predicate
        True where a row is hit, null where the rule cannot tell. For some rules of gates 1 and 3
        a function, which the gate itself calls.
    replacement
        Where the record itself tells the right value, what a blanked column receives instead of
        null: a documented repair, counted under the rule like any blanked value.
    optional
        Text columns that make the rule sharper and are read as missing where the source lacks
        them.
    """

    id: str
    gate: Gate
    table: str
    severity: Severity
    columns: tuple[str, ...]
    reason: str
    predicate: pl.Expr | Callable[..., Any]
    replacement: Mapping[str, pl.Expr] = field(default_factory=dict)
    optional: tuple[str, ...] = ()

    @property
    def needs(self) -> set[str]:
        """Columns without which the rule says nothing."""
        if not isinstance(self.predicate, pl.Expr):
            return set(self.columns)
        roots = set(self.predicate.meta.root_names())
        roots |= set(self.columns) if self.severity == "blank" else set()
        for new in self.replacement.values():
            roots |= set(new.meta.root_names())
        return roots - set(self.optional)


class Declared:
    """Short hands to declare the domain rules of one table.

    Examples
    --------
    >>> on = Declared("Flight_Crew")
    >>> rule = on.blank("crew_age_zero", "crew_age", pl.col("crew_age") == 0, "0 means not given")
    >>> rule.table, rule.severity, rule.columns
    ('Flight_Crew', 'blank', ('crew_age',))
    """

    def __init__(self, table: str) -> None:
        self.table = table

    def _rule(
        self,
        severity: Severity,
        id_: str,
        columns: str,
        predicate: pl.Expr,
        reason: str,
        **more: Any,
    ) -> Rule:
        named = tuple(columns.split())
        return Rule(id_, Gate.DOMAIN, self.table, severity, named, reason, predicate, **more)

    def reject(self, id_: str, columns: str, predicate: pl.Expr, reason: str) -> Rule:
        """Declare a rule whose rows go to quarantine."""
        return self._rule("reject", id_, columns, predicate, reason)

    def blank(
        self, id_: str, columns: str, predicate: pl.Expr, reason: str, *, optional: str = ""
    ) -> Rule:
        """Declare a rule that empties its columns."""
        given = tuple(optional.split())
        return self._rule("blank", id_, columns, predicate, reason, optional=given)

    def repair(self, id_: str, predicate: pl.Expr, reason: str, **new: pl.Expr) -> Rule:
        """Declare a rule that replaces values by what the record itself tells."""
        return self._rule("blank", id_, " ".join(new), predicate, reason, replacement=new)

    def note(self, id_: str, columns: str, predicate: pl.Expr, reason: str) -> Rule:
        """Declare a rule that counts and changes nothing."""
        return self._rule("note", id_, columns, predicate, reason)
