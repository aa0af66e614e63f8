"""The second aircraft of an event, from made-up tables."""

from datetime import date

import polars as pl

from hindcast.features import catalog, derive, inputs, other_aircraft

PLANES = [
    {"ev_id": "a", "Aircraft_Key": 2, "acft_make": "Cessna", "acft_model": "172", "homebuilt": "N",
     "num_eng": 1, "total_seats": 4, "type_fly": "INST"},
    {"ev_id": "a", "Aircraft_Key": 1, "acft_make": "CESSNA", "acft_model": "208", "homebuilt": "N",
     "num_eng": 1, "total_seats": 11, "type_fly": "POSI"},
    {"ev_id": "b", "Aircraft_Key": 1, "acft_make": "PIPER", "acft_model": "PA-25",
     "homebuilt": "N", "num_eng": 1, "total_seats": 1, "type_fly": "AAPL"},
]  # fmt: skip
CHAIN = [
    {"ev_id": "a", "Aircraft_Key": 2, "Occurrence_No": 1, "phase_no": "100", "eventsoe_no": "030",
     "Defining_ev": False},
    {"ev_id": "a", "Aircraft_Key": 2, "Occurrence_No": 2, "phase_no": "550", "eventsoe_no": "250",
     "Defining_ev": True},
    {"ev_id": "a", "Aircraft_Key": 1, "Occurrence_No": 1, "phase_no": "250", "eventsoe_no": "250",
     "Defining_ev": True},
]  # fmt: skip
CREW = [
    {"ev_id": "a", "Aircraft_Key": key, "crew_no": 1, "crew_category": role}
    for key, role in ((1, "PLT"), (2, "FLTI"))
] + [
    {"ev_id": "a", "Aircraft_Key": 2, "crew_no": number, "crew_category": role}
    for number, role in ((2, "DSTU"), (3, "PASS"))
]  # fmt: skip


def features(core) -> pl.DataFrame:
    events = pl.DataFrame(
        [{"ev_id": name, "ev_date": date(2010, 5, 1), "ev_type": "ACC", "ev_country": "USA",
          "ev_highest_injury": "NONE", "era": "2008+"} for name in "ab"]
    )  # fmt: skip
    rows = {"aircraft": PLANES, "Events_Sequence": CHAIN, "Flight_Crew": CREW}
    tables = {"events": events} | {name: pl.DataFrame(told) for name, told in rows.items()}
    for name, table in tables.items():
        table.write_parquet(core / f"{name}.parquet")
    frame = derive.enrich(inputs.build(core)).sort("ev_id")
    return catalog.compute(frame).with_columns(frame["ev_id"])


def test_the_second_aircraft_is_told_beside_the_first(tmp_path):
    row = features(tmp_path).row(0, named=True)
    assert row["other_aircraft_phase"] == "Landing"
    assert row["is_other_of_same_make"] is True
    assert row["is_other_of_same_family"] is False
    assert row["other_seats_count"] == 4
    assert row["other_purpose"] == "INST"
    assert row["other_weight_ratio"] < 0.5
    assert row["event_crew_count"] == 3


def test_an_event_of_one_aircraft_has_no_other(tmp_path):
    row = features(tmp_path).row(1, named=True)
    others = [name for name in row if name.startswith(("other_", "is_other"))]
    assert {row[name] for name in others} == {None}
    assert row["aircraft_in_event_count"] == 1


def test_a_source_of_aircraft_alone_tells_what_it_can(tmp_path):
    facts = other_aircraft.facts(pl.DataFrame(PLANES).select("ev_id", "Aircraft_Key"), tmp_path)
    assert facts.columns == ["ev_id", "n_aircraft"]
    assert facts["n_aircraft"].to_list() == [2, 1]
