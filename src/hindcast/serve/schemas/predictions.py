"""Forecasts as they are answered.

Answers are written by orjson without going through these models, which would take longer than the
forecast; tests hold the two together.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

HorizonName = Literal["dispatch", "event", "scene", "investigation"]
_ID = "0b1e6f0c8d6f4c0fb0c5a8f2d1e3a495"


class Part(BaseModel):
    """A part of an answer: exactly these fields."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())


class Classes(Part):
    """Probabilities of the highest injury; they add up to 1."""

    none: float = Field(ge=0, le=1)
    minor: float = Field(ge=0, le=1)
    serious: float = Field(ge=0, le=1)
    fatal: float = Field(ge=0, le=1)


class AnswerSet(Part):
    """The conformal set: the classes that are not ruled out."""

    classes: list[Literal["none", "minor", "serious", "fatal"]]
    coverage: float = Field(description="The share of accidents whose class is in their set")
    how_to_read: str


class Ignored(Part):
    """A field that was given and not used."""

    field: str
    why: str


class FewFields(Part):
    """What has to be known of the fields of a batch's row."""

    n_missing: int = Field(ge=0, description="How many fields the model reads and were not given")
    ignored: list[Ignored]
    unknown_codes: dict[str, str] = Field(description="Codes that the field's list lacks")


class Fields(FewFields):
    """What became of the request's fields."""

    used: list[str]
    missing: list[str] = Field(
        description="What would matter most first; ten of them, all with detail=full"
    )


class Unusual(Part):
    """A feature whose value training did not meet: the forecast lies beyond the records."""

    feature: str
    label: str
    value: float | bool | str | None
    why: str


class Contribution(Part):
    """What one feature adds to the forecast; it explains the model, not the world."""

    feature: str
    label: str = Field(description="The feature in plain words", examples=["Visibility"])
    value: float | bool | str | None = Field(description="Null where missing or withheld")
    unit: str | None = Field(examples=["sm"])
    is_withheld: bool = Field(description="Whether the value tells of a person")
    contribution: float = Field(description="SHAP value, log odds")
    direction: Literal["raises", "lowers"]


class Explanation(Part):
    """Base value, contributions and rest add up to the log odds before calibration."""

    unit: str
    base_value: float = Field(description="The mean over the training accidents")
    contributions: list[Contribution] = Field(description="Largest first")
    rest: float = Field(description="All other features together")


class Model(Part):
    """The model behind an answer."""

    model_version: str = Field(examples=["855c5821e4a5"])
    role: str = Field(description="champion, challenger, or version where asked for by name")
    trained_until: str | None = Field(description="The last day that the model knows of")
    is_simulated: bool | None = Field(
        description="Whether it was trained on simulated records; null where not known"
    )
    estimand: str = Field(description="What the number means, and what it does not")


class SeverityModel(Model):
    """The models behind a forecast of severity."""

    classes_estimand: str


class Severity(SeverityModel):
    """A forecast of severity."""

    prediction_id: str = Field(description="To tell later what turned out", examples=[_ID])
    horizon: HorizonName
    horizon_why: str
    fatal: float = Field(ge=0, le=1, description="P(fatal | an accident happened)")
    classes: Classes
    answer_set: AnswerSet
    fields: Fields
    unusual: list[Unusual]
    explanation: Explanation | None = Field(None, description="Only with explain above 0")


class BadRow(Part):
    """A row of a batch that could not be answered."""

    row: int
    errors: list[dict[str, Any]]


class GoodRow(Part):
    """A row of a batch."""

    row: int
    prediction_id: str
    horizon: HorizonName
    fatal: float = Field(ge=0, le=1)
    classes: Classes
    answer_set: AnswerSet
    fields: Fields | FewFields
    unusual: list[Unusual]
    explanation: Explanation | None = None


class Batch(Part):
    """Forecasts of many accidents, in their order."""

    n_rows: int
    n_bad: int
    models: dict[HorizonName, SeverityModel] = Field(description="By the rows' horizon")
    rows: list[GoodRow | BadRow]


class Family(Part):
    """A family of findings; several may hold of one accident."""

    code: str
    level: Literal["category", "section"]
    name: str
    probability: float = Field(ge=0, le=1)


class Causes(Model):
    """A forecast of what the investigation will list."""

    prediction_id: str
    horizon: HorizonName
    horizon_why: str
    families: list[Family] = Field(description="The likeliest first")
    fields: Fields
    unusual: list[Unusual]


class Outcome(Part):
    """What turned out."""

    prediction_id: str
    ev_highest_injury: Literal["NONE", "MINR", "SERS", "FATL"]
    injury: Literal["none", "minor", "serious", "fatal"] = Field(alias="class")
    as_of: str
    recorded_at: str


class OutcomeBody(Part):
    """What to tell of an accident that was forecast."""

    ev_highest_injury: Literal["NONE", "MINR", "SERS", "FATL"] = Field(
        description="NTSB's code of the highest injury; fatal is a death within 30 days"
    )
    as_of: str = Field(
        description="The day by which it was known, not in the future",
        json_schema_extra={"format": "date"},
        examples=["2024-09-30"],
    )
