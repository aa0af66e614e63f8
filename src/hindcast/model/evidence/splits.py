"""The same model asked about later years, about random accidents, and about a region it never saw.

A random split answers how well a model fills in the years it learned from; the split by time, how
well it foresees; a region left out, how far it travels.
"""

import polars as pl

from hindcast.model.evidence import judge
from hindcast.model.evidence.bench import Bench

LEFT_OUT = "region left out"
ALL_REGIONS = "all regions, each left out in turn"


def random(bench: Bench, redrawn: Bench) -> pl.DataFrame:
    """Return what a random split gains on the accidents that both test parts hold.

    On the shared accidents alone a difference is the split's doing: the two test parts are
    otherwise different accidents of different years.

    Parameters
    ----------
    bench
        The horizon's bench.
    redrawn
        The same of the events divided at random, as `Material.redrawn` divides them.

    Returns
    -------
    polars.DataFrame
        ``horizon, split, group, n, n_fatal`` and the columns of `judge.table` but ``name``;
        differences are from the split by time on the same accidents.
    """
    timely, drawn = (
        one.test.select("ev_id", "is_fatal").with_columns(pl.Series("probability", one.reference))
        for one in (bench, redrawn)
    )
    drawn = drawn.select("ev_id", away="probability")
    both = timely.join(drawn, on="ev_id", how="inner", validate="1:1").sort("ev_id")
    rows = both.rename({"probability": "reference"})
    return _judged(bench, "random", "accidents in both test parts", rows)


def regions(bench: Bench, column: str, smallest: int) -> pl.DataFrame:
    """Return how models do on the later accidents of a region that they never saw.

    For each region a model learns, stops and is calibrated on the others, up to the same days, and
    is asked about the region's test accidents, as is the reference model, which saw the region.

    Parameters
    ----------
    column
        A feature that names the region; accidents without one count to no region.
    smallest
        Regions with fewer test accidents are fitted, but only told in the row of all regions.

    Returns
    -------
    polars.DataFrame
        As `random` returns; the first rows are all regions' accidents together.
    """
    test = bench.test.with_columns(pl.Series("reference", bench.reference))
    known = test.filter(pl.col(column).is_not_null())
    names = known[column].unique().sort().to_list()
    tasks = {name: _without(bench, column, name) for name in names}
    own = [
        task.test.select("ev_id").with_columns(pl.Series("away", forecast))
        for task, forecast in zip(tasks.values(), bench.forecasts(tasks).values(), strict=True)
    ]
    rows = known.join(pl.concat(own), on="ev_id", how="inner", validate="1:1").sort("ev_id")
    groups = {ALL_REGIONS: rows} | {name: rows.filter(pl.col(column) == name) for name in names}
    told = [_judged(bench, LEFT_OUT, g, r) for g, r in groups.items() if r.height >= smallest]
    return pl.concat(told)


def _without(bench: Bench, column: str, region: str):
    elsewhere = pl.col(column).ne_missing(region)
    return bench.task(
        train=bench.train.filter(elsewhere),
        validation=bench.validation.filter(elsewhere),
        test=bench.test.filter(~elsewhere),
    )


def _judged(bench: Bench, split: str, group: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Judge the column ``away`` of ``rows`` beside ``reference``."""
    found = judge.table(
        rows["is_fatal"].to_numpy(),
        {split: rows["away"].to_numpy()},
        rows["reference"].to_numpy(),
        rounds=bench.rounds,
        seed=bench.seed,
    )
    head = {
        "horizon": bench.horizon,
        "split": split,
        "group": group,
        "n": rows.height,
        "n_fatal": int(rows["is_fatal"].sum()),
    }
    return found.drop("name").select(
        *(pl.lit(value).alias(name) for name, value in head.items()), pl.all()
    )
