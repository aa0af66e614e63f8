"""Of what the parameters are made: sections that take nothing unknown, shares, counts, days."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1)]


def _iso(day: object) -> str:
    """Take a day as YAML gives it, quoted or not; a notebook receives text."""
    return day.isoformat() if isinstance(day, date) else date.fromisoformat(str(day)).isoformat()


Day = Annotated[str, BeforeValidator(_iso)]


class Section(BaseModel):
    """A part of params.yaml: nothing unknown, nothing converted behind the reader's back."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
