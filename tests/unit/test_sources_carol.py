"""An export of NTSB's CAROL query as eADMS tables: invented rows, known codes."""

import zipfile

import polars as pl
import pytest

from hindcast import sources
from hindcast.sources import carol, carol_findings, crosswalk
from hindcast.sources.base import Source, SourceError

MADE = {"seed": 1, "simulated_events": 5, "simulated_first_year": 2008}
MADE["simulated_last_year"] = 2008
PILOT = "Personnel issues - Task performance - Use of equip/info - Aircraft control - Pilot"
USUAL = {
    "NtsbNo": "XXX21LA001",
    "EventType": "ACC",
    "Mkey": "900001",
    "EventDate": "2021-07-02T14:05:00Z",
    "City": "Springfield",
    "State": "Illinois",
    "Country": "United States",
    "N#": "N00XX",
    "OriginalPublishedDate": "2022-01-02T05:00:00Z",
    "HighestInjuryLevel": "",
    "FatalInjuryCount": "0",
    "SeriousInjuryCount": "0",
    "MinorInjuryCount": "0",
    "ProbableCause": "Invented.",
    "Findings": PILOT,
    "EventID": "",
    "Latitude": "39.8",
    "Longitude": "-89.6",
    "Make": "CESSNA",
    "Model": "172",
    "AirCraftCategory": "AIR",
    "AmateurBuilt": "false",
    "NumberOfEngines": "2",
    "EngineType": "REC",
    "PurposeOfFlight": "PERS",
    "FAR": "091",
    "AirCraftDamage": "Substantial",
    "WeatherCondition": "VMC",
    "BroadPhaseofFlight": "Initial Climb",
    "ReportStatus": "Completed",
    "MostRecentReportType": "Final",
}
TWO = {"AmateurBuilt": "false, true", "AirCraftCategory": "AIR, GLI", "FAR": "091, 091",
       "AirCraftDamage": "None, Destroyed", "Make": "CESSNA, LET", "Model": "172, L 23",
       "N#": "N00XX, N00YY", "NumberOfEngines": "1, 0", "EngineType": "REC",
       "PurposeOfFlight": "PERS, PERS"}  # fmt: skip


def text(*changes):
    rows = [USUAL | {"NtsbNo": f"XXX21LA00{n}"} | change for n, change in enumerate(changes, 1)]
    return pl.DataFrame(rows).write_csv()


@pytest.fixture
def read(tmp_path):
    def read(*changes):
        path = tmp_path / "anything.csv"
        path.write_text(text(*changes))
        notes = carol.read(Source("carol", "carol", (path,)), tmp_path)
        return notes, {p.stem: pl.read_parquet(p) for p in tmp_path.glob("*.parquet")}

    return read


def event(read, **changes):
    _, made = read(changes)
    return made["events"].row(0, named=True)


def test_one_row_fills_seven_tables(read):
    notes, made = read({})
    assert {name: table.height for name, table in made.items()} == {
        "events": 1, "aircraft": 1, "engines": 2, "Events_Sequence": 1, "Findings": 1,
        "narratives": 1, "NTSB_Admin": 1,
    }  # fmt: skip
    assert made["events"].row(0, named=True) == {
        "ev_id": "20210702900001", "ntsb_no": "XXX21LA001", "ev_type": "ACC",
        "wx_cond_basic": "VMC", "ev_date": "2021-07-02 00:00:00", "ev_time": "1405",
        "ev_year": "2021", "ev_month": "7", "ev_city": "Springfield", "ev_state": "IL",
        "ev_country": "USA", "dec_latitude": "39.8", "dec_longitude": "-89.6",
        "ev_highest_injury": "NONE", "inj_tot_f": "0", "inj_tot_s": "0", "inj_tot_m": "0",
        "release": "carol",
    }  # fmt: skip
    plane = made["aircraft"].row(0, named=True)
    assert (plane["far_part"], plane["type_fly"], plane["damage"]) == ("091", "PERS", "SUBS")
    assert (plane["homebuilt"], plane["acft_category"]) == ("N", "AIR")
    assert made["engines"]["eng_type"].to_list() == ["REC", "REC"]
    assert made["Events_Sequence"].row(0)[3:5] == ("350", "1")
    assert made["NTSB_Admin"].row(0)[1:3] == ("B", "2022-01-02 00:00:00")
    assert notes.mapped == {}


def test_the_aircraft_of_one_row_are_dealt_out_in_order(read):
    _, made = read(TWO)
    told = made["aircraft"].select("Aircraft_Key", "acft_model", "homebuilt", "damage", "num_eng")
    assert told.rows() == [("1", "172", "N", "NONE", "1"), ("2", "L 23", "Y", "DEST", "0")]
    assert made["events"].height == made["Findings"].height == 1


def test_a_list_that_does_not_say_whose_it_is_is_unknown(read):
    _, made = read(TWO | {"PurposeOfFlight": "GLDT", "Make": "SMITH, JOHN, LET"})
    planes = made["aircraft"]
    assert planes["type_fly"].to_list() == planes["acft_make"].to_list() == [None, None]
    assert made["engines"].height == 0


def test_a_comma_in_the_name_of_a_single_aircraft_stays(read):
    _, made = read({"Make": "SMITH, JOHN"})
    assert made["aircraft"]["acft_make"].item() == "SMITH, JOHN"


@pytest.mark.parametrize(
    ("said", "day", "time"),
    [
        ("2021-07-02T14:05:00Z", "2021-07-02", "1405"),
        ("2021-07-02T00:00:00Z", "2021-07-02", "0"),
        ("2021-01-02T14:05:00Z", "2021-01-02", "1305"),  # winter: the export is an hour ahead
        ("2021-01-02T00:30:00Z", "2021-01-01", "2330"),
        ("2021-07-02T04:00:00Z", "2021-07-02", None),  # midnight in Washington, summer
        ("2021-01-02T05:00:00Z", "2021-01-02", None),  # and winter
        ("2021-01-02T04:00:00Z", "2021-01-02", "300"),
        ("2021-07-02T14:05:00.000Z", "2021-07-02", "1405"),
        ("2021-07-02", "2021-07-02", None),
    ],
)
def test_the_hour_is_local_and_midnight_in_washington_is_no_hour(read, said, day, time):
    made = event(read, EventDate=said)
    assert (made["ev_date"], made["ev_time"]) == (f"{day} 00:00:00", time)


def test_a_date_in_another_form_is_kept_for_the_checks_to_find(read):
    made = event(read, EventDate="in July")
    assert (made["ev_date"], made["ev_time"], made["ev_year"]) == ("in July", None, None)


@pytest.mark.parametrize(
    ("said", "counts", "level"),
    [
        ("Fatal", ("1", "0", "0"), "FATL"),
        ("Serious", ("", "", ""), "SERS"),
        ("None", ("0", "0", "0"), "NONE"),
        ("", ("0", "0", "0"), "NONE"),
        ("", ("0", "0", ""), None),
        ("", ("", "", ""), None),
        ("", ("2", "0", "0"), "FATL"),
        ("Unknown", ("0", "0", "0"), None),
    ],
)
def test_the_highest_injury_is_never_guessed(read, said, counts, level):
    names = ("FatalInjuryCount", "SeriousInjuryCount", "MinorInjuryCount")
    given = dict(zip(names, counts, strict=True))
    assert event(read, HighestInjuryLevel=said, **given)["ev_highest_injury"] == level


def test_an_event_id_of_the_export_is_kept(read):
    assert event(read, EventID="20210703X12345")["ev_id"] == "20210703X12345"


def test_findings_become_codes_and_what_has_none_is_said(read):
    lost = "Aircraft - Aircraft systems - Moon gear - (general) - Failure"
    notes, made = read({"Findings": f"{PILOT} - C, {lost}, {PILOT}"})
    rows = made["Findings"].select("finding_no", "finding_code", "section_no").rows()
    assert rows == [("1", "0206304044", "30"), ("2", None, None), ("3", "0206304044", "30")]
    assert notes.mapped == {"finding_code": {lost: 1}}


def test_every_wording_of_the_code_tables_has_its_own_code():
    known = carol_findings._subsections()
    table = crosswalk._read("finding_subsections.csv")
    assert len(known) == table.height
    assert len(carol_findings._modifiers()) == crosswalk._read("finding_modifiers.csv").height
    assert table["source"].null_count() == 0


def test_an_unknown_word_is_kept_and_counted(read):
    notes, made = read({"State": "Atlantis", "PurposeOfFlight": "ZZZ"})
    assert made["events"]["ev_state"].item() == "Atlantis"
    assert notes.mapped == {"type_fly": {"ZZZ": 1}, "ev_state": {"Atlantis": 1}}


def test_columns_that_the_export_never_had_stay_absent(read):
    _, made = read({})
    assert not {"light_cond", "wind_vel_kts", "inj_tot_n", "inj_tot_t"} & set(
        made["events"].columns
    )
    assert "Cause_Factor" not in made["Findings"].columns


def test_fewer_columns_give_fewer_tables(tmp_path):
    path = tmp_path / "few.csv"
    path.write_text("NtsbNo,Mkey,EventDate,HighestInjuryLevel\nX,1,2021-05-06T10:00:00Z,Fatal\n")
    carol.read(Source("carol", "carol", (path,)), tmp_path)
    made = pl.read_parquet(tmp_path / "events.parquet").row(0, named=True)
    assert (made["ev_id"], made["ev_highest_injury"]) == ("20210506000001", "FATL")
    assert not (tmp_path / "Findings.parquet").exists()


def test_a_missing_key_column_is_named(tmp_path):
    path = tmp_path / "few.csv"
    path.write_text("NtsbNo,Mkey,HighestInjuryLevel\nX,1,Fatal\n")
    with pytest.raises(SourceError, match="no column EventDate"):
        carol.read(Source("carol", "carol", (path,)), tmp_path)


def test_an_event_that_comes_twice_is_refused(read):
    with pytest.raises(SourceError, match="1 rows repeat an NtsbNo"):
        read({"NtsbNo": "X"}, {"NtsbNo": "X"})


def test_it_is_known_by_its_header_plain_gzipped_or_zipped(tmp_path):
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "cases.csv").write_text(text({}))
    with zipfile.ZipFile(tmp_path / "download.zip", "w") as archive:
        archive.writestr("cases2021.csv", text({"NtsbNo": "XXX21LA009", "Mkey": "5"}))
    found = sources.discover(tmp_path)
    assert [(one.kind, one.release) for one in found] == [
        ("carol", "download"), ("carol", "cases"),
    ]  # fmt: skip
    read = sources.extract(tmp_path, tmp_path / "out", **MADE)
    assert read["events"] == 2


def test_an_event_of_two_sources_is_one_event(tmp_path):
    (tmp_path / "carol.csv").write_text(text({}, {"Mkey": "2"}))
    (tmp_path / "release").mkdir()
    events = {"ev_id": "20210703X12345", "ntsb_no": "XXX21LA001", "ev_type": "ACC",
              "ev_date": "2021-07-02 00:00:00"}  # fmt: skip
    pl.DataFrame([events]).write_csv(tmp_path / "release" / "events.csv")
    found = sources.extract(tmp_path, tmp_path / "out", **MADE)
    assert found["events"] == 2
    assert found["conflicts"]["pairs"][0]["events"] == 1
    raw = tmp_path / "out" / "raw"
    kept = pl.read_parquet(raw / "events.parquet").sort("ntsb_no")
    assert kept["release"].to_list() == ["release", "carol"]
    assert kept["ev_id"].to_list() == ["20210703X12345", "20210702000002"]
    findings = pl.read_parquet(raw / "Findings.parquet")
    assert findings["ev_id"].to_list() == ["20210702000002"]
