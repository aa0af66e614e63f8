"""The causal question: whether a second pilot changes the odds that an accident in IMC is fatal.

Population, exposure, the diagram that states what is assumed, and the columns that stand for its
nodes. Everything is conditional on the accident: no flight without one is in the records.
"""

import logging
from dataclasses import dataclass

import networkx as nx
import numpy as np
import pandas as pd

from hindcast.analysis import shares
from hindcast.analysis.graph import Diagram, adjustment_set, closes_back_doors
from hindcast.analysis.limits.hours import PART_91

log = logging.getLogger(__name__)

EXPOSURE, OUTCOME = "has_second_pilot", "is_fatal"
FEATURES = (
    EXPOSURE,
    "is_imc",
    "purpose_group",
    "pilot_hours_log",
    "pilot_age_years",
    "is_professional_pilot",
    "is_turbine",
    "engines_count",
    "is_homebuilt",
    "is_night",
    "ceiling_ft",
    "visibility_sm",
    "crew_certificated_count",
    "has_instructor",
    "is_weekend",
    "season",
    "is_alaska",
    "aircraft_age_years",
    "is_helicopter",
    "is_retractable",
)
WORK = ("business", "positioning", "aerial_work", "public")
LEAST = 10
"""Accidents that each arm needs, fatal and not, before an effect is estimated."""
MOSTLY = 0.5
"""A covariate that more of the accidents lack is left out, and named."""

_ASSUMED = (
    ("purpose", "second_pilot", "training and hired flying put two pilots on board"),
    ("purpose", "pilot", "who flies for hire has more hours"),
    ("purpose", "aircraft", "hired flying uses turbines and twins"),
    ("purpose", "night", "hired flying keeps to a timetable"),
    ("purpose", "fatal", "where and how one flies"),
    ("pilot", "second_pilot", "those who fly for a living fly in crews"),
    ("pilot", "fatal", "experience and age"),
    ("aircraft", "second_pilot", "large aircraft are certified for two"),
    ("aircraft", "fatal", "speed, mass and structure"),
    ("night", "second_pilot", "crews are doubled for the night"),
    ("night", "fatal", "nothing to be seen before the impact"),
    ("second_pilot", "handling", "one flies, the other reads and talks"),
    ("handling", "fatal", "control kept or lost"),
    ("second_pilot", "weather_met", "two go on where one turns back"),
    ("weather_met", "fatal", "how low the cloud is"),
    ("second_pilot", "fatal", "what is asked"),
)
ASSUMED = Diagram("second_pilot", "fatal", _ASSUMED)
"""All common causes measured, and the accident happened to anybody alike."""
_CARE = (
    ("care", "second_pilot", "the careful take a second pilot along"),
    ("care", "fatal", "planning, training, equipment"),
)
WITH_CARE = Diagram("second_pilot", "fatal", (*_ASSUMED, *_CARE), frozenset({"care"}))
"""As before, with carefulness, which no record holds."""
_SELECTED = (
    ("second_pilot", "accident", "a second pilot prevents accidents"),
    ("severity", "accident", "what would kill is harder to prevent"),
    ("severity", "fatal", "how bad the emergency was"),
)
SELECTED = Diagram("second_pilot", "fatal", (*_ASSUMED, *_SELECTED), frozenset({"severity"}))
"""As the first, but a second pilot also decides whether there is an accident at all."""
DRAWN = Diagram(
    "second_pilot", "fatal", (*_ASSUMED, *_CARE, *_SELECTED), frozenset({"care", "severity"})
)
"""All of it, to be looked at."""
COVARIATES = {
    "purpose": ["is_instruction", "is_work"],
    "pilot": ["pilot_hours_log", "hours_missing", "pilot_age_years", "is_professional_pilot"],
    "aircraft": ["is_turbine", "is_multi_engine", "is_homebuilt"],
    "night": ["is_night"],
}
LABELS = {
    "is_instruction": "instruction",
    "is_work": "business, positioning, work",
    "pilot_hours_log": "pilot's hours (log)",
    "hours_missing": "hours missing",
    "pilot_age_years": "pilot's age",
    "is_professional_pilot": "professional pilot",
    "is_turbine": "turbine",
    "is_multi_engine": "several engines",
    "is_homebuilt": "homebuilt",
    "is_night": "night",
}


Step = tuple[str, int, float]


@dataclass(frozen=True)
class Question:
    """The accidents in which the question is asked, ready for estimators.

    Attributes
    ----------
    rows
        One row an accident: exposure and outcome as 0.0 and 1.0, covariates without gaps, and what
        negative controls need.
    covariates
        Columns adjusted for.
    steps
        Each step, the accidents it left, and the share of those that was fatal.
    left_out
        Covariates that these records lack, or that do not vary.
    """

    rows: pd.DataFrame
    covariates: list[str]
    steps: list[Step]
    left_out: list[str]

    @property
    def exposed(self) -> np.ndarray:
        """Whether a second pilot was aboard, one boolean an accident."""
        return self.rows[EXPOSURE].to_numpy() == 1

    @property
    def fatal(self) -> np.ndarray:
        """Whether the accident was fatal, 0.0 or 1.0."""
        return self.rows[OUTCOME].to_numpy(dtype=float)

    @property
    def is_answerable(self) -> bool:
        """Whether both arms have enough accidents to estimate anything."""
        arms = (self.exposed, ~self.exposed)
        return all(arm.sum() >= LEAST and 0 < self.fatal[arm].mean() < 1 for arm in arms)

    def why_not(self) -> str:
        """Say how many accidents each arm has, for a figure that cannot be drawn."""
        with_it, alone = int(self.exposed.sum()), int((~self.exposed).sum())
        return f"too few accidents to compare: {with_it} with a second pilot, {alone} without"

    def matrix(self, without: str | None = None) -> np.ndarray:
        """Return the covariates, standardised, one column each."""
        kept = [name for name in self.covariates if name != without]
        values = self.rows[kept].to_numpy(dtype=float)
        return (values - values.mean(axis=0)) / values.std(axis=0)


def prepared(accidents: pd.DataFrame) -> pd.DataFrame:
    """Return accidents with the columns that the diagram's nodes are measured by."""
    purpose = accidents["purpose_group"].astype("object")
    engines, hours = accidents["engines_count"], accidents["pilot_hours_log"]
    return accidents.assign(
        is_instruction=_flag(purpose.eq("instruction"), purpose),
        is_work=_flag(purpose.isin(WORK), purpose),
        is_multi_engine=_flag(engines.gt(1), engines),
        hours_missing=hours.isna().astype("boolean"),
    )


def _flag(values: pd.Series, known: pd.Series) -> pd.Series:
    return values.astype("boolean").where(known.notna().to_numpy(), pd.NA)


def posed(accidents: pd.DataFrame, exposure: str = EXPOSURE) -> Question:
    """Return the accidents that the question is about, with what each step leaves.

    Parameters
    ----------
    accidents
        Of `hindcast.analysis.records.read` with `FEATURES`, all severities.
    exposure
        Column that says whether there was a second pilot.
    """
    rows = prepared(accidents).astype({exposure: "boolean"})
    steps = [_step("US civil accidents", rows)]
    wanted = {
        "in IMC": rows["is_imc"].fillna(value=False).astype(bool),
        "airplanes": rows["acft_category"].eq("AIR").fillna(value=False),
        "under Part 91": rows["far_part"].isin(PART_91),
        "of known severity": rows[OUTCOME].notna(),
        "with a known second-pilot field": rows[exposure].notna(),
    }
    for name, kept in wanted.items():
        rows = rows[kept.loc[rows.index].astype(bool)]
        steps.append(_step(name, rows))
    return _complete(rows.assign(**{EXPOSURE: rows[exposure]}), steps)


def _step(name: str, rows: pd.DataFrame) -> Step:
    known = rows[OUTCOME].dropna().astype(float)
    return name, len(rows), float(known.mean()) if len(known) else float("nan")


def _complete(rows: pd.DataFrame, steps: list[Step]) -> Question:
    named = [name for names in COVARIATES.values() for name in names]
    rows = rows.assign(pilot_hours_log=_filled(rows["pilot_hours_log"]))
    thin = [name for name in named if rows[name].isna().mean() > MOSTLY or not len(rows)]
    rows = rows.dropna(subset=[name for name in named if name not in thin])
    steps = [*steps, _step("with all covariates but hours", rows)]
    log.info("question: %s", steps)
    held = [n for n in named if n not in thin and rows[n].astype(float).std() > 0]
    numbers = [EXPOSURE, OUTCOME, *(name for name in named if name not in thin)]
    rows = rows.astype(dict.fromkeys(numbers, "float64")).reset_index(drop=True)
    return Question(rows, held, steps, [name for name in named if name not in held])


def _filled(hours: pd.Series) -> pd.Series:
    """Return hours with the median in the gaps; a column of its own says where they were."""
    values = hours.astype("float64")
    return values.fillna(values.median()) if values.notna().any() else values.fillna(0.0)


def arms(question: Question) -> pd.DataFrame:
    """Return accidents and fatal ones by arm, as `hindcast.analysis.shares.by` does."""
    names = np.where(question.exposed, "second pilot aboard", "one pilot")
    rows = pd.DataFrame({"arm": names, OUTCOME: question.fatal == 1}).astype({OUTCOME: "boolean"})
    return shares.by(rows, "arm")


def association_through(diagram: Diagram, adjusted_for: set[str], given: set[str]) -> bool:
    """Say whether exposure and outcome stay associated although the exposure did nothing.

    The exposure's arrows towards the outcome are removed (nothing is caused), those to what is
    ``given``, such as that an accident happened, are kept: what is left flows through confounding
    or through selection.

    Examples
    --------
    >>> arrows = (("x", "s", ""), ("u", "s", ""), ("u", "y", ""), ("x", "y", ""))
    >>> d = Diagram("x", "y", arrows, frozenset({"u"}))
    >>> association_through(d, set(), set()), association_through(d, set(), {"s"})
    (False, True)
    """
    graph = diagram.graph
    causes = nx.ancestors(graph, diagram.outcome) | {diagram.outcome}
    graph.remove_edges_from([(a, b) for a, b in graph.out_edges(diagram.exposure) if b in causes])
    sides = {diagram.exposure}, {diagram.outcome}
    return not nx.is_d_separator(graph, *sides, adjusted_for | given)


def identified() -> pd.DataFrame:
    """Return for each diagram what would have to be adjusted for, and whether that is enough.

    Returns
    -------
    pandas.DataFrame
        ``assumed, adjust_for, closes_back_doors, left_open``.
    """
    chosen = adjustment_set(ASSUMED) or set()
    cases = (
        ("all common causes are measured", ASSUMED, set()),
        ("carefulness, unmeasured, drives both", WITH_CARE, set()),
        ("a second pilot prevents accidents", SELECTED, {"accident"}),
    )
    told = []
    for name, diagram, given in cases:
        found = adjustment_set(diagram)
        is_open = association_through(diagram, chosen, given)
        told.append(
            {
                "assumed": name,
                "adjust_for": "no measured set" if found is None else ", ".join(sorted(found)),
                "closes_back_doors": closes_back_doors(diagram, chosen),
                "left_open": "a path stays open" if is_open else "nothing",
            }
        )
    return pd.DataFrame(told)


def steps(question: Question) -> pd.DataFrame:
    """Return the accidents that each step leaves, and the share of them that was fatal."""
    found = pd.DataFrame(question.steps, columns=["step", "accidents", "fatal_share"])
    found.insert(2, "lost", -found["accidents"].diff().fillna(0).astype(int))
    return found


def adjusted(question: Question) -> pd.DataFrame:
    """Return by which columns each node of the diagram is measured, and whether these records can.

    Returns
    -------
    pandas.DataFrame
        ``node, measured_by, is_used``: false where it is lacking, or does not vary.
    """
    told = [
        (node, LABELS[name], name in question.covariates)
        for node, names in COVARIATES.items()
        for name in names
    ]
    return pd.DataFrame(told, columns=["node", "measured_by", "is_used"])
