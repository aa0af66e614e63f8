"""What an office adds to an event: numbers, dates, status, and the tables of events and texts."""

from datetime import datetime

import numpy as np
import polars as pl

from .chance import chosen, stream

_CLOSING_DAYS = (205.0, 0.85, 586.0, 0.5)
_RELEASED = (2, 15)
_CLASS = {"LA": 40, "CA": 40, "FA": 14, "TA": 6}


def filed(world: pl.DataFrame, last_year: int, seed: int) -> pl.DataFrame:
    """Add identifiers and the dates of filing, as a release of mid-February after ``last_year``.

    Inquiries into deaths take about three times as long, so that in the youngest years the
    reports still preliminary are the fatal ones.
    """
    rng, n = stream(seed, "filing"), world.height
    release = datetime(last_year + 1, *_RELEASED)
    quick, s_quick, slow, s_slow = _CLOSING_DAYS
    fatal = world["is_fatal"].to_numpy()
    days = np.where(
        fatal, rng.lognormal(np.log(slow), s_slow, n), rng.lognormal(np.log(quick), s_quick, n)
    )
    closed = pl.col("ev_date").cast(pl.Datetime) + pl.duration(days=pl.Series(days.astype(int)))
    late = pl.Series(rng.integers(0, 86400 * 40, n))
    number = pl.int_range(pl.len()).over("ev_year", "klass") + 1
    return world.with_columns(
        closed=closed, ev_tmzn=_zone(),
        klass=pl.when("is_foreign").then(pl.lit("WA")).when("is_incident").then(pl.lit("IA"))
        .otherwise(chosen(rng, n, _CLASS)),
        ev_id=pl.format("{}X{}", pl.col("ev_date").dt.strftime("%Y%m%d"),
                        (pl.col("event") % 100000).cast(pl.String).str.zfill(5)),
    ).with_columns(
        is_closed=pl.col("closed") < release,
        lchg_date=pl.min_horizontal(pl.col("closed") + pl.duration(seconds=late), pl.lit(release)),
        ntsb_no=pl.format(
            "SIM{}{}{}", (pl.col("ev_year") % 100).cast(pl.String).str.zfill(2), "klass",
            number.cast(pl.String).str.zfill(3)),
    )  # fmt: skip


def _zone() -> pl.Expr:
    hours = (pl.col("longitude_deg") / 15).round().cast(pl.Int64)
    letter = hours.replace_strict({-4: "A", -5: "E", -6: "C", -7: "M", -8: "P", -9: "Y", -10: "H"},
                                  default=None)  # fmt: skip
    day = pl.col("ev_date").dt.ordinal_day()
    season = pl.when(day.is_between(71, 307)).then(pl.lit("DT")).otherwise(pl.lit("ST"))
    return pl.when("is_foreign").then(pl.lit("UTC")).otherwise((letter + season).fill_null("UTC"))


def admin(world: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Return NTSB_Admin: preliminary, final or with probable cause, and when it was approved."""
    board = chosen(stream(seed, "status"), world.height, {"B": 92, "F": 8})
    return world.select(
        "event", "ev_id",
        rec_stat=pl.when(~pl.col("is_closed")).then(pl.lit("P"))
        .when("is_foreign").then(pl.lit("F")).otherwise(board),
        approval_date=pl.when("is_closed").then(pl.col("closed").dt.truncate("1d")),
        lchg_date="lchg_date",
    )  # fmt: skip


def narratives(world: pl.DataFrame, words: pl.DataFrame) -> pl.DataFrame:
    """Return invented texts, each saying that it is simulated; causes only where a report closed.

    ``words`` names phase and occurrence by their codes.
    """
    told = world.filter(~pl.col("is_foreign")).join(
        words, on=["phase_no", "eventsoe_no"], how="left", validate="m:1", maintain_order="left"
    )
    phase, occurrence = (
        pl.col(c).fill_null(default).str.to_lowercase()
        for c, default in (("phase", "flight"), ("occurrence", "collision"))
    )
    craft = pl.format("{} {}", "acft_make", "acft_model")
    seen = pl.when("is_imc").then(pl.lit("Instrument")).otherwise(pl.lit("Visual"))
    return told.select(
        "event", "ev_id", "lchg_date", Aircraft_Key=pl.lit(1),
        narr_accp=pl.format("Simulated record. A {} had an event during {}.", craft, phase),
        narr_accf=pl.when("is_closed").then(pl.format(
            "Simulated record.\nA {} was in its {} phase near {}.\n{} meteorological conditions"
            " were reported, with wind of {} knots.",
            craft, phase, "city", seen, pl.col("wind_kts").cast(pl.Int64))),
        narr_cause=pl.when("is_closed").then(pl.format(
            "Simulated record. {} during {}, for reasons drawn by chance.",
            occurrence.str.to_titlecase(), phase)),
        narr_inc=pl.lit("Simulated record."),
    )  # fmt: skip
