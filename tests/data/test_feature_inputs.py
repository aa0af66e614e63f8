"""One row per event from core tables: who is primary, who is the pilot, what was defining."""

import datetime as dt

import polars as pl
import pytest

from hindcast.features import inputs

DAY = dt.datetime(2015, 6, 1)


def write(folder, **tables):
    for name, rows in tables.items():
        frame = pl.DataFrame(rows, infer_schema_length=None)
        types = {"Defining_ev": pl.Boolean}
        blank = [c for c in frame.columns if frame[c].dtype == pl.Null]
        frame = frame.with_columns(pl.col(c).cast(types.get(c, pl.String)) for c in blank)
        frame.write_parquet(folder / f"{name}.parquet")
    return folder


def event(ev_id="e1", **more):
    return {
        "ev_id": ev_id, "ev_date": DAY, "ev_type": "ACC", "ev_country": "USA",
        "ev_highest_injury": "NONE", "era": "2008+", "release": "r", "ntsb_no": "n",
    } | more  # fmt: skip


def plane(key=1, ev_id="e1", **more):
    return {"ev_id": ev_id, "Aircraft_Key": key, "acft_make": "CESSNA", "release": "r"} | more


def person(crew_no, category, key=1, **more):
    return {
        "ev_id": "e1",
        "Aircraft_Key": key,
        "crew_no": crew_no,
        "crew_category": category,
    } | more


def hours(crew_no, flight_type, craft, value, key=1):
    return {"ev_id": "e1", "Aircraft_Key": key, "crew_no": crew_no, "flight_type": flight_type,
            "flight_craft": craft, "flight_hours": value}  # fmt: skip


def occurrence(number, phase, code, *, defining=None, key=1, ev_id="e1"):
    return {"ev_id": ev_id, "Aircraft_Key": key, "Occurrence_No": number, "phase_no": phase,
            "eventsoe_no": code, "Occurrence_Code": f"{phase}{code}",
            "Defining_ev": defining}  # fmt: skip


def test_the_lowest_aircraft_key_is_primary_and_the_next_is_told_as_other(tmp_path):
    planes = [plane(2, damage="DEST", far_part="137"), plane(1, damage="SUBS", far_part="091")]
    (row,) = inputs.build(write(tmp_path, events=[event()], aircraft=planes)).to_dicts()
    assert (row["damage"], row["n_aircraft"]) == ("SUBS", 2)
    assert (row["other_damage"], row["other_far_part"]) == ("DEST", "137")


def test_bookkeeping_columns_of_tables_do_not_collide(tmp_path):
    frame = inputs.build(write(tmp_path, events=[event()], aircraft=[plane()]))
    assert not {"release", "ntsb_no", "Aircraft_Key"} & set(frame.columns)


def test_an_event_without_aircraft_keeps_its_row(tmp_path):
    core = write(tmp_path, events=[event("e1"), event("e2")], aircraft=[plane()])
    assert inputs.build(core).sort("ev_id")["n_aircraft"].to_list() == [1, None]


@pytest.mark.parametrize(
    ("crew", "age"),
    [
        ([person(1, "DSTU", crew_age=20), person(2, "PLT ", crew_age=50)], 50),
        ([person(1, "PASS", crew_age=30), person(2, "FLTI", crew_age=60)], 60),
        ([person(2, "CPLT", crew_age=30), person(1, "FLTI", crew_age=60)], 60),
        ([person(1, "PLT", crew_age=41), person(1, "PLT", key=2, crew_age=70)], 41),
    ],
)
def test_the_pilot_is_plt_first_then_the_lowest_crew_number(tmp_path, crew, age):
    core = write(tmp_path, events=[event()], aircraft=[plane(1), plane(2)], Flight_Crew=crew)
    assert inputs.build(core)["crew_age"].to_list() == [age]


def test_passengers_are_not_crew(tmp_path):
    crew = [person(1, "PLT"), person(2, "PASS"), person(3, "FLTI")]
    core = write(tmp_path, events=[event()], aircraft=[plane()], Flight_Crew=crew)
    frame = inputs.build(core)
    assert frame["n_crew"].to_list() == [2]
    assert frame["crew_categories"].to_list() == [["PLT", "FLTI"]]


def test_flight_times_of_the_pilot_become_columns(tmp_path):
    times = [hours(2, "TOTL", "ALL", 900.0), hours(2, "L90D", "MAKE", 30.0),
             hours(1, "TOTL", "ALL", 60.0)]  # fmt: skip
    core = write(
        tmp_path, events=[event()], aircraft=[plane()],
        Flight_Crew=[person(1, "DSTU"), person(2, "PLT")], flight_time=times,
    )  # fmt: skip
    (row,) = inputs.build(core).to_dicts()
    assert (row["hours_totl_all"], row["hours_l90d_make"]) == (900.0, 30.0)


@pytest.mark.parametrize(("powers", "total"), [((180.0, 180.0), 360.0), ((180.0, 0.0), None)])
def test_power_is_summed_only_where_every_engine_has_one(tmp_path, powers, total):
    engines = [
        {"ev_id": "e1", "Aircraft_Key": 1, "eng_no": i, "power_units": power, "eng_type": f"T{i}"}
        for i, power in enumerate(powers, 1)
    ]
    core = write(tmp_path, events=[event()], aircraft=[plane()], engines=engines[::-1])
    (row,) = inputs.build(core).to_dicts()
    assert (row["total_power"], row["n_engines_listed"], row["eng_type"]) == (total, 2, "T1")


def test_columns_of_tables_that_the_source_lacks_are_lacking(tmp_path):
    frame = inputs.build(write(tmp_path, events=[event()]))
    assert not {"acft_make", "crew_age", "hours_totl_all", "finding_codes"} & set(frame.columns)


def test_the_defining_occurrence_is_the_marked_one(tmp_path):
    chain = [occurrence(1, "350", "341"), occurrence(2, "600", "240", defining=True)]
    (row,) = inputs.build(write(tmp_path, events=[event()], Events_Sequence=chain)).to_dicts()
    assert (row["defining_phase_no"], row["defining_eventsoe_no"]) == ("600", "240")
    assert (row["phases"], row["is_sequence_complete"]) == (["350", "600"], True)


def test_unmarked_chains_are_defined_by_the_first_occurrence_under_way(tmp_path):
    chain = [occurrence(1, "100", "040"), occurrence(2, "400", "341"), occurrence(3, "700", "170")]
    (row,) = inputs.build(write(tmp_path, events=[event()], Events_Sequence=chain)).to_dicts()
    assert (row["defining_phase_no"], row["defining_eventsoe_no"]) == ("400", "341")


def test_a_lone_marked_occurrence_says_nothing_of_what_followed(tmp_path):
    chain = [occurrence(1, "550", "230", defining=True)]
    (row,) = inputs.build(write(tmp_path, events=[event()], Events_Sequence=chain)).to_dicts()
    assert row["is_sequence_complete"] is False


def test_the_event_code_falls_back_to_the_occurrence_code_and_stays_blank_without(tmp_path):
    blank = occurrence(1, "550", None) | {"Occurrence_Code": None}
    coded = occurrence(1, "550", None, ev_id="e2") | {"Occurrence_Code": "550092"}
    core = write(tmp_path, events=[event(), event("e2")], Events_Sequence=[blank, coded])
    assert inputs.build(core).sort("ev_id")["defining_eventsoe_no"].to_list() == [None, "092"]


def test_a_sequence_without_event_codes_still_gives_the_phase(tmp_path):
    bare = {key: occurrence(1, "550", None)[key] for key in
            ("ev_id", "Aircraft_Key", "Occurrence_No", "phase_no")}  # fmt: skip
    (row,) = inputs.build(write(tmp_path, events=[event()], Events_Sequence=[bare])).to_dicts()
    assert (row["defining_phase_no"], row["defining_eventsoe_no"]) == ("550", None)


def test_occurrences_of_old_releases_are_used_where_there_is_no_sequence(tmp_path):
    old = [{"ev_id": "e2", "Aircraft_Key": 1, "Occurrence_No": 1, "Occurrence_Code": "250",
            "Phase_of_Flight": "550"}]  # fmt: skip
    core = write(
        tmp_path, events=[event(), event("e2")],
        Events_Sequence=[occurrence(1, "400", "341")], Occurrences=old,
    )  # fmt: skip
    frame = inputs.build(core).sort("ev_id")
    assert frame["defining_phase_no"].to_list() == ["400", "550"]
    assert frame["defining_eventsoe_no"].to_list() == ["341", "250"]


def test_finding_codes_keep_their_leading_zero_and_causes_are_known_only_where_marked(tmp_path):
    rows = [
        {"ev_id": "e1", "Aircraft_Key": 1, "finding_no": 1, "finding_code": "0206304044",
         "Cause_Factor": "C"},
        {"ev_id": "e1", "Aircraft_Key": 1, "finding_no": 2, "finding_code": "0303401000",
         "Cause_Factor": "F"},
        {"ev_id": "e2", "Aircraft_Key": 1, "finding_no": 1, "finding_code": "0106201000",
         "Cause_Factor": None},
    ]  # fmt: skip
    core = write(tmp_path, events=[event(), event("e2")], Findings=rows)
    frame = inputs.build(core).sort("ev_id")
    assert frame["finding_codes"].to_list()[0] == ["0206304044", "0303401000"]
    assert frame["cause_codes"].to_list() == [["0206304044"], None]


def test_missing_events_table_is_named(tmp_path):
    with pytest.raises(inputs.InputError, match=r"no events\.parquet .* run the stage validate"):
        inputs.build(tmp_path)


def test_a_population_column_that_is_missing_is_named(tmp_path):
    rows = [{key: value for key, value in event().items() if key != "ev_highest_injury"}]
    with pytest.raises(inputs.InputError, match="events lacks ev_highest_injury"):
        inputs.build(write(tmp_path, events=rows))
