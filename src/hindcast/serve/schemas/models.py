"""Models as they are answered: which versions there are, how good they were, what they read."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Target = Literal["fatal", "severity", "causes", "damage"]
Horizon = Literal["dispatch", "event", "scene", "investigation"]
_VERSION = Field(description="Digest of a horizon's models", examples=["0f3a9c1d5e7b"])


class Version(BaseModel):
    """One version of a horizon's models."""

    version: str = _VERSION
    roles: list[Literal["champion", "challenger", "previous"]] = Field(
        description="What it is now; empty for one that is only kept"
    )
    is_loaded: bool = Field(
        description="Whether it is in memory; others are loaded when ?model= asks"
    )
    semver: str | None = Field(description="Its number in the registry, where that is known")
    shelved_at: str | None = Field(description="When it was put on the shelf, UTC")


class Challenge(BaseModel):
    """What the challenger is given."""

    version: str = _VERSION
    mode: Literal["off", "shadow", "share"] = Field(
        description="off: nothing; shadow: it scores the champion's requests and is not answered; "
        "share: it answers a share of them"
    )
    share: float = Field(description="Share that it answers, 0 to 1")
    by: Literal["key", "request"] = Field(description="What the share is of")


class Model(BaseModel):
    """The model of one target and horizon."""

    target: Target
    horizon: Horizon
    estimand: str = Field(description="What its number means")
    default: str = Field(description="The version that answers who asks for none: the champion")
    challenger: Challenge | None
    versions: list[Version]


class Models(BaseModel):
    """Every model that can be asked."""

    items: list[Model]


class Figure(BaseModel):
    """A measured figure with its 95% interval by event."""

    value: float
    low: float
    high: float


class ModelFeature(BaseModel):
    """One input of the model, after the raw fields of a request became features."""

    model_config = ConfigDict(extra="forbid")

    name: str
    meaning: str = Field(description="What it is, in plain words")
    why: str = Field(description="Why it may tell something")
    kind: str = Field(description="number, flag or category")
    unit: str | None
    known_at: str = Field(description="The horizon from which it is known")
    fields: list[str] = Field(description="Columns it is made of")
    levels: list[str] | None = Field(description="Values of a category that training had")
    range: list[float] | None = Field(description="Least and greatest value in training")


class ModelDetail(BaseModel):
    """How good a model was, what it reads, where it comes from."""

    target: Target
    horizon: Horizon
    version: str = _VERSION
    roles: list[str]
    estimand: str
    outputs: list[str] = Field(description="What it gives probabilities of")
    metrics: dict[str, Figure] | None = Field(
        description="On the test accidents; null where no figures of this version are known"
    )
    counts: dict[str, int] = Field(description="Accidents trained and tested on")
    lineage: dict[str, Any] = Field(
        description="Records, days of the split, catalog of features, lock of packages"
    )
    registry: dict[str, Any] | None = Field(description="The version in the registry of runs")
    features: list[ModelFeature] = Field(description="In the model's order")
    card: str | None = Field(description="The model's card, Markdown")
