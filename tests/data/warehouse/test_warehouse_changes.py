"""What a load records of the difference between what stood and what came."""

import polars as pl
import pytest

from hindcast import warehouse

FINAL = pl.when(pl.col("ev_id") == "20200202X00002")


def finalised(events: pl.DataFrame) -> pl.DataFrame:
    return events.with_columns(
        ev_highest_injury=FINAL.then(pl.lit("FATL")).otherwise("ev_highest_injury"),
        inj_tot_f=FINAL.then(1).otherwise("inj_tot_f"),
    )


def actions(database, table: str, load_id: int) -> dict[str, int]:
    asked = f"FROM meta_load_table WHERE table_name = '{table}' AND load_id = {load_id}"
    return warehouse.query(asked, database).iloc[0][2:].to_dict()


def test_first_load_inserts_every_row(records, database):
    done = warehouse.load(records.write(), database)
    assert done.load_id == 1
    assert done.rows["events"] == {"inserted": 4}
    assert done.rows["aircraft"] == {"inserted": 5}
    logged = warehouse.changes(database, table="events")
    assert set(logged.action) == {"inserted"}
    assert logged.old_hash.isna().all() and logged.new_hash.is_unique


def test_the_same_release_twice_changes_nothing_not_even_a_byte(records, database):
    core = records.write()
    warehouse.load(core, database)
    before = database.read_bytes()
    again = warehouse.load(core, database)
    assert again.is_noop
    assert again.rows["events"] == {"unchanged": 4}
    assert database.read_bytes() == before


def test_row_and_column_order_are_no_change(records, loaded):
    records.change("events", lambda e: e.reverse().select(reversed(e.columns)))
    assert warehouse.load(records.write(), loaded).is_noop


def test_a_preliminary_report_that_becomes_final_shows_its_changed_fields(records, loaded):
    warehouse.load(records.change("events", finalised).write("avall_2020_2021"), loaded)
    assert actions(loaded, "events", 2) == {
        "inserted": 0,
        "changed": 1,
        "unchanged": 3,
        "withdrawn": 0,
        "not_covered": 0,
    }
    (row,) = warehouse.changes(loaded, load_id=2).itertuples()
    assert (row.ev_id, row.action, row.release) == ("20200202X00002", "changed", "avall_2020_2021")
    assert row.old_hash != row.new_hash
    fields = warehouse.changed_fields(loaded, ev_id="20200202X00002").set_index("field")
    assert fields.loc["ev_highest_injury", ["old_value", "new_value"]].tolist() == ["NONE", "FATL"]
    assert fields.loc["inj_tot_f", ["old_value", "new_value"]].tolist() == ["0", "1"]
    assert len(fields) == 2 and not fields.is_column_absent.any()
    fatal = warehouse.query("SELECT is_fatal FROM fact_accidents ORDER BY ev_id", loaded)
    assert fatal.is_fatal.tolist()[:2] == [True, True]


def test_unchanged_rows_are_recorded_with_both_hashes(records, loaded):
    warehouse.load(records.change("events", finalised).write(), loaded)
    kept = warehouse.query("FROM meta_change WHERE action = 'unchanged' AND load_id = 2", loaded)
    assert (kept.old_hash == kept.new_hash).all()
    assert (kept.table_name == "events").sum() == 3


def test_an_old_release_after_a_new_one_is_a_change_back(records, database):
    old = records.write("avall_2020_2020")
    new = records.change("events", finalised).write("avall_2020_2021")
    for core in (old, new, old):
        last = warehouse.load(core, database)
    assert last.load_id == 3 and last.rows["events"]["changed"] == 1


def test_a_new_release_with_equal_records_is_logged_as_such(records, loaded):
    again = warehouse.load(records.write("avall_2020_2021"), loaded)
    assert again.load_id == 2
    assert again.rows["events"] == {"unchanged": 4}


def test_an_event_gone_from_a_release_that_covers_it_is_withdrawn_with_its_rows(records, loaded):
    warehouse.load(records.without_events("20200202X00002").write("avall_2021"), loaded)
    gone = warehouse.query("FROM meta_change WHERE action = 'withdrawn'", loaded)
    assert set(gone.ev_id) == {"20200202X00002"}
    assert set(gone.release) == {"avall_2021"}
    assert gone.groupby("table_name").size().to_dict() == {
        "events": 1,
        "aircraft": 2,
        "Findings": 1,
        "Events_Sequence": 1,
        "Flight_Crew": 1,
    }
    assert gone.new_hash.isna().all() and gone.old_hash.notna().all()
    assert len(warehouse.query("FROM fact_accidents", loaded)) == 3


@pytest.mark.parametrize("release", ["up01FEB", "pre2008", "carol_2020_2021"])
def test_a_change_file_or_another_family_withdraws_nothing(records, loaded, release):
    other = records.only_events("20200202X00002").change("events", finalised)
    done = warehouse.load(other.write(release), loaded)
    assert done.rows["events"] == {"changed": 1, "not covered": 3}
    assert len(warehouse.query("FROM core.events", loaded)) == 4


def test_a_release_of_a_shorter_period_withdraws_nothing_outside_it(records, loaded):
    done = warehouse.load(records.only_events("20200101X00001").write("avall_2020"), loaded)
    assert done.rows["events"] == {"unchanged": 1, "not covered": 3}


def test_a_finding_that_the_final_report_drops_is_withdrawn(records, loaded):
    records.change("Findings", lambda f: f.filter(pl.col("finding_no") == 1))
    done = warehouse.load(records.write(), loaded)
    assert done.rows["Findings"] == {"unchanged": 2, "withdrawn": 1}
    assert len(warehouse.query("FROM bridge_accident_cause", loaded)) == 2


def test_a_table_that_a_release_lacks_withdraws_nothing_but_leaves_the_star(records, loaded):
    del records.frames["Findings"]
    done = warehouse.load(records.write("avall_2021"), loaded)
    assert done.rows["Findings"] == {"not covered": 3}
    absent = warehouse.query("FROM meta_absent WHERE release = 'avall_2021'", loaded)
    assert ("Findings", "*") in set(zip(absent.table_name, absent.column_name, strict=True))
    assert warehouse.query("FROM bridge_accident_cause", loaded).empty


def test_an_absent_column_is_null_noted_and_told_from_a_missing_value(records, loaded):
    records.change("events", lambda e: e.drop("wx_cond_basic"))
    warehouse.load(records.write("avall_2021"), loaded)
    absent = warehouse.query("FROM meta_absent WHERE column_name = 'wx_cond_basic'", loaded)
    assert absent.release.tolist() == ["avall_2021"]
    fields = warehouse.changed_fields(loaded, load_id=2)
    assert set(fields.field) == {"wx_cond_basic"} and fields.is_column_absent.all()
    assert len(fields) == 3  # the fourth event had no value to lose
    assert warehouse.query("SELECT wx_cond_basic FROM dim_weather", loaded).isna().all(axis=None)


def test_an_unknown_column_is_kept_and_changes_no_other_row(records, loaded):
    marked = pl.when(pl.col("ev_id") == "20200101X00001").then(pl.lit("x"))
    records.change("events", lambda e: e.with_columns(new_column=marked))
    done = warehouse.load(records.write(), loaded)
    assert done.rows["events"] == {"changed": 1, "unchanged": 3}
    kept = warehouse.query("SELECT new_column FROM core.events ORDER BY ev_id", loaded)
    assert kept.new_column[0] == "x" and kept.new_column[1:].isna().all()


def test_aircraft_keep_their_history(records, loaded):
    first = pl.col("ev_id") == "20200202X00002"
    damaged = (
        pl.when(first & (pl.col("Aircraft_Key") == 1)).then(pl.lit("DEST")).otherwise("damage")
    )
    warehouse.load(
        records.change("aircraft", lambda a: a.with_columns(damage=damaged)).write(), loaded
    )
    versions = warehouse.query(
        "SELECT damage, valid_from, valid_to, is_current FROM dim_aircraft "
        "WHERE ev_id = '20200202X00002' AND Aircraft_Key_in_event = 1 ORDER BY valid_from",
        loaded,
    )
    assert versions.damage.tolist() == ["SUBS", "DEST"]
    assert versions.valid_from.tolist() == [1, 2]
    assert versions.valid_to[0] == 2 and versions.valid_to.isna()[1]
    assert versions.is_current.tolist() == [False, True]
    told = warehouse.query("FROM fact_accidents JOIN dim_aircraft USING (aircraft_key)", loaded)
    assert told.set_index("ev_id").damage["20200202X00002"] == "DEST"
    assert len(warehouse.query("FROM dim_aircraft", loaded)) == 6


def test_accumulate_keeps_what_a_change_file_does_not_tell(records, database):
    warehouse.load(records.write(), database, accumulate=True)
    weekly = records.only_events("20200202X00002").change("events", finalised).write("up01FEB")
    warehouse.load(weekly, database, accumulate=True)
    fatal = warehouse.query("SELECT is_fatal FROM fact_accidents ORDER BY ev_id", database)
    assert len(fatal) == 4 and fatal.is_fatal[1]


def test_two_releases_in_one_load_cover_each_its_own(records, database):
    core = records.write("avall_2020")
    weekly = pl.when(pl.col("ev_id") == "20200303X00003").then(pl.lit("up01FEB"))
    for file in core.iterdir():
        frame = pl.read_parquet(file)
        frame.with_columns(release=weekly.otherwise("release")).write_parquet(file)
    warehouse.load(core, database)
    families = warehouse.query("FROM meta_release ORDER BY release", database)
    assert families.family.tolist() == ["avall", "avall"]
    assert families.is_snapshot.tolist() == [True, False]
    done = warehouse.load(records.without_events("20200303X00003").write("avall_2021"), database)
    assert done.rows["events"]["withdrawn"] == 1
