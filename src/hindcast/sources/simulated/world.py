"""The simulated world: what truly happened, before anybody filled in a form.

One row an event; nothing here is missing or wrong. Tables are written from it, and only then are
fields left out (``missing``) and spoilt (``faults``), so that neither can move the label.
"""

import numpy as np
import polars as pl

from . import circumstances, effects, flights
from .chance import flags, sigmoid, stream


def draw(events: int, first_year: int, last_year: int, seed: int) -> pl.DataFrame:
    """Return ``events`` true events of the years given, sorted by date.

    Raises
    ------
    ValueError
        No events are asked for, or the last year comes before the first.
    """
    if events < 1 or last_year < first_year:
        raise ValueError(
            f"cannot simulate {events} events over {first_year}-{last_year}: "
            "expected at least one event and a last year not before the first"
        )
    world = circumstances.when(stream(seed, "when"), events, first_year, last_year)
    world = circumstances.where(stream(seed, "where"), world)
    aircraft = flights.airframe(stream(seed, "airframe"), events, world["ev_year"].to_numpy())
    aircraft = flights.operation(stream(seed, "operation"), aircraft)
    world = pl.concat([world, aircraft], how="horizontal")
    world = circumstances.light(stream(seed, "light"), world)
    world = circumstances.weather(stream(seed, "weather"), world)
    world = flights.sequence(stream(seed, "sequence"), world)
    world = circumstances.spot(stream(seed, "spot"), world)
    world = outcome(stream(seed, "outcome"), world)
    return world.sort("ev_date", "minutes", maintain_order=True).with_row_index("event")


def outcome(rng: np.random.Generator, world: pl.DataFrame) -> pl.DataFrame:
    """Draw impact speed, then destruction and fire from it, then death from ``effects``."""
    n = world.height
    speed = world.select(effects.total(effects.IMPACT_SPEED)).to_series().to_numpy()
    speed = speed + rng.normal(0, 1, n)
    world = world.with_columns(
        impact_speed=speed,
        is_destroyed=flags(rng, sigmoid(effects.DESTROYED[0] + effects.DESTROYED[1] * speed), n),
        has_fire=flags(rng, sigmoid(effects.FIRE[0] + effects.FIRE[1] * speed), n),
    )
    log_odds = effects.INTERCEPT + world.select(effects.total(effects.SEVERITY)).to_series()
    fatal = flags(rng, sigmoid(log_odds.to_numpy()), n)
    return world.with_columns(log_odds=log_odds, is_fatal=fatal).with_columns(
        _level(rng, log_odds.to_numpy(), fatal, world["is_incident"].to_numpy())
    )


def _level(
    rng: np.random.Generator, log_odds: np.ndarray, fatal: np.ndarray, incident: np.ndarray
) -> pl.Series:
    score = 0.35 * (log_odds + 3.5) + rng.logistic(0, 0.6, len(log_odds))
    level = np.select([score > 1.15, score > 0.3], ["SERS", "MINR"], "NONE")
    level = np.where(incident & (level == "SERS"), "MINR", level)
    return pl.Series("level", np.where(fatal, "FATL", level))
