"""What is adjusted for when weather and light are compared, and why, as a diagram.

Weather and light come before the accident. What comes after them, phase of flight and what went
wrong, is how they act and is left alone. Whether the pilot was rated and current on instruments,
and what the aircraft could do in cloud, the records do not say.
"""

from dataclasses import replace

import networkx as nx
import pandas as pd

from hindcast.analysis.graph import Diagram

_ARROWS = (
    ("season_and_place", "imc", "fog and low cloud have their season, coasts and mountains"),
    ("season_and_place", "night", "winter days are short, northern summers have hardly any night"),
    (
        "season_and_place",
        "fatal",
        "cold, terrain, how far help is; what was learned over the years",
    ),
    ("season_and_place", "operation", "leisure flying is for summer, sprayers fly over plains"),
    ("operation", "imc", "who flies to a schedule does not wait for blue sky"),
    ("operation", "night", "freight and ambulances fly at night, sprayers by day"),
    ("operation", "fatal", "low work and passengers"),
    ("operation", "aircraft", "the work chooses the aircraft"),
    ("operation", "pilot", "the work chooses the pilot"),
    ("aircraft", "imc", "who is equipped for cloud enters it"),
    ("aircraft", "night", "who is lit for the night flies in it"),
    ("aircraft", "fatal", "speed at impact, seats, strength"),
    ("pilot", "imc", "with hours come ratings, and with ratings cloud"),
    ("pilot", "night", "students hardly fly at night"),
    ("pilot", "fatal", "skill, age"),
    ("night", "imc", "fog forms at night, and cloud cannot be seen"),
    ("night", "phase_and_occurrence", "unlit ground, no field to glide to"),
    ("night", "fatal", "rescue is later"),
    ("imc", "phase_and_occurrence", "lost control in cloud, ground met unseen"),
    ("imc", "fatal", "the end comes at speed"),
    ("phase_and_occurrence", "fatal", "a stall kills, a runway excursion seldom"),
    ("rating_and_equipment", "imc", "unrated pilots avoid cloud, or are caught in it"),
    ("rating_and_equipment", "night", "instrument pilots fly at night"),
    ("rating_and_equipment", "fatal", "who can fly by instruments keeps control"),
    ("pilot", "rating_and_equipment", "ratings come with hours"),
)

IMC = Diagram("imc", "fatal", _ARROWS, frozenset({"rating_and_equipment"}))
NIGHT = replace(IMC, exposure="night")

COLUMNS = {
    "season_and_place": ["season_told", "years_since_2008", "region"],
    "operation": ["purpose_told", "part"],
    "aircraft": ["aircraft_kind", "retractable", "turbine", "homebuilt_told"],
    "pilot": ["pilot_hours", "pilot_age", "professional", "second_pilot"],
    "night": ["sun"],
    "imc": ["imc_told"],
}
"""Node -> the columns that stand for it when it is adjusted for."""

PLACES = {
    "season_and_place": (0.10, 0.93),
    "operation": (0.37, 0.95),
    "aircraft": (0.63, 0.87),
    "pilot": (0.90, 0.93),
    "night": (0.08, 0.56),
    "imc": (0.10, 0.20),
    "phase_and_occurrence": (0.47, 0.355),
    "rating_and_equipment": (0.66, 0.05),
    "fatal": (0.92, 0.32),
}
BENDS = {("season_and_place", "imc"): 0.3, ("pilot", "rating_and_equipment"): -0.1}
"""Arrow -> curvature that leads it past a box."""

LABELS = {
    "season_and_place": "season, year, region",
    "operation": "purpose, regulation",
    "pilot": "pilot: hours, age, profession",
    "imc": "instrument weather (IMC)",
    "rating_and_equipment": "instrument rating, equipment",
    "fatal": "fatal accident",
}


def measured(diagram: Diagram) -> Diagram:
    """Return the diagram as it would be if what the records do not hold had no effect."""
    arrows = tuple(a for a in diagram.arrows if not {a[0], a[1]} & diagram.unmeasured)
    return replace(diagram, arrows=arrows, unmeasured=frozenset())


def parents(diagram: Diagram) -> list[str]:
    """Return the measured causes of the exposure, in the order of the arrows: what is adjusted for.

    Examples
    --------
    >>> parents(NIGHT)
    ['season_and_place', 'operation', 'aircraft', 'pilot']
    """
    found = [cause for cause, effect, _ in diagram.arrows if effect == diagram.exposure]
    return [cause for cause in found if cause not in diagram.unmeasured]


def columns(nodes: list[str]) -> list[str]:
    """Return the columns that stand for nodes."""
    return [column for node in nodes for column in COLUMNS[node]]


def reasons(diagram: Diagram) -> pd.DataFrame:
    """Return why each node that is adjusted for is: how it bears on the exposure and the outcome.

    Returns
    -------
    pandas.DataFrame
        ``adjusted for, on the exposure, on the outcome``.
    """
    graph: nx.DiGraph = diagram.graph
    rows = [
        {
            "adjusted for": LABELS.get(node, node),
            "on the exposure": graph.edges[node, diagram.exposure]["why"],
            "on the outcome": graph.edges[node, diagram.outcome]["why"],
        }
        for node in parents(diagram)
    ]
    return pd.DataFrame(rows)
