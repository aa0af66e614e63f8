"""The catalog: what every declaration must keep, and what single features come to."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindcast.features import catalog, inputs
from hindcast.features.catalog import FEATURES, FORBIDDEN, Horizon

EVENT, SCENE, INVESTIGATION = Horizon.EVENT, Horizon.SCENE, Horizon.INVESTIGATION

# when a forecaster can first know an input, written down apart from the catalog
LATE = {
    "ev_nr_apt_loc": EVENT, "apt_dist": EVENT, "apt_dir": EVENT, "apt_elev": EVENT,
    "nearest_airport_sm": EVENT, "rwy_num": EVENT, "rwy_len": EVENT, "rwy_width": EVENT,
    "dprt_pt_same_ev": EVENT, "dprt_time": EVENT, "fuel_on_board": EVENT, "n_aircraft": EVENT,
    "mid_air": EVENT, "on_ground_collision": EVENT, "other_acft_category": EVENT,
    "other_far_part": EVENT, "defining_phase_no": EVENT, "defining_eventsoe_no": EVENT,
    "phase_flt_spec": EVENT,
    "damage": SCENE, "acft_fire": SCENE, "acft_expl": SCENE, "evacuation": SCENE,
    "acft_missing": SCENE, "elt_oper": SCENE, "elt_aided_loc_ev": SCENE, "other_damage": SCENE,
    "other_acft_fire": SCENE,
    "phases": INVESTIGATION, "occurrences": INVESTIGATION, "finding_codes": INVESTIGATION,
    "cause_codes": INVESTIGATION, "is_sequence_complete": INVESTIGATION,
}  # fmt: skip

ROW = {
    "ev_date": dt.datetime(2015, 7, 4), "ev_time": 730, "local_date": dt.date(2015, 7, 4),
    "local_hour": 7.5, "ev_state": "CO", "dec_latitude": 39.6,
    "dec_longitude": -104.8, "sun_elevation_deg": 20.0, "nearest_airport_sm": 0.4,
    "nearest_airport_elev_ft": 5885.0, "ev_nr_apt_loc": "OFAP", "apt_dist": 3.0, "rwy_num": "35R",
    "acft_make": "Cessna Aircraft Co.", "acft_model": "T210N", "homebuilt": "N",
    "acft_year": 1980, "num_eng": 1, "total_seats": 6, "total_power": 310.0, "hp_or_lbs": "HP",
    "n_engines_listed": 1, "date_last_insp": dt.datetime(2015, 4, 5), "cert_max_gr_wt": 4000.0,
    "crew_age": 60, "hours_totl_all": 1000.0, "hours_totl_make": 250.0, "hours_l90d_all": 20.0,
    "med_certf": "CL3", "date_lst_med": dt.datetime(2014, 7, 4), "crew_res_state": "WY",
    "crew_categories": ["PLT"], "second_pilot": "N", "vis_sm": 2.0, "sky_cond_ceil": "OVC",
    "sky_ceil_ht": 800.0, "wind_vel_kts": 20.0, "wind_dir_deg": 80.0, "gust_kts": 31.0,
    "wx_temp": 20.0, "wx_dew_pt": 20.0, "altimeter": 29.92, "wx_cond_basic": "IMC",
    "light_cond": "NDRK", "far_part": "091 ", "type_fly": "PERS ", "flt_plan_filed": "NONE",
    "defining_phase_no": "550", "defining_eventsoe_no": "230", "era": "2008+", "n_aircraft": 1,
    "damage": "DEST", "acft_fire": "GRD", "finding_codes": ["0206304044", "0303401000"],
    "phases": ["550"], "occurrences": ["230"], "is_sequence_complete": False,
}  # fmt: skip


def typed(**row):
    types = inputs.input_types()
    return pl.DataFrame([row], schema={name: types.get(name, pl.String()) for name in row})


def value(name, **changes):
    features = [feature for feature in FEATURES if feature.name == name]
    return catalog.compute(typed(**ROW | changes), features)[name].item()


def test_there_are_at_least_a_hundred_features_with_names_of_their_own():
    names = [feature.name for feature in FEATURES]
    assert len(names) >= 100
    assert len(names) == len(set(names))


def test_no_feature_reads_a_forbidden_column():
    read = {name for feature in FEATURES for name in feature.inputs}
    assert not read & FORBIDDEN


def test_every_forbidden_column_is_a_real_eadms_column_or_release():
    assert set(inputs.input_types()) | {"release"} >= FORBIDDEN


def test_every_input_is_a_column_that_an_input_frame_can_have():
    assert not {i for f in FEATURES for i in f.inputs} - set(inputs.input_types()) - {"era"}


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_every_declaration_is_complete(feature):
    assert feature.source
    assert feature.why
    assert feature.inputs
    assert (feature.unit != "-") == (feature.kind == "number")


def test_no_feature_knows_an_input_before_its_time():
    early = {
        (feature.name, column)
        for feature in FEATURES
        for column in feature.inputs
        if feature.known_at < LATE.get(column, Horizon.DISPATCH)
    }
    assert not early


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_what_becomes_known_later_changes_nothing_earlier(data):
    horizon = data.draw(st.sampled_from([Horizon.DISPATCH, EVENT, SCENE]))
    column = data.draw(st.sampled_from([name for name, at in LATE.items() if at > horizon]))
    before = catalog.compute(typed(**ROW), catalog.for_horizon(horizon))
    changed = typed(**ROW | {column: None})
    if isinstance(changed.schema[column], pl.List):
        changed = changed.with_columns(pl.lit(["0101010101"]).alias(column))
    elif changed.schema[column] == pl.String:
        text = data.draw(st.sampled_from(["DEST", "NONE", "Y", "N", "120", "650", "ONAP", "18"]))
        changed = changed.with_columns(pl.lit(text).alias(column))
    assert before.equals(catalog.compute(changed, catalog.for_horizon(horizon)))


@given(st.sampled_from(sorted(FORBIDDEN)), st.sampled_from([None, 0, 1, 7]))
@settings(max_examples=60, deadline=None)
def test_a_forbidden_column_changes_no_feature(column, held):
    frame = typed(**ROW)
    dtype = inputs.input_types().get(column, pl.String())
    with_it = frame.with_columns(pl.lit(held).cast(dtype).alias(column))
    assert catalog.compute(frame).equals(catalog.compute(with_it))


def test_nothing_known_gives_nothing_known():
    types = inputs.input_types() | {"era": pl.String()}
    blank = pl.DataFrame({name: [None] for name in types}, schema=types)
    values = catalog.compute(blank).row(0, named=True)
    assert {name for name, held in values.items() if held is not None} == set()


def test_an_absent_column_gives_a_null_feature_that_is_named_absent():
    frame = typed(**{name: held for name, held in ROW.items() if name != "vis_sm"})
    assert {"visibility_sm", "flight_rules_category"} <= set(catalog.absent(frame))
    assert catalog.compute(frame)["visibility_sm"].to_list() == [None]


def test_a_missing_value_is_not_absent():
    assert "visibility_sm" not in catalog.absent(typed(**ROW | {"vis_sm": None}))


def test_one_row_and_many_rows_give_the_same():
    one = catalog.compute(typed(**ROW))
    many = catalog.compute(pl.concat([typed(**ROW)] * 3))
    assert one.equals(many.head(1))
    assert many.n_unique() == 1


def test_a_request_without_types_is_understood():
    given_row = pl.DataFrame([ROW | {"far_part": None, "vis_sm": None}])
    assert catalog.compute(given_row)["far_part"].to_list() == [None]


@pytest.mark.parametrize(
    ("name", "changes", "expected"),
    [
        ("hour_band", {"local_hour": 7.5}, "morning"),
        ("hour_band", {"local_hour": 0.0}, "night"),
        ("hour_band", {"local_hour": None}, None),
        ("is_weekend", {}, True),
        ("is_weekend", {"local_date": dt.date(2015, 7, 3)}, False),
        ("is_weekend", {"local_date": None}, True),
        ("season", {}, "summer"),
        ("is_night", {"sun_elevation_deg": -7.0}, True),
        ("is_daylight", {"sun_elevation_deg": None}, None),
        ("is_off_airport", {}, True),
        ("is_off_airport", {"ev_nr_apt_loc": "UNK"}, None),
        ("latitude_deg", {}, 40.0),
        ("faa_region", {}, "NM"),
        ("census_division", {}, "Mountain"),
        ("make", {}, "CESSNA"),
        ("make", {"acft_make": "Doe Jane", "homebuilt": "Y"}, "AMATEUR BUILT"),
        ("type_family", {}, "CESSNA 210"),
        ("is_tailwheel_type", {}, False),
        ("is_tailwheel_type", {"acft_model": "A185F"}, True),
        ("is_tailwheel_type", {"acft_model": "999"}, None),
        ("aircraft_age_years", {}, 35.0),
        ("aircraft_age_years", {"acft_year": 164}, None),
        ("power_per_seat_hp", {}, 310 / 6),
        ("power_to_weight_hp_per_klb", {}, 77.5),
        ("power_hp", {"hp_or_lbs": "LBS"}, None),
        ("seats_count", {"total_seats": 8300}, None),
        ("inspection_age_days", {}, 90.0),
        ("is_inspection_overdue", {}, False),
        ("pilot_age_years", {"crew_age": 0}, None),
        ("pilot_hours_log", {"hours_totl_all": 0.0}, None),
        ("pilot_share_in_make", {}, 0.25),
        ("pilot_recency", {"hours_l90d_all": 2000.0}, None),
        ("medical_age_days", {}, 365.0),
        ("medical_age_share_of_term", {}, 0.5),
        ("is_local_pilot", {}, False),
        ("has_second_pilot", {"second_pilot": "U"}, None),
        ("has_instructor", {"crew_categories": ["PLT", "FLTI"]}, True),
        ("visibility_sm", {"vis_sm": 9999.0}, None),
        ("ceiling_ft", {}, 800.0),
        ("ceiling_ft", {"sky_ceil_ht": 0.0}, None),
        ("ceiling_ft", {"sky_cond_ceil": "NONE", "sky_ceil_ht": 0.0}, 30_000.0),
        ("flight_rules_category", {}, "IFR"),
        ("flight_rules_category", {"vis_sm": 0.5}, "LIFR"),
        ("gust_spread_kts", {}, 11.0),
        ("gust_kts", {"gust_kts": 0.0}, None),
        ("relative_humidity_pct", {}, 100.0),
        ("is_dark_imc", {}, True),
        ("is_dark", {"light_cond": "NR"}, None),
        ("far_part", {}, "91"),
        ("far_part", {"far_part": "Unk"}, None),
        ("purpose_group", {}, "personal"),
        ("purpose", {"type_fly": "BUS "}, "BUS"),
        ("phase", {}, "Landing"),
        ("phase", {"era": "pre-2008"}, "Enroute"),
        ("phase", {"era": "pre-2008", "defining_phase_no": "570"}, "Landing"),
        ("occurrence_group", {}, "loss_of_control_on_ground"),
        ("occurrence_group", {"era": "pre-2008"}, "collision_with_object"),
        ("is_loss_of_control_in_flight", {"era": "pre-2008", "defining_eventsoe_no": "250"}, True),
        ("is_midair", {"defining_eventsoe_no": "250"}, True),
        ("is_controlled_flight_into_terrain", {"defining_eventsoe_no": "120"}, True),
        ("is_controlled_flight_into_terrain",
         {"defining_eventsoe_no": "120", "era": "pre-2008"}, False),
        ("is_engine_power", {"defining_eventsoe_no": None}, None),
        ("chain_has_engine_power", {}, None),
        ("chain_has_engine_power",
         {"occurrences": ["341", "240"], "is_sequence_complete": True}, True),
        ("is_destroyed", {}, True),
        ("has_fire", {"acft_fire": "NONE"}, False),
        ("has_fire", {"acft_fire": "UNK"}, None),
        ("findings_count", {}, 2.0),
        ("findings_count", {"finding_codes": []}, None),
        ("finding_wind", {}, True),
        ("finding_powerplant", {}, False),
        ("finding_powerplant", {"finding_codes": None}, None),
    ],
)  # fmt: skip
def test_known_values(name, changes, expected):
    held = value(name, **changes)
    assert held == (pytest.approx(expected) if isinstance(expected, float) else expected)


@pytest.mark.parametrize(
    ("wind_from", "crosswind", "headwind"),
    [(350.0, 0.0, 20.0), (80.0, 20.0, 0.0), (170.0, 0.0, -20.0)],
)
def test_wind_is_split_along_and_across_the_runway(wind_from, crosswind, headwind):
    assert value("crosswind_kts", wind_dir_deg=wind_from) == pytest.approx(crosswind, abs=1e-9)
    assert value("headwind_kts", wind_dir_deg=wind_from) == pytest.approx(headwind, abs=1e-9)


def test_density_altitude_of_the_standard_atmosphere_is_the_elevation():
    standard = value("density_altitude_ft", nearest_airport_elev_ft=0.0, wx_temp=15.0)
    assert standard == pytest.approx(0.0, abs=1e-6)
    assert value("density_altitude_ft", nearest_airport_elev_ft=0.0, wx_temp=25.0) > 1000


def test_a_ratio_over_nothing_is_unknown():
    past = {"events_365d_100km": 3.0, "events_365d_state": 0.0}
    assert value("local_share_of_state", **past) is None


def test_the_era_of_a_request_is_that_of_its_date():
    row = {name: held for name, held in ROW.items() if name != "era"}
    phase = [feature for feature in FEATURES if feature.name == "phase"]
    old = row | {"ev_date": dt.datetime(1999, 1, 1)}
    assert catalog.compute(typed(**old), phase)["phase"].item() == "Enroute"
    assert catalog.compute(typed(**row), phase)["phase"].item() == "Landing"
    assert catalog.absent(typed(**row), phase) == []


def test_the_dictionary_has_a_row_for_every_feature():
    assert catalog.dictionary()["name"].to_list() == [feature.name for feature in FEATURES]


def test_the_version_is_that_of_the_declarations():
    assert catalog.version() == catalog.version()
    assert len(catalog.version()) == 12
