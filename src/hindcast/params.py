"""The study's parameters, typed: an unknown key or a wrong type in params.yaml is an error."""

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, ValidationError

from hindcast import paths
from hindcast.analysis import params as analysis
from hindcast.errors import HindcastError
from hindcast.param_types import Count, Day, Section, Share


class ParameterError(HindcastError, ValueError):
    """params.yaml, or what a stage was handed, does not fit the study's parameters."""


class Base(Section):
    """What every stage receives."""

    seed: int


class Extract(Section):
    """How large a simulated set is made where there are no records."""

    simulated_events: Count
    simulated_first_year: int
    simulated_last_year: int


class Validate(Section):
    """Where the gates draw their lines."""

    empty_share_limit: Share
    spike_limit: Annotated[float, Field(gt=0)]
    outlier_limit: Annotated[float, Field(gt=0)]
    jump_limit: Share


class Warehouse(Section):
    """What star and marts stand on, and which makes they name."""

    accumulate: bool
    rare_make_events: Count


class Features(Section):
    """From which abs(Pearson r) on two features need a stated reason to be both there."""

    correlation_limit: Share


class Booster(Section):
    """What XGBoost is told about one booster, under its own names."""

    max_depth: Count
    learning_rate: Annotated[float, Field(gt=0, le=1)]
    min_child_weight: Annotated[float, Field(ge=0)]
    subsample: Annotated[float, Field(gt=0, le=1)]
    colsample_bytree: Annotated[float, Field(gt=0, le=1)]
    reg_lambda: Annotated[float, Field(ge=0)]


class Train(Section):
    """Last day of each part, how old an event must be, and how a model is made."""

    train_until: Day
    validation_until: Day
    test_until: Day
    maturity_days: Annotated[int, Field(ge=0)]
    min_level_events: Count
    older_weight: Share
    n_boosters: Count
    compared_boosters: Count
    max_rounds: Count
    early_stopping_rounds: Count
    jobs: Count
    calibration: Literal["none", "shrunk", "platt", "beta", "venn_abers", "isotonic", "auto"]
    miss_cost: Annotated[float, Field(gt=0)]
    blanked_rows: Share
    blanked_share: Annotated[float, Field(ge=0, le=0.5)]
    booster: Booster


class Evaluate(Section):
    """How often events are drawn anew, and below how many events a group has no figure."""

    bootstrap_rounds: Count
    smallest_group: Count


class Explain(Section):
    """How many features are looked at one by one, and how many tell a single case."""

    top_features: Count
    told_features: Count


class Promote(Section):
    """What a challenger may lose at most: calibration, speed, and in any group of accidents."""

    rounds: Count
    ece_slack: Share
    latency_ratio: Annotated[float, Field(gt=0)]
    smallest_group: Count
    group_auc_loss: Share
    group_ece_rise: Share


class Tune(Section):
    """How long booster parameters are searched, and whether training searches them anew."""

    enabled: bool
    trials: Count
    startup_trials: Count
    folds: Count
    max_rounds: Count
    early_stopping_rounds: Count
    check_seeds: Count


class Challenger(Section):
    """How long the other learners may learn."""

    rounds: Count
    early_stopping_rounds: Count
    learning_rate: Annotated[float, Field(gt=0, le=1)]


class Levers(Section):
    """Which rows the table "what helped" has, and how each is measured."""

    horizons: list[Literal["dispatch", "event", "scene", "investigation"]] = Field(min_length=1)
    without: list[str]
    n_boosters: Count
    metric: Literal["roc_auc", "average_precision", "brier", "log_loss"]
    bootstrap_rounds: Count
    jobs: Count
    challenger: Challenger


class Evidence(Section):
    """How cheaply the variants are fitted, which there are, and how finely they are judged."""

    horizons: list[Literal["dispatch", "event", "scene", "investigation"]]
    n_boosters: Count
    learning_rate: Annotated[float, Field(gt=0, le=1)]
    early_stopping_rounds: Count
    calibration: Literal["none", "platt", "beta", "venn_abers", "isotonic"]
    jobs: Count
    bootstrap_rounds: Count
    smallest_group: Count
    training_fractions: list[Annotated[float, Field(gt=0, le=1)]]
    training_draws: Count
    history_years: list[Count]
    region: str
    refits: Count
    shuffles: Annotated[int, Field(ge=2)]
    decay_models: Count
    decay_reach: Annotated[int, Field(ge=2)]
    drift_features: Count
    permutation_rows: Count
    permutations: Count
    absent_shares: list[Share]
    absent_draws: Count


class Targets(Section):
    """How the further targets are learned and judged, and what their sets of answers promise.

    ``booster`` is severity's and damage's, ``family_booster`` that of the families of findings.
    """

    jobs: Count
    n_boosters: Count
    max_rounds: Count
    early_stopping_rounds: Count
    blanked_rows: Share
    blanked_share: Annotated[float, Field(ge=0, le=0.5)]
    calibration: Literal["none", "platt", "isotonic", "beta"]
    bootstrap_rounds: Count
    smallest_group: Count
    booster: Booster
    least_events: Count
    family_max_rounds: Count
    family_booster: Booster
    coverage: Annotated[float, Field(gt=0, lt=1)]
    set_score: Literal["lac", "aps", "ordinal"]
    set_least: Count
    set_slack: Annotated[float, Field(ge=0)]


class MonitorLimits(Section):
    """From where on the monitor speaks of drift, and of calibration and ranking."""

    false_discoveries: Share
    psi_limit: Annotated[float, Field(gt=0)]
    missing_limit: Share
    drifted_gain: Share
    least_rows: Count
    least_outcomes: Count
    least_fatal: Count
    least_share_in: Share
    auc_loss: Share
    ratio_limit: Annotated[float, Field(gt=1)]


class Monitor(Section):
    """What the monitor compares with, when it speaks, and how its stage tries that out."""

    horizon: Literal["dispatch", "event", "scene", "investigation"]
    reference_years: Count
    bins: Annotated[int, Field(ge=2, le=50)]
    levels: Annotated[int, Field(ge=1, le=50)]
    limits: MonitorLimits
    false_alarm_rounds: Count
    bootstrap_rounds: Count
    delay_days_fatal: Annotated[float, Field(gt=0)]
    delay_days_other: Annotated[float, Field(gt=0)]
    delay_spread: Annotated[float, Field(gt=0)]
    off_ratios: list[Annotated[float, Field(gt=0)]]
    off_slopes: list[Annotated[float, Field(gt=0)]]


class Params(Section):
    """The whole of params.yaml."""

    base: Base
    extract: Extract
    validate_: Validate = Field(alias="validate")
    warehouse: Warehouse
    features: Features
    train: Train
    evaluate: Evaluate
    explain: Explain
    evidence: Evidence
    promote: Promote
    tune: Tune
    levers: Levers
    targets: Targets
    monitor: Monitor
    trends: analysis.Trends
    places: analysis.Places
    aircraft: analysis.Aircraft
    crew: analysis.Crew
    weather_light: analysis.WeatherLight
    causes: analysis.Causes
    narratives: analysis.Narratives
    limits: analysis.Limits


def load(path: Path | None = None) -> Params:
    """Read and check params.yaml.

    Raises
    ------
    ParameterError
        The file is missing, is not YAML, or holds unknown keys or wrong types; every fault is
        listed with its place and what was found there.
    """
    path = path or paths.root() / "params.yaml"
    try:
        return Params.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise ParameterError(f"no parameters: expected {path}") from error
    except yaml.YAMLError as error:
        raise ParameterError(f"{path.name} is not YAML: {error}") from error
    except ValidationError as error:
        raise ParameterError(f"{path.name}: {_faults(error)}") from error


def section(stage: str, params: Params | None = None) -> dict[str, Any]:
    """Return what a stage is given: ``base`` and its own section, by name.

    Examples
    --------
    >>> sorted(section("extract"))[:2]
    ['seed', 'simulated_events']
    """
    dumped = (params or load()).model_dump(by_alias=True, mode="json")
    if stage not in dumped or stage == "base":
        known = ", ".join(name for name in dumped if name != "base")
        raise ParameterError(f"no stage {stage!r}: params.yaml has {known}")
    return dumped["base"] | dumped[stage]


def _faults(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(map(str, fault['loc']))}: {fault['msg']} (found {fault['input']!r})"
        for fault in error.errors()
    )
