"""The flat AviationData file as eADMS tables: invented rows, known codes."""

import polars as pl
import pytest

from hindcast.sources import aviationdata, crosswalk
from hindcast.sources.base import Source, SourceError

USUAL = {
    "Event.Id": "20050101X1",
    "Investigation.Type": "Accident",
    "Accident.Number": "XXX05LA001",
    "Event.Date": "2005-01-02",
    "Location": "Springfield, IL",
    "Country": "United States",
    "Latitude": "39.8",
    "Injury.Severity": "Non-Fatal",
    "Aircraft.Damage": "Substantial",
    "Amateur.Built": "No",
    "Number.of.Engines": "1",
    "Engine.Type": "Reciprocating",
    "FAR.Description": "Part 91: General Aviation",
    "Purpose.of.Flight": "Personal",
    "Total.Fatal.Injuries": "0",
    "Total.Serious.Injuries": "0",
    "Total.Minor.Injuries": "1",
    "Total.Uninjured": "2.0",
    "Weather.Condition": "VMC",
    "Broad.Phase.of.Flight": "LANDING",
    "Report.Status": "Probable Cause",
    "Publication.Date": "2006-03-04",
}


def row(**changes):
    return USUAL | {name.replace("_", "."): value for name, value in changes.items()}


@pytest.fixture
def read(tmp_path):
    def read(*changes, header=lambda name: name, encoding="utf-8"):
        frame = pl.DataFrame([row(**change) for change in changes])
        frame = frame.rename({name: header(name) for name in USUAL})
        path = tmp_path / "AviationData.csv"
        path.write_bytes(frame.write_csv().encode(encoding))
        notes = aviationdata.read(Source("aviationdata", "flat", (path,)), tmp_path)
        return notes, {p.stem: pl.read_parquet(p) for p in tmp_path.glob("*.parquet")}

    return read


def test_one_row_fills_five_tables(read):
    _, made = read({})
    assert {name: table.height for name, table in made.items()} == {
        "events": 1, "aircraft": 1, "engines": 1, "Events_Sequence": 1, "NTSB_Admin": 1,
    }  # fmt: skip
    assert made["events"].row(0, named=True) == {
        "ev_id": "20050101X1", "ntsb_no": "XXX05LA001", "ev_type": "ACC", "wx_cond_basic": "VMC",
        "ev_date": "2005-01-02 00:00:00", "ev_year": "2005", "ev_month": "1",
        "ev_city": "Springfield", "ev_state": "IL", "ev_country": "USA", "dec_latitude": "39.8",
        "ev_highest_injury": "MINR", "inj_tot_f": "0", "inj_tot_s": "0", "inj_tot_m": "1",
        "inj_tot_n": "2.0", "release": "flat",
    }  # fmt: skip
    aircraft = made["aircraft"].row(0, named=True)
    assert (aircraft["far_part"], aircraft["type_fly"]) == ("091", "PERS")
    assert (aircraft["damage"], aircraft["homebuilt"]) == ("SUBS", "N")
    assert made["NTSB_Admin"].row(0) == ("20050101X1", "B", "2006-03-04 00:00:00", "flat")


def test_dotted_and_spaced_headers_are_the_same(read):
    _, dotted = read({})
    _, spaced = read({}, header=lambda name: name.replace(".", " ").capitalize())
    assert all(dotted[name].equals(spaced[name]) for name in dotted)


@pytest.mark.parametrize(
    ("phase", "before", "since"),
    [
        ("LANDING", "570", "550"),
        ("Descent", "550", "404"),
        ("APPROACH", "560", "500"),
        ("STANDING", "500", "150"),
        ("CRUISE", "540", "402"),
        ("MANEUVERING", "580", "450"),
        ("GO-AROUND", "565", "509"),
    ],
)
def test_a_phase_is_coded_in_the_scheme_of_its_era(read, phase, before, since):
    _, made = read(
        {"Event_Id": "a", "Event_Date": "2007-12-31", "Broad_Phase_of_Flight": phase},
        {"Event_Id": "b", "Event_Date": "2008-01-01", "Broad_Phase_of_Flight": phase},
    )
    assert made["Events_Sequence"]["phase_no"].to_list() == [before, since]


@pytest.mark.parametrize(
    ("severity", "counts", "level"),
    [
        ("Fatal(2)", ("2", "0", "0", "0"), "FATL"),
        ("Fatal(1)", (None, None, None, None), "FATL"),
        ("Fatal", ("1", "0", "0", "0"), "FATL"),
        ("Non-Fatal", ("0", "1", "3", "0"), "SERS"),
        ("Non-Fatal", (None, None, "3.0", "4"), "MINR"),
        ("Non-Fatal", (None, None, None, "2.0"), "NONE"),
        ("Non-Fatal", (None, None, None, None), None),
        ("Incident", ("0", "0", "0", "8"), "NONE"),
        ("Incident", (None, None, None, None), None),
        ("Unavailable", (None, None, None, "0.0"), None),
        (None, (None, None, None, None), None),
    ],
)
def test_the_highest_injury_is_never_guessed(read, severity, counts, level):
    names = ("Total_Fatal_Injuries", "Total_Serious_Injuries", "Total_Minor_Injuries")
    given = dict(zip((*names, "Total_Uninjured"), counts, strict=True))
    _, made = read({"Injury_Severity": severity, **given})
    assert made["events"]["ev_highest_injury"].item() == level


def test_a_repeated_event_is_several_aircraft_of_one_event(read):
    _, made = read({"Accident_Number": "XXX05LA007B"}, {"Accident_Number": "XXX05LA007A"})
    assert made["events"]["ntsb_no"].to_list() == ["XXX05LA007"]
    numbers = made["aircraft"].select("Aircraft_Key", "ntsb_no").rows()
    assert numbers == [("2", "XXX05LA007B"), ("1", "XXX05LA007A")]
    assert made["NTSB_Admin"].height == 1


@pytest.mark.parametrize(
    ("type_", "count", "engines"),
    [
        ("Turbo Prop", "2", [("1", "TP"), ("2", "TP")]),
        ("REC, TJ, TJ", "3", [("1", "REC"), ("2", "TJ"), ("3", "TJ")]),
        ("Reciprocating", None, [("1", "REC")]),
        ("Reciprocating", "0", []),
        (None, "2", []),
    ],
)
def test_engines_come_from_type_and_number(read, type_, count, engines):
    _, made = read({"Engine_Type": type_, "Number_of_Engines": count})
    assert made["engines"].select("eng_no", "eng_type").rows() == engines


def test_a_foreign_place_has_no_us_state(read):
    _, made = read({"Location": "Gander, NL", "Country": "Canada"})
    place = made["events"].select("ev_city", "ev_state", "ev_country").row(0)
    assert place == ("Gander", None, "CA")


def test_a_place_without_a_comma_is_a_city(read):
    _, made = read({"Location": "ATLANTIC OCEAN", "Country": None})
    place = made["events"].select("ev_city", "ev_state", "ev_country").row(0)
    assert place == ("ATLANTIC OCEAN", None, None)


def test_an_unknown_word_is_kept_and_counted(read):
    notes, made = read({"Purpose_of_Flight": "Time travel"}, {"Purpose_of_Flight": "FERRY "})
    assert made["aircraft"]["type_fly"].to_list() == ["Time travel", "FERY"]
    assert notes.mapped == {"type_fly": {"Time travel": 1}}


def test_columns_the_page_never_had_stay_absent(read):
    _, made = read({})
    assert not {"inj_tot_t", "light_cond", "ev_time"} & set(made["events"].columns)


def test_windows_1252_is_read_and_said(read):
    notes, made = read({"Location": "Cañon City, CO"}, encoding="cp1252")
    assert made["events"]["ev_city"].item() == "Cañon City"
    assert notes.encodings == {"AviationData.csv": "cp1252"}


def test_a_missing_key_column_is_named(read):
    with pytest.raises(SourceError, match=r"no column Event\.Id"):
        read({}, header=lambda name: name.replace("Event.Id", "Nr"))


def test_a_row_with_too_many_fields_names_its_line(read, tmp_path):
    read({})
    path = tmp_path / "AviationData.csv"
    path.write_text(path.read_text() + ",".join("x" * 30) + "\n")
    with pytest.raises(SourceError, match=r"AviationData\.csv, line 3: 30 fields"):
        aviationdata.read(Source("aviationdata", "flat", (path,)), tmp_path)


def test_every_crosswalk_row_says_where_it_is_from():
    for name in ("aviationdata_codes.csv", "broad_phases.csv", "countries.csv"):
        assert crosswalk._read(name)["source"].null_count() == 0


def test_codes_are_those_of_the_schemes():
    listed = crosswalk._read("broad_phases.csv")
    old = listed["phase_no_pre_2008"].drop_nulls().cast(pl.Int64)
    new = listed["phase_no_2008"].drop_nulls().cast(pl.Int64)
    assert old.is_between(500, 610).all()
    assert new.is_between(100, 990).all()
