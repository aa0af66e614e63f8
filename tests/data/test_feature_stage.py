"""The stage: from tiny core tables to its files, and what its checks refuse."""

import datetime as dt
import json

import polars as pl
import pytest

from hindcast import features
from hindcast.features import catalog, report, strength
from hindcast.features.declare import Feature, Horizon


def tables(n=30):
    ids = [f"e{i:03d}" for i in range(n)]
    start = dt.datetime(2010, 1, 1, 0, 0)
    events = pl.DataFrame({
        "ev_id": ids, "ev_type": "ACC", "ev_country": "USA", "era": "2008+", "release": "r",
        "ev_date": [start + dt.timedelta(days=40 * i) for i in range(n)],
        "ev_time": [100 * (i % 24) for i in range(n)], "ev_state": ["TX", "AK", "CA"] * (n // 3),
        "ev_highest_injury": ["FATL" if i % 5 == 0 else "NONE" for i in range(n)],
        "dec_latitude": [30.0 + i % 7 for i in range(n)],
        "dec_longitude": [-100.0 + i % 11 for i in range(n)],
        "wx_cond_basic": ["VMC", "IMC"] * (n // 2), "vis_sm": [float(i % 10) for i in range(n)],
        "inj_tot_f": [1 if i % 5 == 0 else 0 for i in range(n)],
    })  # fmt: skip
    aircraft = pl.DataFrame({
        "ev_id": ids, "Aircraft_Key": 1, "acft_make": "CESSNA", "acft_model": "172",
        "homebuilt": "N", "damage": ["DEST" if i % 5 == 0 else "SUBS" for i in range(n)],
        "far_part": "091", "type_fly": "PERS", "regis_no": ids,
    })  # fmt: skip
    crew = pl.DataFrame({
        "ev_id": ids, "Aircraft_Key": 1, "crew_no": 1, "crew_category": "PLT",
        "crew_age": [20 + i for i in range(n)], "crew_inj_level": "NONE", "crew_tox_perf": "N",
        "seatbelts_used": "Y", "shldr_harn_used": "Y", "restraint_used": "3",
    })  # fmt: skip
    return {"events": events, "aircraft": aircraft, "Flight_Crew": crew}


@pytest.fixture
def core(tmp_path):
    folder = tmp_path / "core"
    folder.mkdir()
    for name, table in tables().items():
        table.write_parquet(folder / f"{name}.parquet")
    return folder


def test_the_table_has_identity_label_and_every_feature_in_order_of_date(core):
    built = features.build(core)
    assert built.frame.columns == ["ev_id", "ev_date", "ev_state", "is_fatal",
                                   *(f.name for f in catalog.FEATURES)]  # fmt: skip
    assert built.frame["ev_date"].is_sorted()
    assert built.frame["ev_date"].dtype == pl.Date
    assert built.frame["is_fatal"].sum() == 6


@pytest.mark.parametrize("table", ["events", "aircraft", "Flight_Crew"])
def test_changing_forbidden_columns_of_the_last_event_changes_no_feature(core, table):
    before = features.build(core).features
    path = core / f"{table}.parquet"
    rows = pl.read_parquet(path)
    last = pl.col("ev_id") == "e029"
    held = [c for c in rows.columns if c in catalog.FORBIDDEN - {"ev_id", "ev_type"}]
    assert held
    changes = [
        pl.when(last).then(pl.lit("FATL" if c == "ev_highest_injury" else "1").cast(rows[c].dtype))
        .otherwise(pl.col(c)).alias(c) for c in held
    ]  # fmt: skip
    rows.with_columns(changes).write_parquet(path)
    assert before.equals(features.build(core).features)


def test_the_label_of_the_future_changes_no_earlier_row(core):
    before = features.build(core).features.head(29)
    events = pl.read_parquet(core / "events.parquet")
    severity = pl.when(pl.col("ev_id") == "e029").then(pl.lit("FATL"))
    severity = severity.otherwise("ev_highest_injury").alias("ev_highest_injury")
    events.with_columns(severity).write_parquet(core / "events.parquet")
    assert before.equals(features.build(core).features.head(29))


def test_absent_and_missing_are_told_apart_in_the_schema(core):
    built = features.build(core)
    told = {entry["name"]: entry for entry in built.schema["features"]}
    assert told["max_gross_weight_lb"]["absent"]
    assert not told["visibility_sm"]["absent"]
    assert told["visibility_sm"]["range"] == [0.0, 9.0]
    assert told["visibility_sm"]["dtype"] == "Float64"
    assert told["make"]["categories"] == ["CESSNA"]
    assert told["state"]["categories"] == []
    assert json.dumps(built.schema, allow_nan=False)


def test_the_stage_writes_its_files(core, tmp_path):
    folder = tmp_path / "out"
    features.write(features.build(core), core, folder, 0.95)
    names = {path.name for path in folder.iterdir()}
    assert names == {"features.parquet", "population.json", "feature_schema.json",
                     "feature_dictionary.csv", "feature_report.json"}  # fmt: skip
    people = json.loads((folder / "population.json").read_text())
    assert people["steps"][0] == ["events", 30]
    assert people["as_of"] == "2013-03-06"
    assert json.loads((folder / "feature_schema.json").read_text())["version"] == catalog.version()


def test_two_runs_write_the_same_bytes(core, tmp_path):
    for name in ("one", "two"):
        features.write(features.build(core), core, tmp_path / name, 0.95)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def entry(name, related="", *, absent=False):
    return {"name": name, "related": related, "absent": absent, "group": "g"}


def feature_table(**columns):
    rows = len(next(iter(columns.values())))
    dates = [dt.date(2010 + i % 3, 1, 1) for i in range(rows)]
    return pl.DataFrame({"ev_date": dates} | columns)


LONG = [float(i * 7 % 101) for i in range(1200)]


def test_the_same_feature_twice_stops_the_stage():
    told = {"features": [entry("a"), entry("b")]}
    checked = report.check(feature_table(a=LONG, b=LONG), told, 0.95)
    with pytest.raises(report.DuplicateError, match=r"all 1200 events: a = b"):
        checked.stop_on_duplicates()


def test_the_same_feature_twice_passes_with_a_reason_that_names_the_other():
    table = feature_table(a=LONG, b=LONG)
    named = report.check(table, {"features": [entry("a"), entry("b", "a in hours")]}, 0.95)
    named.stop_on_duplicates()
    other = report.check(table, {"features": [entry("a"), entry("b", "like z")]}, 0.95)
    with pytest.raises(report.DuplicateError):
        other.stop_on_duplicates()


def test_constants_sparse_absent_and_correlated_features_are_listed():
    told = {"features": [entry("a"), entry("b"), entry("one"), entry("rare"),
                         entry("gone", absent=True)]}  # fmt: skip
    nearly = [x + (i % 3) for i, x in enumerate(LONG)]
    checked = report.check(
        feature_table(a=LONG, b=nearly, one=[1.0] * 1200, rare=[*LONG[:20], *[None] * 1180],
                      gone=[None] * 1200), told, 0.95,
    )  # fmt: skip
    assert checked.constant == ["one"]
    assert checked.sparse == ["rare"]
    assert checked.absent == ["gone"]
    assert [(a, b) for a, b, *_ in checked.correlated] == [("a", "b")]
    assert checked.summary()["features"].sum() == 4


def test_flags_that_agree_are_reported_but_do_not_stop_the_stage():
    held = [x > 50 for x in LONG]
    checked = report.check(
        feature_table(a=held, b=held), {"features": [entry("a"), entry("b")]}, 0.95
    )
    checked.stop_on_duplicates()
    assert checked.duplicates == [("a", "b", "")]


def test_a_feature_that_is_no_longer_recorded_is_listed():
    gone = [1.0 + i if i % 3 < 2 else None for i in range(60)]
    told = {"features": [entry("gone"), entry("kept")]}
    checked = report.check(feature_table(gone=gone, kept=LONG[:60]), told, 0.95)
    assert checked.vanished == ["gone"]


def test_availability_is_the_share_known_by_year():
    table = feature_table(a=[1.0, None, 1.0, 1.0, 1.0, None])
    shares = report.availability(table, ["a"])
    assert shares.rows() == [("2010", "a", 1.0), ("2011", "a", 0.5), ("2012", "a", 0.5)]


def test_single_features_are_measured_on_later_events():
    days = [dt.date(2010, 1, 1) + dt.timedelta(days=i) for i in range(1000)]
    is_fatal = [i % 4 == 0 for i in range(1000)]
    frame = pl.DataFrame({
        "ev_date": days, "is_fatal": is_fatal, "tells": [not f for f in is_fatal],
        "kind": ["a" if f else "b" for f in is_fatal], "nothing": [None] * 1000,
    })  # fmt: skip
    kinds = {"tells": "flag", "kind": "category", "nothing": "number"}
    declared = tuple(
        Feature(name, pl.col(name), Horizon.EVENT, "-", "s", "w", kind, "g")
        for name, kind in kinds.items()
    )
    told = strength.alone(frame, declared)
    assert told.select("name", "roc_auc").rows() == [("kind", 1.0), ("tells", 1.0)]
