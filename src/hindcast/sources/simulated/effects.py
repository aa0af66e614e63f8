"""Why a simulated accident kills: the whole model of severity, its constants in one place.

The label is drawn from one logistic model, ``P(fatal) = sigmoid(INTERCEPT + sum(EFFECTS))``.
Two of its terms, destruction and fire, are themselves drawn from a latent impact speed that no
table holds: speed kills only through what the wreck looks like. Because the truth is known, a
study run on these records can be asked whether it recovers the signs and the order of ``EFFECTS``.
Sizes are chosen so that the ladder of horizons comes out about as high as on real records; the
directions are those of NTSB's own statistics and the literature on general-aviation severity.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add
from types import MappingProxyType

import polars as pl


@dataclass(frozen=True)
class Effect:
    """One term: its log-odds per unit of ``of`` (a flag is 0 or 1), and why it is there."""

    name: str
    log_odds: float
    of: pl.Expr
    why: str


def _flag(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Float64)


def _phase(*numbers: int) -> pl.Expr:
    return pl.col("phase_no").is_in(numbers).cast(pl.Float64)


def _event(*codes: str) -> pl.Expr:
    return pl.col("eventsoe_no").is_in(codes).cast(pl.Float64)


INTERCEPT = -5.25
"""Log-odds of a death in the reference case.

A daylight VMC landing mishap on an airport in 2008: US factory-built fixed-gear single, pilot of
1,000 hours aged 50, aircraft neither destroyed nor burnt.
"""

SEVERITY: tuple[Effect, ...] = (
    Effect("imc", 1.6, _flag("is_imc"), "loss of the horizon ends in high-energy impact"),
    Effect("night", 1.1, _flag("is_night"), "no visible place to land, later rescue"),
    Effect(
        "fewer_hours",
        1.5,
        3.0 - pl.col("pilot_hours").log10(),
        "per factor of ten fewer total hours than 1,000: less practised recovery",
    ),
    Effect("pilot_age", 0.3, (pl.col("pilot_age") - 50) / 10, "per ten years: frailty"),
    Effect("homebuilt", 1.4, _flag("is_homebuilt"), "cabins certified to no crash standard"),
    Effect("retractable", 1.1, _flag("is_retractable"), "stands for speed and wing loading"),
    Effect("multi_engine", 0.8, _flag("is_multi_engine"), "heavier, faster; asymmetric thrust"),
    Effect("instructional", -1.0, _flag("is_instructional"), "two pilots, circuits, low energy"),
    Effect(
        "air_carrier", -3.0, _flag("is_air_carrier"), "turbulence and ramp injuries, few deaths"
    ),
    Effect("era", -0.35, (pl.col("ev_year") - 2008) / 10, "per ten years: restraints, airbags"),
    Effect("off_airport", 0.7, 1 - _flag("is_on_airport"), "no level ground, no fire crew"),
    Effect("phase_standing_taxi", -0.3, _phase(150, 250), "against landing: almost no speed"),
    Effect("phase_takeoff", 0.6, _phase(300), "against landing: full power, full tanks"),
    Effect("phase_initial_climb", 1.3, _phase(350), "against landing: low, slow, nose high"),
    Effect("phase_approach", 1.0, _phase(500), "against landing: low and slow, stall-spin"),
    Effect("phase_enroute", 1.2, _phase(400), "against landing: cruise energy, terrain"),
    Effect("phase_maneuvering", 1.8, _phase(450), "against landing: steep turns near the ground"),
    Effect("phase_descent", 1.0, _phase(600, 650), "against landing: descents nobody planned"),
    Effect("loss_of_control_in_flight", 1.7, _event("240", "270", "500"), "uncontrolled impact"),
    Effect("terrain_or_weather", 1.8, _event("120", "401", "210", "390"), "CFIT and VFR into IMC"),
    Effect("unknown_occurrence", 1.9, _event("000"), "undetermined where nobody can tell"),
    Effect("low_altitude", 0.9, _event("220", "250"), "wires, midair: no height to recover"),
    Effect("engine_or_fuel", -0.4, _event("190", "340", "341", "342"), "a glide under control"),
    Effect("ground_handling", -1.6, _event("090", "200", "230", "300", "370"), "on the wheels"),
    Effect("two_aircraft", 0.5, _flag("has_two_aircraft"), "twice the people at risk"),
    Effect("destroyed", 3.0, _flag("is_destroyed"), "no survivable space left"),
    Effect("fire", 1.7, _flag("has_fire"), "post-crash fire kills those whom impact spared"),
    Effect("foreign", 4.9, _flag("is_foreign"), "abroad NTSB hears of the fatal ones"),
    Effect("incident", -14.0, _flag("is_incident"), "by definition nobody is badly hurt"),
)
"""What the label is drawn from."""

EFFECTS: Mapping[str, float] = MappingProxyType({e.name: e.log_odds for e in SEVERITY})
"""Name of each true effect on the death of somebody and its size in log-odds."""

IMPACT_SPEED: tuple[Effect, ...] = (
    Effect("imc", 0.7, _flag("is_imc"), "out of control in cloud"),
    Effect("retractable", 0.3, _flag("is_retractable"), "flies faster"),
    Effect("multi_engine", 0.3, _flag("is_multi_engine"), "flies faster"),
    Effect("airborne", 0.7, _phase(350, 400, 450, 500, 650), "at flying speed"),
    Effect("enroute", 0.4, _phase(400), "at cruising speed"),
    Effect("ground", -0.8, _phase(150, 250, 550), "at or below landing speed"),
    Effect("uncontrolled", 1.0, _event("000", "120", "210", "240", "270", "401"), "no flare"),
    Effect("off_airport", 0.3, 1 - _flag("is_on_airport"), "terrain, trees"),
)
"""What latent impact speed comes from, in its own standard deviations (not log-odds)."""

DESTROYED = (-6.3, 2.1)
"""Log-odds that the aircraft is destroyed: intercept, and slope per unit of impact speed."""

FIRE = (-4.5, 1.15)
"""Log-odds of fire: intercept, and slope per unit of impact speed."""


def total(effects: tuple[Effect, ...]) -> pl.Expr:
    """Return the sum of ``effects`` over a world frame, one value an event.

    Added one after the other: `polars.sum_horizontal` adds in the order in which its threads are
    done, and the last digit with it.
    """
    return reduce(add, (effect.log_odds * effect.of for effect in effects))


def design(world: pl.DataFrame, effects: tuple[Effect, ...] = SEVERITY) -> pl.DataFrame:
    """Return what each effect multiplies: one Float64 column per effect, named like it."""
    return world.select(effect.of.alias(effect.name) for effect in effects)
