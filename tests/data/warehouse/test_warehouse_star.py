"""The star: one row per event, decoded by era, in known numbers."""

import polars as pl
import pytest

from hindcast import warehouse


def facts(database):
    return warehouse.query("FROM fact_accidents ORDER BY ev_id", database).set_index("ev_id")


def test_one_row_per_event_whatever_hangs_on_it(loaded):
    found = facts(loaded)
    assert len(found) == 4 and found.index.is_unique
    assert found.n_aircraft.tolist() == [1, 2, 1, 1]
    assert found.n_findings.tolist() == [2, 1, 0, 0]
    assert found.n_crew.tolist() == [2, 1, 0, 0]


def test_blank_severity_is_unknown_not_none(loaded):
    found = facts(loaded)
    assert found.is_fatal.tolist()[:2] == [True, False]
    assert found.is_fatal.isna().tolist() == [False, False, True, False]
    assert found.severity.tolist()[:2] == ["Fatal", "None"]


def test_the_population_is_us_accidents(loaded):
    assert facts(loaded).is_us_accident.tolist() == [True, True, False, False]


def test_the_defining_event_gives_phase_and_occurrence(loaded):
    first = facts(loaded).loc["20200101X00001"]
    assert (first.phase, first.phase_group) == ("Approach", "Approach")
    assert first.occurrence == "Loss of control in flight"
    assert facts(loaded).occurrence["20200202X00002"] == "Hard landing"  # 092: the zero belongs


def test_the_same_number_means_another_phase_in_each_era(records, database):
    early = pl.when(pl.col("ev_id") == "20200101X00001")
    records.change(
        "events", lambda e: e.with_columns(era=early.then(pl.lit("pre-2008")).otherwise("era"))
    )
    records.change(
        "Events_Sequence",
        lambda s: s.with_columns(
            phase_no=pl.lit("550"),
            eventsoe_no=None,
            Occurrence_Code=early.then(pl.lit("250")).otherwise(pl.lit("550240")),
        ),
    )
    warehouse.load(records.write(), database)
    found = facts(database)
    assert found.phase.tolist()[:2] == ["Descent", "Landing"]
    assert found.occurrence.tolist()[:2] == [
        "Loss of control - in flight",
        "Loss of control in flight",
    ]


def test_without_an_era_the_date_decides(records, database):
    records.change(
        "events", lambda e: e.drop("era").with_columns(pl.col("ev_date").dt.offset_by("-20y"))
    )
    records.change("Events_Sequence", lambda s: s.with_columns(phase_no=pl.lit("570")))
    warehouse.load(records.write(), database)
    assert facts(database).phase["20200101X00001"] == "Landing"


def test_flat_records_without_sequence_crew_or_findings_load(records, database):
    records.frames = {name: records.frames[name] for name in ("events", "aircraft")}
    warehouse.load(records.write("aviationdata_1982_2007"), database)
    assert len(facts(database)) == 4
    assert facts(database).phase.isna().all()


def test_old_occurrences_stand_in_for_a_sequence(records, database):
    del records.frames["Events_Sequence"]
    records.change("events", lambda e: e.with_columns(era=pl.lit("pre-2008")))
    records.frames["Occurrences"] = pl.DataFrame(
        {
            "ev_id": ["20200101X00001"],
            "Aircraft_Key": [1],
            "Occurrence_No": [1],
            "Occurrence_Code": ["350"],
            "Phase_of_Flight": ["522"],
        }
    )
    warehouse.load(records.write("pre2008"), database)
    first = facts(database).loc["20200101X00001"]
    assert (first.phase_group, first.occurrence) == ("Initial climb", "Loss of engine power")


def test_a_code_of_no_table_is_counted_not_guessed(records, database, tmp_path):
    records.change("Events_Sequence", lambda s: s.with_columns(phase_no=pl.lit("999")))
    warehouse.load(records.write(), database)
    assert facts(database).phase.isna().all()
    assert warehouse.export(database, tmp_path / "out")["undecoded"]["phase_no"] == 2


def test_a_state_code_abroad_is_no_us_state(loaded):
    places = warehouse.query("FROM dim_location ORDER BY ev_country, ev_state", loaded)
    abroad, *_ = places[places.ev_country == "AL"].itertuples()
    assert abroad.state is None or abroad.state != abroad.state
    assert places[places.ev_country == "USA"].state.tolist() == ["Alaska", "Alabama", "Texas"]


def test_the_pilot_is_the_pilot_and_total_hours_are_totl_all(loaded):
    crew = warehouse.query(
        "SELECT d.* FROM fact_accidents JOIN dim_crew d USING (crew_key) ORDER BY ev_id", loaded
    )
    assert crew.crew_category[0] == "PLT"
    assert crew.age_band_years[0] == "50-59"
    assert crew.total_hours_band[0] == "3: 500-999"
    assert crew.is_crew_recorded.tolist() == [True, True, False, False]


def test_far_part_91_and_091_are_one(loaded):
    parts = warehouse.query("SELECT DISTINCT far_part FROM dim_aircraft ORDER BY 1", loaded)
    assert parts.far_part.tolist() == ["091", "NUSN"]


def test_the_bridge_holds_each_finding_once_and_weighs_an_event_as_one(loaded):
    bridge = warehouse.query("FROM bridge_accident_cause JOIN dim_cause USING (cause_key)", loaded)
    assert len(bridge) == 3
    assert bridge.groupby("ev_id").weight.sum().tolist() == [1.0, 1.0]
    first = bridge.set_index("finding_code").loc["0206304044"]
    assert (first.category, first.subcategory) == ("Personnel issues", "Task performance")


def test_marts_in_known_numbers(loaded):
    (year,) = warehouse.query("FROM mart_yearly", loaded).itertuples()
    assert (year.events, year.accidents, year.severity_known, year.fatal) == (4, 2, 2, 1)
    assert year.fatal_share == 0.5 and year.deaths == 2
    assert year.fatal_share_low == pytest.approx(0.0945, abs=1e-4)
    assert year.fatal_share_high == pytest.approx(0.9055, abs=1e-4)
    states = warehouse.query("FROM mart_state", loaded)
    assert states.ev_state.tolist() == ["AK", "AL"]
    makes = warehouse.query("FROM mart_make", loaded)
    assert makes.make.tolist() == ["CESSNA", "ROBINSON"]


def test_names_told_by_few_events_are_pooled(records, database):
    records.change(
        "events", lambda e: e.with_columns(ev_country=pl.lit("USA"), ev_type=pl.lit("ACC"))
    )
    two = pl.when(pl.col("ev_id") == "20200303X00003").then(pl.lit("Cessna Aircraft Co"))
    records.change("aircraft", lambda a: a.with_columns(acft_make=two.otherwise("acft_make")))
    warehouse.load(records.write(), database, rare_make_events=2)
    makes = warehouse.query("FROM mart_make", database).set_index("make").accidents
    assert makes.to_dict() == {"CESSNA": 2, "OTHER": 2}


def test_a_setting_rebuilds_the_marts_without_a_load(records, database):
    core = records.write()
    warehouse.load(core, database, rare_make_events=1)
    assert warehouse.load(core, database, rare_make_events=9).is_noop
    assert warehouse.query("FROM mart_make", database).make.tolist() == ["OTHER"]
    assert len(warehouse.query("FROM meta_load", database)) == 1
