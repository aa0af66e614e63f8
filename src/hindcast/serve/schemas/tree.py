"""A tree of typed filters: conditions joined by and, or and not, never SQL."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Discriminator, Field, StrictBool, Tag, model_validator

from hindcast.serve.records.filters import Day, Population
from hindcast.serve.schemas.records import Event, Sort

MOST_CONDITIONS = 64
DEEPEST = 8
MOST_VALUES = 100

_KIND_OF = {str: "text", int: "number", float: "number", bool: "flag", date: "date"}


def _kind(annotation: Any) -> str:
    (one,) = (kind for kind in get_args(annotation) or (annotation,) if kind is not type(None))
    return _KIND_OF[one]


FIELDS: dict[str, str] = {
    **{name: _kind(told.annotation) for name, told in Event.model_fields.items()},
    "probable_cause": "text",
}
"""The fields that may be asked for, with their kind."""

_JOINS = ("and", "or", "not")


def _of(kind: str) -> Any:
    return Literal[tuple(name for name, one in FIELDS.items() if one == kind)]


Text = Annotated[str, Field(max_length=200)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-1e12, le=1e12)]


class Leaf(BaseModel):
    """A field, a comparison and what to compare with."""

    model_config = ConfigDict(extra="forbid")

    field: Any
    op: Any
    value: Any

    @model_validator(mode="after")
    def _fits(self) -> Self:
        expected = {"in": list, "between": list, "is_null": bool}.get(self.op)
        if expected and not isinstance(self.value, expected):
            raise ValueError(f"{self.op} expects a {_NAMES[expected]}, got {self.value!r}"[:200])
        if not expected and isinstance(self.value, list if type(self) is FlagLeaf else bool | list):
            raise ValueError(f"{self.op} expects one value of the field's kind")
        if self.op == "between" and len(self.value) != 2:
            raise ValueError(f"between expects two values, got {len(self.value)}")
        return self


_NAMES = {list: "list", bool: "boolean (true: the field is missing)"}


Texts = Annotated[list[Text], Field(min_length=1, max_length=MOST_VALUES)]
Numbers = Annotated[list[Number], Field(min_length=1, max_length=MOST_VALUES)]
Dates = Annotated[list[Day], Field(min_length=1, max_length=MOST_VALUES)]


class TextLeaf(Leaf):
    """A condition on a text or a code; case does not matter."""

    field: _of("text")
    op: Literal["eq", "ne", "in", "contains", "starts_with", "is_null"]
    value: StrictBool | Text | Texts


class NumberLeaf(Leaf):
    """A condition on a number."""

    field: _of("number")
    op: Literal["eq", "ne", "lt", "le", "gt", "ge", "between", "in", "is_null"]
    value: StrictBool | Number | Numbers


class DateLeaf(Leaf):
    """A condition on the day."""

    field: _of("date")
    op: Literal["eq", "ne", "lt", "le", "gt", "ge", "between", "in", "is_null"]
    value: StrictBool | Day | Dates


class FlagLeaf(Leaf):
    """A condition on a yes or no."""

    field: _of("flag")
    op: Literal["eq", "is_null"]
    value: StrictBool


class And(BaseModel):
    """All of these hold."""

    model_config = ConfigDict(extra="forbid")

    every: "list[Node]" = Field(alias="and", min_length=1, max_length=MOST_CONDITIONS)


class Or(BaseModel):
    """One of these holds."""

    model_config = ConfigDict(extra="forbid")

    some: "list[Node]" = Field(alias="or", min_length=1, max_length=MOST_CONDITIONS)


class Not(BaseModel):
    """None of this holds; where the field is missing, neither does this."""

    model_config = ConfigDict(extra="forbid")

    none: "Node" = Field(alias="not")


def _tag(node: Any) -> str | None:
    """Return which kind of node this is; None is an error that lists the kinds."""
    if not isinstance(node, dict):
        return _TAGS.get(type(node))
    for join in _JOINS:
        if join in node:
            return join
    field = node.get("field")
    return FIELDS.get(field) if isinstance(field, str) else None


_TAGS = {
    And: "and", Or: "or", Not: "not", TextLeaf: "text", NumberLeaf: "number", DateLeaf: "date",
    FlagLeaf: "flag",
}  # fmt: skip

Node = Annotated[
    Annotated[And, Tag("and")]
    | Annotated[Or, Tag("or")]
    | Annotated[Not, Tag("not")]
    | Annotated[TextLeaf, Tag("text")]
    | Annotated[NumberLeaf, Tag("number")]
    | Annotated[DateLeaf, Tag("date")]
    | Annotated[FlagLeaf, Tag("flag")],
    Discriminator(
        _tag,
        custom_error_type="filter_node",
        custom_error_message="expected and, or, not, or a known field with op and value",
    ),
]
for joined in (And, Or, Not):
    joined.model_rebuild()


class AdvancedQuery(BaseModel):
    """A tree of filters, an order and a page."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "where": {
                        "and": [
                            {"field": "ev_state", "op": "in", "value": ["AK", "CA"]},
                            {"field": "vis_sm", "op": "lt", "value": 3},
                            {"not": {"field": "is_homebuilt", "op": "eq", "value": True}},
                        ]
                    },
                    "sort": "-date",
                    "limit": 10,
                }
            ]
        },
    )

    where: Node = Field(
        description=f"At most {MOST_CONDITIONS} nodes, nested at most {DEEPEST} deep"
    )
    population: Population = Field(
        "us_accidents", description="`us_accidents` or `all`, as for GET /events"
    )
    sort: Sort = Field("-date", description="Order; `-` is descending. Ties go by ev_id")
    limit: int = Field(50, ge=1, le=500, description="Events on a page")
    cursor: str | None = Field(
        None, max_length=400, description="`next_cursor` of the page before, with the same question"
    )

    @model_validator(mode="before")
    @classmethod
    def _bounded(cls, given: Any) -> Any:
        """Refuse a large tree before it is looked into."""
        if isinstance(given, dict):
            for number, depth in enumerate(_depths(given.get("where")), start=1):
                if number > MOST_CONDITIONS or depth > DEEPEST:
                    raise ValueError(
                        f"where has more than {MOST_CONDITIONS} nodes, or is nested more than "
                        f"{DEEPEST} deep: ask for less at a time"
                    )
        return given


def _depths(tree: Any) -> Iterator[int]:
    """Yield the depth of each node, without recursion: the tree may be of any depth."""
    waiting = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        yield depth
        if isinstance(node, dict):
            for join in _JOINS:
                below = node.get(join, [])
                nodes = below if isinstance(below, list) else [below]
                waiting.extend((one, depth + 1) for one in nodes)
