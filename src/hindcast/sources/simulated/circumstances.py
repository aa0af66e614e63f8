"""When and where simulated events happen, and the light and weather they happen in."""

import numpy as np
import polars as pl

from . import reference
from .chance import flags, pick, sigmoid

_MONTH_WEIGHTS = [5.1, 5.4, 7.3, 7.8, 9.9, 11.5, 12.6, 11.6, 9.9, 8.0, 5.9, 5.2]
_INCIDENT_SHARE = (0.023, 0.29)
_SM_PER_DEGREE = 69.0


def when(rng: np.random.Generator, n: int, first_year: int, last_year: int) -> pl.DataFrame:
    """Draw year, foreign or not, date and local clock time of ``n`` events.

    Yearly counts follow NTSB's published ones (fewer after 2012, a dip in 2020), and the share of
    foreign events grows as it does there; years outside the table take the nearest year's.
    """
    years = np.arange(first_year, last_year + 1)
    known = reference.table("years")
    counts = [np.interp(years, known["year"], known[c]) for c in ("us_accidents", "other_events")]
    drawn = pick(rng, np.tile(np.concatenate(counts), (n, 1)))
    is_foreign, year = drawn >= len(years), years[drawn % len(years)]
    share = np.where(is_foreign, _INCIDENT_SHARE[1], _INCIDENT_SHARE[0])
    return pl.DataFrame(
        {"ev_year": year, "is_foreign": is_foreign, "is_incident": flags(rng, share, n)}
    ).with_columns(_date(rng, year), minutes=_clock(rng, n))


def _date(rng: np.random.Generator, year: np.ndarray) -> pl.Series:
    n = len(year)
    month = 1 + pick(rng, np.tile(_MONTH_WEIGHTS, (n, 1)))
    first = (year - 1970).astype("datetime64[Y]").astype("datetime64[M]") + (month - 1)
    start, end = first.astype("datetime64[D]"), (first + 1).astype("datetime64[D]")
    day = (rng.random(n) * (end - start).astype(int)).astype(int)
    return pl.Series("ev_date", start + day).cast(pl.Date)


def _clock(rng: np.random.Generator, n: int) -> np.ndarray:
    by_day = rng.normal(13.8 * 60, 3.4 * 60, n)
    any_hour = rng.random(n) * 1440
    minutes = np.where(flags(rng, 0.07, n), any_hour, by_day) % 1440
    return np.where(flags(rng, 0.7, n), minutes // 5 * 5, minutes).astype(np.int64)


def where(rng: np.random.Generator, world: pl.DataFrame) -> pl.DataFrame:
    """Give each event a state or country, and the airport nearest to it."""
    places, airports = reference.table("places"), reference.airports()
    home = (places["ev_country"] == "USA").to_numpy()
    weight = places["weight"].to_numpy()
    foreign = world["is_foreign"].to_numpy()
    place = pick(rng, np.where(foreign[:, None], ~home * weight, home * weight))
    counts = np.bincount(airports["place"].to_numpy(), minlength=len(places))
    start = counts.cumsum() - counts
    row = start[place] + (rng.random(len(place)) * counts[place]).astype(int)
    return pl.concat(
        [
            world,
            places[place].select("ev_country", "ev_state"),
            airports[row].drop("iso", "subdivision"),
        ],
        how="horizontal",
    )


def spot(rng: np.random.Generator, world: pl.DataFrame) -> pl.DataFrame:
    """Place each event on its airport, or some statute miles off it inside the state's airports.

    Keeping to the box of the state's own airports keeps every true position inside the state's
    box, so that whatever lies outside is a fault put there on purpose.
    """
    n = world.height
    off = ~world["is_on_airport"].to_numpy()
    distance_sm = np.where(off, rng.lognormal(1.1, 1.0, n).clip(0.6, 90), 0.0)
    bearing = rng.random(n) * 360
    placed = world.with_columns(distance_sm=distance_sm, bearing_deg=bearing)
    north = pl.col("distance_sm") * pl.col("bearing_deg").radians().cos() / _SM_PER_DEGREE
    east = pl.col("distance_sm") * pl.col("bearing_deg").radians().sin() / _SM_PER_DEGREE
    box = (
        reference.airports()
        .group_by("place")
        .agg(
            pl.col("lat", "lon").min().name.suffix("_min"),
            pl.col("lat", "lon").max().name.suffix("_max"),
        )
    )
    return (
        placed.join(box, on="place", how="left", validate="m:1", maintain_order="left")
        .with_columns(
            latitude_deg=(pl.col("lat") + north).clip("lat_min", "lat_max"),
            longitude_deg=(pl.col("lon") + east / pl.col("lat").radians().cos()).clip(
                "lon_min", "lon_max"
            ),
        )
        .drop("lat_min", "lat_max", "lon_min", "lon_max")
    )


def light(rng: np.random.Generator, world: pl.DataFrame) -> pl.DataFrame:
    """Say how light it was, from the height of the sun at the nearest airport's local time."""
    sun = _sun_deg(world)
    dark = pl.Series(pick(rng, np.tile([5.0, 4.0, 0.6], (world.height, 1)))).replace_strict(
        [0, 1, 2], ["NITE", "NDRK", "NBRT"]
    )
    morning = pl.col("minutes") < 720
    return world.with_columns(sun_deg=sun, dark=dark).with_columns(
        light_cond=pl.when(pl.col("sun_deg") > 0).then(pl.lit("DAYL"))
        .when(pl.col("sun_deg") < -6).then("dark")
        .when(morning).then(pl.lit("DAWN")).otherwise(pl.lit("DUSK")),
        is_night=pl.col("sun_deg") < -6,
    )  # fmt: skip


def _sun_deg(world: pl.DataFrame) -> np.ndarray:
    day = world["ev_date"].dt.ordinal_day().to_numpy()
    lat, lon = np.radians(world["lat"].to_numpy()), world["lon"].to_numpy()
    summer_time = (day > 70) & (day < 308)
    solar = world["minutes"].to_numpy() / 60 + lon / 15 - np.round(lon / 15) - summer_time
    declination = np.radians(-23.44) * np.cos(2 * np.pi * (day + 10) / 365.25)
    hour_angle = np.radians(15 * (solar - 12))
    height = np.sin(lat) * np.sin(declination)
    return np.degrees(np.arcsin(height + np.cos(lat) * np.cos(declination) * np.cos(hour_angle)))


def weather(rng: np.random.Generator, world: pl.DataFrame) -> pl.DataFrame:
    """Draw instrument or visual weather, then what was observed (deg F, kts, sm, ft, inHg)."""
    n = world.height
    day = world["ev_date"].dt.ordinal_day().to_numpy()
    winter = np.cos(2 * np.pi * (day - 20) / 365.25)
    imc = flags(
        rng,
        sigmoid(
            world["imc_log_odds"].to_numpy() + 0.5 * winter + 0.8 * world["is_night"].to_numpy()
        ),
        n,
    )
    temperature = 96 - 0.85 * np.abs(world["lat"].to_numpy()) - 17 * winter + rng.normal(0, 9, n)
    spread = np.where(imc, rng.gamma(1.2, 2.0, n), rng.gamma(2.2, 9.0, n))
    wind = rng.gamma(2.6, 3.3, n).round()
    gusty = flags(rng, sigmoid((wind - 14) / 3), n)
    return world.with_columns(
        is_imc=imc,
        temperature_f=temperature.round(),
        dew_point_f=(temperature - spread).round(),
        wind_kts=wind,
        gust_kts=np.where(gusty, wind + 4 + rng.gamma(2.0, 2.5, n).round(), 0),
        wind_deg=rng.integers(1, 37, n) * 10,
        altimeter_inhg=rng.normal(30.02, 0.19, n).clip(28.6, 30.9).round(2),
        visibility_sm=np.where(
            imc, rng.choice([0.25, 0.5, 1, 2, 3, 5], n), rng.choice([5, 7, 9, *[10] * 5], n)),
        ceiling_ft=np.where(
            imc, rng.choice([100, 200, 300, 500, 700, 900], n), rng.integers(12, 120, n) * 100),
        sky=np.where(imc, rng.choice(["OVC", "OVC", "BKN", "VV"], n),
                     rng.choice(["NONE"] * 7 + ["BKN", "BKN", "OVC"], n)),
    )  # fmt: skip
