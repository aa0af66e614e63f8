"""The published facts that the simulated records are drawn from (``data/reference/simulated``)."""

from functools import cache

import airportsdata
import polars as pl

from hindcast import paths

_TEXT = {"eventsoe_no": pl.String, "finding_code": pl.String}


@cache
def table(name: str) -> pl.DataFrame:
    """Return one table of facts by its file's name; each row names its source."""
    return pl.read_csv(
        paths.reference() / "simulated" / f"{name}.csv", schema_overrides=_TEXT
    ).drop("source")


@cache
def airports() -> pl.DataFrame:
    """Return the airports of the places that events happen in, sorted by place.

    One row an airport: ``place`` (row number in the places table), ``apt_id``, ``apt_name``,
    ``city``, ``elevation_ft``, ``lat``, ``lon`` (degrees, WGS84).
    """
    listed = pl.concat([_listed("LID"), _listed("ICAO").filter(pl.col("iso") != "US")])
    places = (
        table("places").with_row_index("place").with_columns(pl.col("subdivision").fill_null(""))
    )
    found = listed.with_columns(
        subdivision=pl.when(pl.col("iso") == "US").then("subdivision").otherwise(pl.lit(""))
    ).join(
        places.select("place", "iso", subdivision=_subdivision_of_us()),
        on=["iso", "subdivision"],
        validate="m:1",
        maintain_order="left",
    )
    return found.unique("apt_id", keep="first").sort("place", "apt_id")


def _subdivision_of_us() -> pl.Expr:
    return pl.when(pl.col("iso") == "US").then("subdivision").otherwise(pl.lit(""))


def _listed(scheme: str) -> pl.DataFrame:
    rows = [
        (code, a["name"], a["city"], a["subd"], a["country"], a["elevation"], a["lat"], a["lon"])
        for code, a in airportsdata.load(scheme).items()
    ]
    names = ["apt_id", "apt_name", "city", "subdivision", "iso", "elevation_ft", "lat", "lon"]
    return pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None)
