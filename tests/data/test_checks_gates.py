"""The three gates on tiny invented tables: every trap, bad input, and nothing lost."""

import json

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hindcast.checks import ChecksError, Gate, gates, rule_table, validate
from hindcast.checks.gate3 import Limits
from hindcast.checks.ledger import Ledger

LIMITS = Limits(0.3, 5.0, 12.0, 0.25)
EVENT = {
    "ev_id": "20100105X00001",
    "ev_date": "2010-01-05 00:00:00",
    "ev_country": "USA",
    "ev_state": "KS",
}
AIRCRAFT = {"ev_id": EVENT["ev_id"], "Aircraft_Key": "1"}
CREW = AIRCRAFT | {"crew_no": "1"}


def table(*rows):
    """Return rows as a raw table: every column text, with the release."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    data = {name: [row.get(name) for row in rows] for name in columns}
    schema = dict.fromkeys(columns, pl.String)
    return pl.DataFrame(data, schema=schema).with_columns(release=pl.lit("r1"))


def run(events=None, **tables):
    """Put the gates to one event (with changes), one aircraft, and what else is given."""
    given = {"events": table(EVENT | (events or {})), "aircraft": table(AIRCRAFT)}
    return gates.run(given | tables, LIMITS)


def hits(ledger):
    return {name: one["rows_hit"] for name, one in ledger.outcomes.items() if one["rows_hit"]}


def blanked(ledger):
    rows = [row for frame in ledger.blanked for row in frame.iter_rows(named=True)]
    return {(row["rule"], row["column"]): (row["original"], row["replacement"]) for row in rows}


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("ev_time", "1275", "event_time_not_hhmm"),
        ("ev_time", "2400", "event_time_not_hhmm"),
        ("ev_time", "noon", "events.unreadable_integer"),
        ("wind_dir_deg", "0", "wind_direction_zero"),
        ("wind_dir_deg", "400", "wind_direction_out_of_range"),
        ("wind_vel_kts", "170", "wind_out_of_range"),
        ("gust_kts", "0.0", "gust_zero"),
        ("gust_kts", "1603", "gust_out_of_range"),
        ("sky_ceil_ht", "0", "ceiling_zero"),
        ("sky_ceil_ht", "260000", "ceiling_out_of_range"),
        ("altimeter", "0", "altimeter_zero"),
        ("altimeter", "12.5", "altimeter_out_of_range"),
        ("vis_sm", "9999", "visibility_out_of_range"),
        ("apt_dist", "-1", "airport_distance_out_of_range"),
        ("inj_tot_f", "-1", "inj_tot_f_out_of_range"),
        ("ev_highest_injury", "UNKN", "highest_injury_unknown"),
        ("wx_cond_basic", "FOG", "events.wx_cond_basic.unknown_code"),
        ("light_cond", "DARK", "events.light_cond.unknown_code"),
        ("latitude", "386126N", "latitude_dms_malformed"),
        ("ev_site_zipcode", "00000", "zipcode_zero"),
    ],
)
def test_an_event_value_that_cannot_be_is_emptied_and_kept(column, value, rule):
    given = {column: value} | ({"wx_cond_basic": "IMC"} if column == "vis_sm" else {})
    core, ledger, _ = run(given)
    assert core["events"][column][0] is None
    assert blanked(ledger)[rule, column] == (value, None)


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("total_seats", "0", "seats_zero"),
        ("total_seats", "8300", "seats_out_of_range"),
        ("acft_year", "164", "aircraft_year_out_of_range"),
        ("acft_year", "2015", "aircraft_built_after_event"),
        ("rwy_len", "69010", "runway_length_out_of_range"),
        ("rwy_width", "0", "runway_width_zero"),
        ("cert_max_gr_wt", "2133000", "weight_out_of_range"),
        ("afm_hrs", "449136", "airframe_hours_out_of_range"),
        ("date_last_insp", "2011-02-01 00:00:00", "inspection_after_event"),
        ("dprt_time", "0", "departure_time_zero"),
        ("num_eng", "40", "engines_out_of_range"),
        ("oper_sched", "NSCH, SCHD", "schedule_mixed"),
        ("damage", "BENT", "aircraft.damage.unknown_code"),
    ],
)
def test_an_aircraft_value_that_cannot_be_is_emptied_and_kept(column, value, rule):
    core, ledger, _ = run(aircraft=table(AIRCRAFT | {column: value}))
    assert core["aircraft"][column][0] is None
    assert blanked(ledger)[rule, column] == (value, None)


@pytest.mark.parametrize(
    ("column", "value", "right"),
    [
        ("far_part", "91", "091"),
        ("far_part", "091 ", "091"),
        ("far_part", "Unk", "UNK"),
        ("damage", "Substantial", "SUBS"),
        ("damage", "dest", "DEST"),
        ("type_fly", "BUS ", "BUS"),
        ("oper_sched", "SCHD, SCHD", "SCHD"),
    ],
)
def test_codes_written_in_several_ways_become_one(column, value, right):
    core, _, _ = run(aircraft=table(AIRCRAFT | {column: value}))
    assert core["aircraft"][column][0] == right


@pytest.mark.parametrize(
    ("given", "right", "rule"),
    [
        ({"dec_latitude": "38.5", "dec_longitude": "97.5"}, (38.5, -97.5), "longitude_sign"),
        ({"dec_latitude": "-38.5", "dec_longitude": "-97.5"}, (38.5, -97.5), "latitude_sign"),
        ({"dec_latitude": "-97.5", "dec_longitude": "38.5"}, (38.5, -97.5), "position_swapped"),
        ({"dec_latitude": "0", "dec_longitude": "0"}, (None, None), "position_zero"),
        (
            {"dec_latitude": "48.5", "dec_longitude": "-97.5"},
            (None, None),
            "position_outside_state",
        ),
        ({"dec_latitude": "38.5", "dec_longitude": None}, (None, None), "position_half_given"),
        ({"latitude": "383000N", "longitude": "0973000W"}, (38.5, -97.5), "position_from_dms"),
        (
            {"dec_latitude": "52.7", "dec_longitude": "174.1", "ev_state": "AK"},
            (52.7, 174.1),
            None,
        ),
        ({"dec_latitude": "13.5", "dec_longitude": "144.8", "ev_state": None}, (13.5, 144.8), None),
    ],
)
def test_positions_are_repaired_where_the_state_tells_and_emptied_where_not(given, right, rule):
    core, ledger, _ = run(given)
    assert core["events"].select("dec_latitude", "dec_longitude").row(0) == right
    about = {
        name for name in hits(ledger) if name.startswith(("position_", "longitude_", "latitude_"))
    }
    assert about - {"position_whole_degrees"} == ({rule} if rule else set())


def test_a_dms_string_that_contradicts_the_decimal_gives_way_to_it():
    given = {
        "dec_latitude": "38.5",
        "dec_longitude": "-97.5",
        "latitude": "035302N",
        "longitude": "0973000W",
    }
    core, ledger, _ = run(given)
    assert core["events"].select("dec_latitude", "latitude").row(0) == (38.5, None)
    assert hits(ledger)["dms_disagrees_with_decimal"] == 1


def test_temperatures_become_celsius_and_zero_in_fahrenheit_is_missing():
    warm = {"ev_date": "2010-07-05 00:00:00", "wx_temp": "86", "wx_dew_pt": "68"}
    events = table(EVENT | warm, EVENT | warm | {"ev_id": "20100705X00002", "wx_temp": "0"})
    core, ledger, decided = gates.run({"events": events}, LIMITS)
    assert decided.temperature["r1"]["unit"] == "degF"
    assert core["events"]["wx_temp"].to_list() == [pytest.approx(30), None]
    assert core["events"]["wx_dew_pt"].to_list() == [pytest.approx(20)] * 2
    assert hits(ledger)["temperature_zero"] == 1


def test_releases_of_two_units_are_told_apart():
    hot, mild = (
        EVENT | {"ev_date": "2010-07-05", "wx_temp": "90"},
        EVENT | {"ev_id": "20100705X00003"},
    )
    celsius = table(mild | {"ev_date": "2010-07-06", "wx_temp": "31"}).with_columns(
        release=pl.lit("r2")
    )
    core, _, decided = gates.run(
        {"events": pl.concat([table(hot), celsius], how="diagonal")}, LIMITS
    )
    assert {name: one["unit"] for name, one in decided.temperature.items()} == {
        "r1": "degF",
        "r2": "degC",
    }
    assert core["events"]["wx_temp"].round(0).to_list() == [32, 31]


def test_dew_point_and_gust_are_held_against_what_bounds_them():
    core, _, _ = run({"wx_temp": "20", "wx_dew_pt": "28", "wind_vel_kts": "20", "gust_kts": "12"})
    assert core["events"].select("wx_dew_pt", "gust_kts").row(0) == (None, None)


def test_altimeter_settings_without_their_point_or_in_hectopascal_are_repaired():
    events = table(
        EVENT | {"altimeter": "3025"}, EVENT | {"ev_id": "20100105X00002", "altimeter": "1013"}
    )
    core, _, _ = gates.run({"events": events}, LIMITS)
    assert core["events"]["altimeter"].to_list() == [
        pytest.approx(30.25),
        pytest.approx(29.91, abs=0.01),
    ]


def test_year_and_month_follow_the_date():
    core, ledger, _ = run({"ev_year": "1910", "ev_month": "13", "ev_dow": "Mo"})
    assert core["events"].select("ev_year", "ev_month", "ev_dow").row(0) == (2010, 1, "TU")
    assert blanked(ledger)["event_year_disagrees", "ev_year"] == ("1910", "2010")


@pytest.mark.parametrize("date", ["2150-01-05 00:00:00", "1948-10-24 00:00:00"])
def test_an_impossible_date_rejects_the_event_and_all_that_hangs_on_it(date):
    good = EVENT | {"ev_id": "20100105X00002", "lchg_date": "2011-01-01 00:00:00"}
    tables = {
        "events": table(EVENT | {"ev_date": date}, good),
        "aircraft": table(AIRCRAFT, AIRCRAFT | {"ev_id": good["ev_id"]}),
        "Flight_Crew": table(CREW),
        "flight_time": table(
            CREW | {"flight_type": "TOTL", "flight_craft": "ALL", "flight_hours": "9"}
        ),
    }
    core, ledger, _ = gates.run(tables, LIMITS)
    assert {name: frame.height for name, frame in core.items()} == {
        "events": 1, "aircraft": 1, "Flight_Crew": 0, "flight_time": 0,
    }  # fmt: skip
    rules = {
        row["table"]: row["rules"]
        for frame in ledger.quarantined
        for row in frame.iter_rows(named=True)
    }
    assert rules["flight_time"] == "flight_time.parent_rejected"
    assert rules["events"].startswith("event_date_")


def test_a_rejected_row_is_kept_whole_as_it_was_given():
    lost = AIRCRAFT | {"ev_id": "20100105X77777", "far_part": "91 ", "acft_year": "old"}
    _, ledger, _ = run(aircraft=table(AIRCRAFT, lost))
    row = pl.concat(ledger.quarantined).row(0, named=True)
    assert row["rules"] == "aircraft.orphan"
    assert json.loads(row["original"]) == lost


def test_a_row_that_breaks_two_rules_carries_both():
    _, ledger, _ = run(aircraft=table(AIRCRAFT, AIRCRAFT | {"ev_id": "20100105X77777"}, *[
        AIRCRAFT | {"ev_id": "20100105X77777"}]))  # fmt: skip
    rules = sorted(row["rules"] for row in pl.concat(ledger.quarantined).iter_rows(named=True))
    assert rules == ["aircraft.duplicate_row;aircraft.orphan", "aircraft.orphan"]


def test_of_two_contents_for_one_key_the_last_changed_stays():
    old = EVENT | {"ev_city": "OLD", "lchg_date": "2011-01-01 00:00:00"}
    new = EVENT | {"ev_city": "NEW", "lchg_date": "2012-01-01 00:00:00"}
    for order in ([old, new], [new, old]):
        core, ledger, _ = gates.run({"events": table(*order, new)}, LIMITS)
        assert core["events"]["ev_city"].to_list() == ["NEW"]
        assert hits(ledger)["events.duplicate_key"] == hits(ledger)["events.duplicate_row"] == 1


def test_codes_are_read_by_the_era_of_their_event():
    old = EVENT | {"ev_id": "19990105X00001", "ev_date": "1999-01-05"}
    row = {"Aircraft_Key": "1", "Occurrence_No": "1"}
    tables = {
        "events": table(EVENT, old),
        "Events_Sequence": table(
            row
            | {
                "ev_id": EVENT["ev_id"],
                "phase_no": "580",
                "Occurrence_Code": "450240",
                "eventsoe_no": "90",
            },
            row | {"ev_id": old["ev_id"], "phase_no": "580", "Occurrence_Code": "250"},
        ),
    }
    core, _, _ = gates.run(tables, LIMITS)
    by_event = core["events"].sort("ev_id")["era"].to_list()
    assert by_event == ["pre-2008", "2008+"]
    sequence = core["Events_Sequence"].sort("ev_id")
    assert sequence["phase_no"].to_list() == ["580", None]
    assert sequence["Occurrence_Code"].to_list() == ["250", "450240"]
    assert sequence["eventsoe_no"].to_list() == [None, "090"]


def test_finding_codes_keep_their_leading_zero_and_their_ten_digits():
    row = AIRCRAFT | {"finding_code": "206304044"}
    codes = ["206304044", "0206304044", "9999999999", "02063"]
    rows = [row | {"finding_no": str(n), "finding_code": code} for n, code in enumerate(codes, 1)]
    core, _, _ = run(Findings=table(*rows))
    assert core["Findings"]["finding_code"].to_list() == ["0206304044", "0206304044", None, None]


def test_hours_are_bounded_by_the_day_and_by_the_hours_they_are_part_of():
    def hours(flight_type, number, craft="ALL"):
        return CREW | {"flight_type": flight_type, "flight_craft": craft, "flight_hours": number}

    given = [
        hours("TOTL", "500"), hours("L24H", "31"), hours("L90D", "40000"), hours("L30D", "20"),
        hours("TOTL", "900", "MAKE"), hours("PIC", "400"),
    ]  # fmt: skip
    core, _, _ = run(Flight_Crew=table(CREW), flight_time=table(*given))
    kept = {
        (kind, craft): n
        for kind, craft, n in core["flight_time"]
        .select("flight_type", "flight_craft", "flight_hours")
        .iter_rows()
    }
    assert kept == {
        ("TOTL", "ALL"): 500, ("L24H", "ALL"): None, ("L90D", "ALL"): None, ("L30D", "ALL"): 20,
        ("TOTL", "MAKE"): None, ("PIC", "ALL"): 400,
    }  # fmt: skip


@pytest.mark.parametrize("number", ["0", "999999", "-4"])
def test_total_hours_that_stand_for_missing_are_missing(number):
    row = CREW | {"flight_type": "TOTL", "flight_craft": "ALL", "flight_hours": number}
    core, _, _ = run(Flight_Crew=table(CREW), flight_time=table(row))
    assert core["flight_time"]["flight_hours"].to_list() == [None]


def test_crew_ages_and_dates_are_held_against_the_event():
    crew = CREW | {"crew_age": "0", "date_lst_med": "2011-01-01", "bfr_date": "1970-01-01"}
    core, _, _ = run(Flight_Crew=table(crew))
    assert core["Flight_Crew"].select("crew_age", "date_lst_med", "bfr_date").row(0) == (None,) * 3


def test_injury_levels_are_compared_with_counts_and_never_changed():
    given = {"ev_highest_injury": "NONE", "inj_tot_f": "2", "ev_type": "INC"}
    core, ledger, _ = run(given)
    assert core["events"]["ev_highest_injury"][0] == "NONE"
    assert {"death_not_fatal", "incident_with_death"} <= set(hits(ledger))


def test_a_midair_with_one_aircraft_is_noted():
    assert hits(run({"mid_air": "Y"})[1])["midair_with_one_aircraft"] == 1


def test_a_rule_without_its_column_is_not_applicable_and_not_passed():
    _, ledger, _ = run()
    outcome = ledger.outcomes["gust_zero"]
    assert (outcome["applicable"], outcome["rows_checked"]) == (False, 0)
    assert "gust_kts" in outcome["not_applicable_because"]
    assert ledger.outcomes["power_zero"]["not_applicable_because"] == "table absent: engines"


def test_an_all_null_column_stays_null_and_stops_nothing():
    core, ledger, _ = run({"gust_kts": None, "wx_temp": None, "ev_time": None})
    assert core["events"].schema["gust_kts"] == pl.Float64
    assert ledger.outcomes["gust_zero"]["rows_checked"] == 0
    assert ledger.outcomes["gust_zero"]["applicable"]


def test_an_empty_table_and_a_missing_table_are_no_fault():
    core, ledger, _ = run(Flight_Crew=table(CREW).clear())
    assert core["Flight_Crew"].height == 0
    assert ledger.counts["Flight_Crew"] == {"in": 0, "out": 0, "quarantined": 0}
    assert "engines" not in core


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        ({}, "no events"),
        ({"events": table(EVENT).clear()}, "no events"),
        (
            {"events": table(EVENT), "aircraft": table(AIRCRAFT).drop("Aircraft_Key")},
            "Aircraft_Key",
        ),
        ({"events": table(EVENT).drop("release")}, "release"),
        ({"events": table(EVENT).with_columns(ev_time=pl.lit(7))}, "ev_time"),
    ],
)
def test_what_cannot_be_checked_is_refused_with_its_reason(tables, told):
    with pytest.raises(ChecksError, match=told):
        gates.run(tables, LIMITS)


def test_refused_tables_change_nothing_on_disk(tmp_path):
    raw, out = tmp_path / "raw", tmp_path / "out"
    raw.mkdir()
    table(EVENT).write_parquet(raw / "events.parquet")
    validate(raw, out)
    before = {path: path.read_bytes() for path in sorted(out.rglob("*.*"))}
    table(EVENT).drop("ev_id").write_parquet(raw / "events.parquet")
    with pytest.raises(ChecksError, match="ev_id"):
        validate(raw, out)
    (raw / "events.parquet").write_bytes(b"no parquet")
    with pytest.raises(ChecksError, match="extract stage again"):
        validate(raw, out)
    assert {path: path.read_bytes() for path in sorted(out.rglob("*.*"))} == before


def test_a_missing_folder_is_told(tmp_path):
    with pytest.raises(ChecksError, match="run the extract stage first"):
        validate(tmp_path / "nowhere", tmp_path / "out")


def test_the_order_of_the_file_does_not_show_in_what_is_written(tmp_path):
    rows = [EVENT | {"ev_id": f"2010010{n}X00001", "ev_time": str(n * 999)} for n in range(1, 6)]
    written = []
    for number, order in enumerate((rows, rows[::-1])):
        raw, out = tmp_path / f"raw{number}", tmp_path / f"out{number}"
        raw.mkdir()
        table(*order, rows[0]).write_parquet(raw / "events.parquet")
        validate(raw, out)
        written.append([path.read_bytes() for path in sorted(out.rglob("*.*"))])
    assert written[0] == written[1]


def test_a_table_that_the_source_lost_does_not_stay_in_core(tmp_path):
    raw, out = tmp_path / "raw", tmp_path / "out"
    raw.mkdir()
    table(EVENT).write_parquet(raw / "events.parquet")
    table(AIRCRAFT).write_parquet(raw / "aircraft.parquet")
    validate(raw, out)
    (raw / "aircraft.parquet").unlink()
    validate(raw, out)
    assert [path.name for path in (out / "core").iterdir()] == ["events.parquet"]


def test_the_report_counts_by_release_and_reads_as_a_table(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    table(EVENT | {"gust_kts": "0"}).write_parquet(raw / "events.parquet")
    report = validate(raw, tmp_path / "out")
    told = json.loads((tmp_path / "out" / "checks.json").read_text())
    assert told == report.as_dict()
    gust = next(rule for rule in told["rules"] if rule["id"] == "gust_zero")
    assert (gust["gate"], gust["rows_hit"], gust["by_release"]) == (Gate.DOMAIN, 1, {"r1": 1})
    shown = rule_table(told)
    assert shown["rows_hit"].is_sorted(descending=True)
    assert shown.filter(rule="gust_zero")["hit_share"].to_list() == [1.0]


def test_a_row_lost_on_the_way_stops_the_run():
    raw = table(EVENT, EVENT)
    with pytest.raises(ChecksError, match="2 rows came in, 1 went on and 0 went to quarantine"):
        gates._count("events", raw, raw.head(1), raw.clear(), Ledger())


IDS = st.sampled_from(["20100105X00001", "20100105X00002", "20100105X00003", None, "", "lost"])
DATES = st.sampled_from(["2010-01-05 00:00:00", "2150-01-01 00:00:00", "1900-01-01", "?", None])
KEYS = st.sampled_from(["1", "2", "1.0", "x", None])
EVENTS = st.lists(
    st.fixed_dictionaries({"ev_id": IDS, "ev_date": DATES, "ev_time": KEYS}), min_size=1, max_size=6
)
BELOW = st.lists(
    st.fixed_dictionaries({"ev_id": IDS, "Aircraft_Key": KEYS, "crew_no": KEYS}), max_size=8
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(EVENTS, BELOW, BELOW)
def test_whatever_comes_in_goes_on_or_goes_to_quarantine(events, aircraft, crew):
    below = dict.fromkeys(("ev_id", "Aircraft_Key", "crew_no"))
    tables = {
        "events": table(*events),
        "aircraft": table(below, *aircraft).slice(1).drop("crew_no"),
        "Flight_Crew": table(below, *crew).slice(1),
    }
    core, ledger, _ = gates.run(tables, LIMITS)
    quarantined = (
        pl.concat(ledger.quarantined) if ledger.quarantined else pl.DataFrame({"table": []})
    )
    for name, raw in tables.items():
        assert raw.height == core[name].height + quarantined.filter(pl.col("table") == name).height
    assert core["events"]["ev_id"].is_unique().all()
    pairs = core["aircraft"].select("ev_id", "Aircraft_Key")
    assert set(pairs["ev_id"]) <= set(core["events"]["ev_id"])
    assert set(core["Flight_Crew"].select("ev_id", "Aircraft_Key").iter_rows()) <= set(
        pairs.iter_rows()
    )
