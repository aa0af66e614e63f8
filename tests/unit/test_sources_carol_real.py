"""A CAROL export against the eADMS release of the same events; only agreements are asserted."""

import polars as pl
import pytest

from hindcast import sources

pytestmark = pytest.mark.real
MADE = {"seed": 1, "simulated_events": 5, "simulated_first_year": 2008}
MADE["simulated_last_year"] = 2008
EVENTS = {"ev_type": 1.0, "ev_country": 1.0, "ev_state": 1.0, "ev_city": 0.999,
          "wx_cond_basic": 0.985, "ev_highest_injury": 0.996}  # fmt: skip
AIRCRAFT = {"damage": 0.998, "acft_category": 0.999, "homebuilt": 0.997, "far_part": 0.999,
            "type_fly": 0.99, "acft_make": 0.995, "acft_model": 0.995,
            "num_eng": 0.995}  # fmt: skip
DEGREE = 0.001
CODES_LOST = 0.01


@pytest.fixture(scope="module")
def both(real_records, tmp_path_factory):
    """Folders of raw tables: of the export, and of the eADMS release."""
    found = {}
    for name, path in {"carol": "carol_2008_2021.csv.gz", "eadms": "avall_2008_2021"}.items():
        raw, out = (tmp_path_factory.mktemp(f"{name}_{part}") for part in ("raw", "out"))
        (raw / path).symlink_to(real_records / "ntsb" / path)
        sources.extract(raw, out, **MADE)
        found[name] = out / "raw"
    return found


def tables(both, name):
    return [pl.read_parquet(both[source] / f"{name}.parquet") for source in ("carol", "eadms")]


@pytest.fixture(scope="module")
def events(both):
    carol, eadms = tables(both, "events")
    return carol.join(eadms, on="ntsb_no", how="inner", validate="1:1", suffix="_eadms")


@pytest.fixture(scope="module")
def planes(both, events):
    carol, eadms = tables(both, "aircraft")
    numbers = events.select("ev_id", pl.col("ev_id_eadms"))
    keyed = carol.join(numbers, on="ev_id", how="inner", validate="m:1")
    keys = (["ev_id_eadms", "Aircraft_Key"], ["ev_id", "Aircraft_Key"])
    return keyed.join(
        eadms, left_on=keys[0], right_on=keys[1], how="inner", validate="1:1", suffix="_eadms"
    )


def agreement(joined, column):
    one, other = (pl.col(name).str.strip_chars() for name in (column, f"{column}_eadms"))
    return joined.select(
        one.str.strip_suffix(".0").eq_missing(other.str.strip_suffix(".0")).mean()
    ).item()


def test_the_export_holds_the_us_events_of_the_release(events, both):
    carol, eadms = tables(both, "events")
    at_home = eadms.filter(pl.col("ev_country") == "USA").height
    assert carol.height - events.height <= 1  # one report number differs
    assert at_home - events.height <= 1


@pytest.mark.parametrize(("column", "share"), EVENTS.items())
def test_events_agree(events, column, share):
    assert agreement(events, column) >= share


@pytest.mark.parametrize(("column", "share"), AIRCRAFT.items())
def test_aircraft_agree(planes, column, share):
    assert agreement(planes, column) >= share


def test_places_agree(events):
    for column in ("dec_latitude", "dec_longitude"):
        apart = pl.col(column).cast(pl.Float64) - pl.col(f"{column}_eadms").cast(pl.Float64)
        assert events.select((apart.abs() < DEGREE).mean()).item() > 0.999


def test_deaths_are_the_same_events(events):
    fatal = [events[name] == "FATL" for name in ("ev_highest_injury", "ev_highest_injury_eadms")]
    assert (fatal[0] != fatal[1]).sum() <= 5


def test_local_hours_lie_behind_those_of_the_release_by_whole_offsets(events):
    """The release holds UTC: behind by 4 to 10 hours, the same days' local date or one earlier."""
    hhmm = [pl.col(name).cast(pl.Int64, strict=False) for name in ("ev_time", "ev_time_eadms")]
    minutes = [time // 100 * 60 + time % 100 for time in hhmm]
    behind = events.select(((minutes[1] - minutes[0]) % (24 * 60)).alias("behind"))["behind"]
    whole = behind.drop_nulls()
    assert (whole % 60 == 0).mean() > 0.99
    assert (whole // 60).is_between(4, 10).mean() > 0.97
    assert events["ev_time"].null_count() == 71


def test_nearly_every_finding_gets_its_code_back(both, events):
    carol, eadms = tables(both, "Findings")
    assert carol["finding_code"].null_count() < CODES_LOST * carol.height
    ids = dict(events.select("ev_id", "ev_id_eadms").iter_rows())
    told = carol.with_columns(pl.col("ev_id").replace(ids)).drop_nulls("finding_code")
    sets = [
        rows.drop_nulls("finding_code")
        .group_by("ev_id")
        .agg(pl.col("finding_code").unique().sort())
        for rows in (told, eadms)
    ]
    joined = sets[0].join(sets[1], on="ev_id", how="inner", validate="1:1")
    same = joined["finding_code"] == joined["finding_code_right"]
    assert same.mean() > 0.98
    assert joined.height > 0.99 * sets[0].height


def test_beside_the_release_no_event_counts_twice(real_records, tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    for name in ("avall_2008_2021", "carol_2008_2021.csv.gz"):
        (raw / name).symlink_to(real_records / "ntsb" / name)
    found = sources.extract(raw, tmp_path / "out", **MADE)
    assert found["events"] == 23465 + 1
    rows = pl.read_parquet(tmp_path / "out" / "raw" / "events.parquet")
    assert rows["release"].value_counts().sort("release")["count"].to_list() == [23465, 1]
    assert rows["ntsb_no"].is_unique().all()
