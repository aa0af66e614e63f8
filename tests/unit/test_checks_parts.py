"""The parts the gates are made of: reading text, places, units, robust statistics."""

from datetime import datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindcast.checks import gate1, gate2, parse, place, reference, rules_links, schema, units
from hindcast.checks.gate3 import robust_z
from hindcast.checks.rules_events import not_hhmm


def read(values, dtype):
    frame = pl.DataFrame({"x": values}, schema={"x": pl.String})
    return frame.select(parse.parsed("x", dtype))["x"].to_list()


def test_whole_numbers_are_read_as_mdb_export_and_spreadsheets_write_them():
    assert read(["4", "4.0", " 12 ", "4.5", "4e2", "x", "", None], "integer") == [
        4, 4, 12, None, 400, None, None, None,
    ]  # fmt: skip


def test_a_number_that_is_no_finite_number_is_unreadable():
    assert read(["1.5", "nan", "inf", "-3"], "real") == [1.5, None, None, -3.0]


def test_dates_come_in_every_form_a_release_uses():
    noon = datetime(2009, 6, 30, 12, 5)
    forms = [
        "2009-06-30 12:05:00",
        "2009-06-30 12:05:00.0000",
        "30/06/09 12:05",
        "06/30/09 12:05:00",
    ]
    assert read(forms, "datetime") == [noon] * 4
    assert read(["2009-06-30", "soon"], "datetime") == [datetime(2009, 6, 30), None]


@pytest.mark.parametrize(
    ("column", "month"),
    [
        (["01/02/20 00:00:00", "03/13/20 00:00:00"], 1),
        (["01/02/20 00:00:00", "13/03/20 00:00:00"], 2),
        (["01/02/20 00:00:00"], 1),
    ],
)
def test_day_and_month_have_one_order_in_a_column(column, month):
    moments = read(column, "datetime")
    assert moments[0].month == month
    assert None not in moments


def test_truth_values_are_read_from_numbers_and_words():
    assert read(["1", "0", "True", "no", "-1", "maybe"], "boolean") == [
        True, False, True, False, True, None,
    ]  # fmt: skip


def test_text_loses_its_padding_and_blank_text_is_missing():
    assert read(["BUS ", "   ", "a b"], "text") == ["BUS", None, "a b"]


@given(st.floats(-89.9, 89.9))
def test_degrees_survive_a_round_trip_through_dms(latitude):
    whole = round(abs(latitude) * 3600)
    degrees, minutes, seconds = whole // 3600, whole // 60 % 60, whole % 60
    text = f"{degrees:02d}{minutes:02d}{seconds:02d}{'S' if latitude < 0 else 'N'}"
    back = pl.DataFrame({"d": [text]}).select(place.dms_degrees("d"))["d"][0]
    assert back == pytest.approx(latitude, abs=1 / 3600)


@pytest.mark.parametrize("text", ["386026N", "380075N", "38132N", "3813260", "", "381326X"])
def test_malformed_dms_is_no_place(text):
    frame = pl.DataFrame({"d": [text]})
    assert frame.select(place.dms_degrees("d"))["d"][0] is None
    assert frame.select(place.is_malformed_dms("d"))["d"][0] is True


@pytest.mark.parametrize(
    ("state", "lat", "lon"),
    [
        ("AK", 52.7, 174.1),  # Shemya, western Aleutians: east is right
        ("AK", 61.2, -150.0),
        ("GU", 13.5, 144.8),
        ("MP", 15.1, 145.7),
        ("AS", -14.3, -170.7),
        ("HI", 21.3, -157.9),
        ("PO", 7.1, 171.4),
        ("FL", 25.8, -80.3),
    ],
)
def test_every_part_of_the_country_lies_in_its_box(state, lat, lon):
    frame = pl.DataFrame({"ev_state": [state], "dec_latitude": [lat], "dec_longitude": [lon]})
    assert place.with_box_distances(frame)["_outside"][0] <= place.TOLERANCE_DEG


def test_the_same_phase_number_means_two_things():
    codes = reference.read("phase_codes").filter(phase_no="550")
    assert codes["phase"].n_unique() == 2
    assert "580" in reference.phases("pre-2008")
    assert "580" not in reference.phases("2008+")


def test_hhmm_is_not_a_count_of_minutes():
    frame = pl.DataFrame({"t": [0, 730, 759, 760, 2359, 2400, -5]})
    assert frame.select(not_hhmm("t"))["t"].to_list() == [
        False, False, False, True, False, True, True,
    ]  # fmt: skip


def climate(unit, months=range(1, 13), state="KS"):
    """Make readings of every month, about as warm as Kansas is."""
    celsius = {1: 3, 2: 6, 3: 12, 4: 18, 5: 23, 6: 29, 7: 32, 8: 31, 9: 26, 10: 19, 11: 11, 12: 4}
    values = [celsius[month] if unit == "degC" else celsius[month] * 1.8 + 32 for month in months]
    return pl.DataFrame(
        {
            "release": "r",
            "ev_state": state,
            "ev_date": [datetime(2010, month, 5) for month in months],
            "wx_temp": [float(value) for value in values],
        }
    )


@pytest.mark.parametrize("unit", ["degC", "degF"])
def test_the_unit_of_a_release_is_told_from_place_and_season(unit):
    assert units.temperature_units(climate(unit))["r"]["unit"] == unit


def test_three_winter_days_are_enough_where_a_range_would_mislead():
    cold = climate("degF", [1, 12, 2], "MN").with_columns(pl.Series("wx_temp", [14.0, 20.0, 18.0]))
    assert units.temperature_units(cold)["r"]["unit"] == "degF"


def test_no_reading_leaves_the_unit_unknown():
    nothing = climate("degC").with_columns(wx_temp=pl.lit(0.0))
    assert units.temperature_units(nothing)["r"]["unit"] == "unknown"


def test_a_converted_zero_is_seen_at_minus_18():
    readings = pl.Series([-18.0] * 40 + [-17.0, -19.0, -16.0, 5.0, 6.0])
    assert units._is_spike(readings, -18.0)
    assert not units._is_spike(readings, 5.0)


@pytest.mark.parametrize(("total", "included"), [(5, True), (2, False)])
def test_whether_a_total_counts_the_uninjured_is_told_from_its_parts(total, included):
    row = {"inj_tot_f": 1, "inj_tot_s": 0, "inj_tot_m": 1, "inj_tot_n": 3, "inj_tot_t": total}
    found = units.injury_totals(pl.DataFrame([row | {"release": "r"}] * 3))["r"]
    assert found["includes_uninjured"] is included
    assert found["rows"] == 3


def test_robust_z_says_nothing_where_most_values_are_one_and_the_same():
    frame = pl.DataFrame({"x": [5.0, 5.0, 5.0, 5.0, 900.0]})
    assert frame.select(robust_z(pl.col("x")))["x"].null_count() == 5


def every_rule():
    for table in schema.TABLES:
        yield from gate1.rules(table)
        yield from gate1.type_rules(table, list(schema.dtypes(table)))
        yield from gate1.text_rules(table, list(schema.dtypes(table)))
        yield from gate2.rules(table)
        yield from rules_links.LINKS.get(table, ())


def test_every_rule_has_a_name_of_its_own_a_reason_and_a_severity():
    rules = list(every_rule())
    assert len({rule.id for rule in rules}) == len(rules)
    assert all(
        len(rule.reason) > 8 and rule.severity in {"reject", "blank", "note"} for rule in rules
    )


def test_every_domain_rule_speaks_of_columns_that_exist():
    for rule in every_rule():
        assert set(rule.columns) <= set(schema.dtypes(rule.table)), rule.id
        named = {name for name in rule.needs if not name.startswith(("_", "raw:", "release"))}
        assert named <= set(schema.dtypes(rule.table)), rule.id


def test_more_than_fifty_rules_are_declared_by_hand():
    by_hand = [rule for rules in gate2.RULES.values() for rule in rules]
    assert len(by_hand) > 50


def test_reference_tables_say_where_each_line_comes_from():
    for name in ("code_lists", "state_boxes"):
        table = reference.read(name)
        assert table["source"].null_count() == 0
