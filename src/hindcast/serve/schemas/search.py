"""Search as it is asked and answered: words over probable causes, or a tree of filters."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from hindcast.serve.records.filters import Population, RecordFilter
from hindcast.serve.records.phrases import SYNTAX


class SearchQuery(RecordFilter):
    """Words, filters and a page."""

    q: str = Field(
        min_length=1, max_length=200, description=SYNTAX, examples=['"fuel exhaustion" engin*']
    )
    limit: int = Field(20, ge=1, le=100, description="Events on a page")
    cursor: str | None = Field(
        None, max_length=400, description="`next_cursor` of the page before, with the same question"
    )


class Hit(BaseModel):
    """One event whose probable cause matches."""

    model_config = ConfigDict(extra="forbid")

    ev_id: str
    ev_date: date | None
    ev_state: str | None
    severity: str | None
    is_fatal: bool | None
    acft_category: str | None
    make: str | None
    model: str | None
    phase_group: str | None
    occurrence: str | None
    score: float = Field(description="BM25: higher fits better; comparable within one question")
    highlight: str = Field(
        description="The probable cause as HTML: escaped, with `<mark>` around what matched",
        examples=["A total loss of <mark>engine</mark> power"],
    )


class SearchPage(BaseModel):
    """One page of matching events, best first."""

    model_config = ConfigDict(extra="forbid")

    population: Population
    n_matching: int = Field(description="Events that match, over all pages")
    items: list[Hit]
    next_cursor: str | None = Field(description="Give it as `cursor`; null on the last page")
