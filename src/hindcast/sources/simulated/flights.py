"""Who flies what in the simulated world, and what goes wrong in which phase of flight."""

import numpy as np
import polars as pl

from . import reference
from .chance import flags, pick, sample
from .profiles import PROFILES

_TWO_AIRCRAFT_SHARE = 0.012
_ON_AIRPORT = {150: 0.97, 250: 0.99, 300: 0.9, 350: 0.4, 400: 0.02, 450: 0.07, 500: 0.33,
               550: 0.88, 600: 0.1, 650: 0.05}  # fmt: skip
_GROUND_PHASES = (150, 250, 300, 550)


def airframe(rng: np.random.Generator, n: int, years: np.ndarray) -> pl.DataFrame:
    """Draw ``n`` aircraft from the fleet table, each with the year it was built.

    Nothing is built after the year it is flown in.
    """
    fleet = (
        reference.table("fleet")
        .with_row_index("fleet_row")
        .with_columns(pl.col("fleet_row").cast(pl.Int64))
    )
    chosen = fleet[pick(rng, np.tile(fleet["weight"].to_numpy(), (n, 1)))]
    first, last = chosen["first_year"].to_numpy(), chosen["last_year"].to_numpy()
    newest = np.minimum(last, np.maximum(years - 1, first))
    built = first + (rng.random(n) * (newest - first + 1)).astype(int)
    return chosen.with_columns(
        acft_year=pl.Series(np.minimum(built, years)),
        is_homebuilt=pl.col("homebuilt") == "Y",
        is_retractable=(pl.col("fixed_retractable") == "RETR").fill_null(False),
        is_multi_engine=pl.col("num_eng") > 1,
    ).drop("weight", "first_year", "last_year")


def operation(rng: np.random.Generator, aircraft: pl.DataFrame) -> pl.DataFrame:
    """Draw the purpose of the flight and its pilot, group by group."""
    parts = [
        _flown(rng, name, part)
        for (name,), part in aircraft.with_row_index("row").group_by("group", maintain_order=True)
    ]
    return pl.concat(parts).sort("row").drop("row")


def _flown(rng: np.random.Generator, group: str, part: pl.DataFrame) -> pl.DataFrame:
    profile, n = PROFILES[group], part.height
    purpose = sample(rng, n, profile.type_fly)
    age = np.where(purpose == "INST", rng.normal(40, 15, n), rng.normal(54, 13, n)).clip(17, 90)
    student = (purpose == "INST") & flags(rng, 0.4, n)
    log_hours = np.log10(profile.hours) + 0.012 * (age - 50) + rng.normal(0, profile.spread, n)
    log_hours = np.where(student, rng.normal(1.75, 0.25, n), log_hours)
    seats = part["total_seats"].to_numpy()
    return part.with_columns(
        type_fly=pl.Series(purpose),
        far_part=pl.lit(profile.far_part),
        imc_log_odds=pl.lit(float(profile.imc)),
        pilot_age=pl.Series(age.round()),
        pilot_hours=pl.Series((10**log_hours).clip(12, 32000).round()),
        is_student=pl.Series(student),
        is_instructional=pl.Series(purpose == "INST"),
        is_air_carrier=pl.lit(group == "airline"),
        occupants=pl.Series(1 + rng.binomial(seats - 1, profile.load)),
    )


def sequence(rng: np.random.Generator, world: pl.DataFrame) -> pl.DataFrame:
    """Draw phase of flight and defining event from the circumstances, then on or off airport.

    Instrument weather moves accidents to the enroute and approach phases and to collisions with
    terrain; these are the paths on which a fact known at dispatch acts later.
    """
    n = world.height
    drawn = world.with_columns(phase_no=pl.Series(_phase(rng, world)))
    drawn = drawn.with_columns(eventsoe_no=pl.Series(_occurrence(rng, drawn)))
    two = flags(rng, _TWO_AIRCRAFT_SHARE, n)
    on_airport = drawn["phase_no"].replace_strict(_ON_AIRPORT).to_numpy() > rng.random(n)
    on_ground = pl.col("phase_no").is_in(_GROUND_PHASES)
    return drawn.with_columns(
        has_two_aircraft=pl.Series(two), is_on_airport=pl.Series(on_airport)
    ).with_columns(
        eventsoe_no=pl.when("has_two_aircraft")
        .then(pl.when(on_ground).then(pl.lit("200")).otherwise(pl.lit("250")))
        .otherwise("eventsoe_no")
    )


def _phase(rng: np.random.Generator, world: pl.DataFrame) -> np.ndarray:
    phases = reference.table("sequences").unique("phase_no", keep="first").sort("phase_no")
    numbers = phases["phase_no"].to_numpy()
    multiplier = {
        g: np.array([p.phases.get(int(k), 1.0) for k in numbers]) for g, p in PROFILES.items()
    }
    weights = phases["phase_weight"].to_numpy() * np.stack([multiplier[g] for g in world["group"]])
    imc = world["is_imc"].to_numpy()[:, None]
    weights = np.where(imc & np.isin(numbers, [400, 500]), 4 * weights, weights)
    weights = np.where(imc & np.isin(numbers, [550, 300]), 0.4 * weights, weights)
    night, fast = (world[c].to_numpy()[:, None] for c in ("is_night", "is_retractable"))
    weights = np.where(night & np.isin(numbers, [400, 500]), 2.5 * weights, weights)
    weights = np.where(fast & (numbers == 400), 1.6 * weights, weights)
    return numbers[pick(rng, weights)]


def _occurrence(rng: np.random.Generator, world: pl.DataFrame) -> np.ndarray:
    table = reference.table("sequences")
    codes = np.array(sorted(table["eventsoe_no"].unique()))
    wide = table.pivot("eventsoe_no", index="phase_no", values="weight")
    weights = world.select("phase_no").join(
        wide, on="phase_no", how="left", validate="m:1", maintain_order="left"
    ).select(pl.col(codes.tolist()).fill_null(0)).to_numpy()  # fmt: skip
    imc, night = world["is_imc"].to_numpy()[:, None], world["is_night"].to_numpy()[:, None]
    weights = np.where(imc & (codes == "401"), 12 * weights, weights)
    weights = np.where(imc & np.isin(codes, ["120", "210"]), 5 * weights, weights)
    weights = np.where(imc & (codes == "240"), 1.8 * weights, weights)
    weights = np.where(night & (codes == "120"), 3 * weights, weights)
    unpractised = (1000 / world["pilot_hours"].to_numpy()[:, None]) ** 0.35
    weights = np.where(codes == "240", unpractised * weights, weights)
    engineless = (world["num_eng"] == 0).to_numpy()[:, None]
    return codes[
        pick(rng, np.where(engineless & np.isin(codes, ["190", "340", "341", "342"]), 0, weights))
    ]
