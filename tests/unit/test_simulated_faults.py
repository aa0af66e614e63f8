"""Gaps and faults of the simulated records: each kind is there, at its rate, and moves no label."""

import polars as pl
import pytest

from hindcast import paths
from hindcast.sources import simulated
from hindcast.sources.simulated import faulting, faults, missing, reference

SEED = 11
EVENTS = 6_000


@pytest.fixture(scope="module")
def true():
    return simulated.truth(EVENTS, 2008, 2021, SEED)


@pytest.fixture(scope="module")
def gapped(true):
    return missing.leave_out(simulated.perfect(true, SEED), true, SEED)


@pytest.fixture(scope="module")
def spoilt(true):
    return simulated.release(true, SEED)


c = pl.col


def n(name):
    return c(name).cast(pl.Float64, strict=False)


def year(name):
    return c(name).str.head(4).cast(pl.Int64)


HOME = c("ev_country") == "USA"
BOXES = pl.read_csv(paths.reference() / "state_boxes.csv")
NORTHERNMOST = dict(BOXES.group_by("state").agg(c("lat_max").max()).iter_rows())
SIGNS = {
    "longitude_sign": HOME & (n("dec_longitude") > 1) & (n("dec_latitude") > 1),
    "coordinates_zero": (c("dec_latitude") == "0") & (c("dec_longitude") == "0"),
    "coordinates_swapped": HOME & (n("dec_latitude") < -50),
    "outside_state": n("dec_latitude") > c("ev_state").replace_strict(NORTHERNMOST, default=None),
    "dms_minutes": c("latitude").str.slice(2, 2) == "75",
    "dms_malformed": c("latitude").str.ends_with("?"),
    "time_invalid": (n("ev_time") > 2359) | (n("ev_time") % 100 > 59),
    "date_far_future": c("ev_date").str.starts_with("2150"),
    "year_disagrees": n("ev_year") < 1950,
    "month_impossible": ~n("ev_month").is_between(1, 12),
    "highest_injury_blank": HOME & c("ev_highest_injury").is_null(),
    "highest_injury_unknown": c("ev_highest_injury") == "UNKN",
    "total_without_uninjured": (n("inj_tot_n") > 0)
    & (n("inj_tot_t") == n("inj_tot_f") + n("inj_tot_s") + n("inj_tot_m")),
    "total_wrong": n("inj_tot_t")
    == n("inj_tot_f") + n("inj_tot_s") + n("inj_tot_m") + n("inj_tot_n") + 7,
    "deaths_uncounted": (c("ev_highest_injury") == "FATL") & (c("inj_tot_f") == "0"),
    "injuries_negative": n("inj_tot_m") < 0,
    "temperature_impossible": ~n("wx_temp").is_between(-100, 150),
    "dew_point_above": n("wx_dew_pt") == n("wx_temp") + 15,
    "visibility_impossible": ~n("vis_sm").is_between(0, 100),
    "wind_direction_impossible": n("wind_dir_deg") > 360,
    "wind_impossible": ~n("wind_vel_kts").is_between(0, 150),
    "gust_below_wind": (c("gust_kts") == "1") & (n("wind_vel_kts") > 5),
    "altimeter_impossible": (n("altimeter") > 0) & ~n("altimeter").is_between(25, 35),
    "ceiling_impossible": ~n("sky_ceil_ht").is_between(0, 60_000),
    "airport_far": n("apt_dist") > 500,
    "event_type_unknown": c("ev_type") == "XXX",
    "state_unknown": c("ev_state").is_in(["ZZ", "XX"]),
    "light_unknown": c("light_cond").is_in(["DARK?", "NOON"]),
    "weather_trailing": c("wx_cond_basic").str.ends_with(" "),
    "airport_id_trailing": c("ev_nr_apt_id").str.ends_with(" "),
    "report_number_malformed": c("ntsb_no").str.len_chars() < 9,
    "row_nearly_empty": pl.mean_horizontal(
        c(k).is_null()
        for k in ("apt_name", "ev_time", "ev_dow", "ev_tmzn", "invest_agy", "ev_city")
    )
    > 0.5,
    "far_part_short": c("far_part").is_in(["91", "091 "]),
    "far_part_unknown": c("far_part").is_null() | c("far_part").is_in(["UNK", "Unk"]),
    "damage_spelling": ~c("damage").is_in(["DEST", "SUBS", "MINR"]),
    "make_spelling": c("acft_make").str.contains("[a-z]"),
    "make_suffix": c("acft_make").str.contains(r" AIRCRAFT$"),
    "make_trailing": c("acft_make").str.ends_with(" "),
    "model_spelling": c("acft_model").str.contains(
        r"^(PA |J3C |M 7|AT |G 164|EMB |DHC |RV |LONG |SGS 2 33)|IV P$"
    ),
    "purpose_trailing": c("type_fly").str.ends_with(" "),
    "category_unknown": c("acft_category") == "ROCK",
    "homebuilt_unknown": c("homebuilt") == "U",
    "fire_unknown": c("acft_fire").is_in(["UNK", "UNKT"]),
    "seats_impossible": n("total_seats") > 900,
    "engines_impossible": ~n("num_eng").is_between(0, 8),
    "year_impossible": ~n("acft_year").is_between(1900, 2022),
    "weight_impossible": ~n("cert_max_gr_wt").is_between(1, 1_500_000),
    "airframe_hours_impossible": ~n("afm_hrs").is_between(0, 500_000),
    "inspected_later": c("date_last_insp").str.ends_with("-06-15 00:00:00"),
    "inspected_far_future": year("date_last_insp") == 2150,
    "runway_impossible": n("rwy_len") > 20_000,
    "age_zero": c("crew_age") == "0",
    "age_impossible": (c("crew_age") != "0") & ~n("crew_age").is_between(10, 110),
    "medical_unknown": c("med_certf") == "CL9",
    "medical_later": c("date_lst_med").str.ends_with("-06-15 00:00:00"),
    "review_far_future": year("bfr_date") == 2150,
    "category_trailing": c("crew_category").str.ends_with(" "),
    "hours_zero": c("flight_hours") == "0",
    "hours_impossible": ~n("flight_hours").is_between(0, 100_000),
    "day_hours_impossible": (c("flight_type") == "L24H") & n("flight_hours").is_between(25, 60),
    "recent_above_total": (c("flight_type") == "L90D") & (c("flight_hours") == "40000"),
    "hours_type_unknown": c("flight_type") == "L7D",
    "injury_negative": n("inj_person_count") < 0,
    "injury_level_unknown": c("injury_level") == "HURT",
    "power_zero": c("power_units") == "0",
    "power_impossible": ~n("power_units").is_between(0, 150_000),
    "engine_type_trailing": c("eng_type").str.ends_with(" "),
    "engine_type_unknown": c("eng_type").str.strip_chars() == "STM",
    "engine_date_style": c("lchg_date").str.contains("/"),
    "finding_short": c("finding_code").str.len_chars() == 9,
    "finding_unknown": c("finding_code") == "9999999999",
    "phase_other_era": c("phase_no").is_in(["570", "540", "580", "520"]),
    "occurrence_unknown": c("eventsoe_no") == "999",
    "occurrence_disagrees": c("Occurrence_Code").str.starts_with("999"),
    "status_unknown": c("rec_stat") == "Q",
    "approved_far_future": year("approval_date") == 2150,
    "approved_earlier": year("approval_date") == 1999,
}
STRUCTURAL = {f.id for f in faults.FAULTS if f.id.endswith(("_orphan", "_repeated"))} | {
    "event_contradicted",
    "defining_twice",
    "defining_none",
}


def test_every_fault_has_a_test_and_every_test_a_fault():
    ids = [fault.id for fault in faults.FAULTS]
    assert len(ids) == len(set(ids))
    assert set(SIGNS) | STRUCTURAL == set(ids)
    assert all(fault.why and 0 < fault.rate <= 0.25 for fault in faults.FAULTS)


@pytest.mark.parametrize("fault", [f for f in faults.FAULTS if f.id in SIGNS], ids=lambda f: f.id)
def test_each_fault_shows_in_its_table(spoilt, fault):
    tables, _ = spoilt
    assert tables[fault.table].filter(SIGNS[fault.id]).height >= 2


@pytest.mark.parametrize("fault", [f for f in faults.FAULTS if f.id in SIGNS], ids=lambda f: f.id)
def test_rows_with_the_fault_are_those_written_down(spoilt, fault):
    tables, log = spoilt
    rows = log.filter(fault=fault.id)
    height = tables[fault.table].height
    assert rows.height <= max(2, round(1.02 * fault.rate * height) + 1)
    shown = tables[fault.table].filter(SIGNS[fault.id])["ev_id"].str.head(8)
    assert rows["ev_id"].str.head(8).is_in(shown.to_list()).mean() > 0.7


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("events", ["ev_id"]),
        ("aircraft", ["ev_id", "Aircraft_Key"]),
        ("Flight_Crew", ["ev_id", "Aircraft_Key", "crew_no"]),
        ("engines", ["ev_id", "Aircraft_Key", "eng_no"]),
        ("Findings", ["ev_id", "Aircraft_Key", "finding_no"]),
        ("Events_Sequence", ["ev_id", "Aircraft_Key", "Occurrence_No"]),
    ],
)
def test_keys_repeat_in_a_few_rows(spoilt, table, key):
    repeated = spoilt[0][table].select(pl.struct(key).is_duplicated()).to_series()
    assert 0 < repeated.mean() < 0.01


def test_one_key_has_two_contents(spoilt):
    events = spoilt[0]["events"]
    contents = events.unique().group_by("ev_id").len()
    assert (contents["len"] == 2).sum() >= 2


@pytest.mark.parametrize(
    "table", ["aircraft", "Flight_Crew", "Findings", "Events_Sequence", "injury", "NTSB_Admin"]
)
def test_some_children_have_no_parent(spoilt, table):
    tables, _ = spoilt
    orphans = tables[table].join(tables["events"], on="ev_id", how="anti")
    assert 0 < orphans.height < 0.01 * tables[table].height


def test_some_sequences_have_no_or_two_defining_events(spoilt):
    defining = (
        spoilt[0]["Events_Sequence"]
        .unique()
        .group_by("ev_id", "Aircraft_Key")
        .agg((c("Defining_ev") == "1").sum())["Defining_ev"]
    )
    assert (defining == 0).sum() >= 2
    assert (defining == 2).sum() >= 2


def test_empty_columns_are_there_and_empty(spoilt):
    tables, _ = spoilt
    for name, columns in faults.ALL_NULL.items():
        for column in columns:
            assert tables[name][column].is_null().all()


def test_faults_move_no_label(true, spoilt):
    written = spoilt[0]["events"].filter(
        c("ev_highest_injury").is_in(["FATL", "SERS", "MINR", "NONE"])
    )
    both = written.join(true.select("ev_id", "level"), on="ev_id", how="inner")
    assert both.height > 0.9 * EVENTS
    assert (both["ev_highest_injury"] == both["level"]).all()


def test_the_label_is_drawn_before_gaps_and_faults(true, monkeypatch):
    monkeypatch.setattr(simulated, "FAULTS", faults.FAULTS[:1])
    tables, _ = simulated.release(true, SEED)
    assert simulated.truth(EVENTS, 2008, 2021, SEED).equals(true)
    assert tables["events"].height == EVENTS


def test_faults_strike_the_dead_and_the_living_alike(true, spoilt):
    struck = spoilt[1].filter(c("fault").is_in(["make_spelling", "far_part_short"]))
    joined = struck.join(true.select("ev_id", "is_fatal"), on="ev_id")
    assert joined["is_fatal"].mean() == pytest.approx(true["is_fatal"].mean(), abs=0.03)


@pytest.mark.parametrize(
    ("table", "column"),
    [("Flight_Crew", "bfr_date"), ("aircraft", "fuel_on_board"), ("events", "ev_time")],
)
def test_the_fatal_miss_more(true, gapped, table, column):
    home = gapped[table].join(true.filter(~c("is_foreign")).select("event", "is_fatal"), on="event")
    shares = dict(home.group_by("is_fatal").agg(c(column).is_null().mean()).rows())
    assert shares[True] > 1.3 * shares[False]


@pytest.mark.parametrize("column", ["wx_cond_basic", "vis_sm", "light_cond"])
def test_foreign_events_lack_the_weather(true, gapped, column):
    foreign = gapped["events"].join(true.filter("is_foreign").select("event"), on="event")
    assert foreign[column].null_count() > 0.8 * foreign.height


def test_shares_missing_are_those_of_the_table(true, gapped):
    rules = reference.table("missing").filter(c("table") == "aircraft", c("written") == "blank")
    home = gapped["aircraft"].join(
        true.filter(~c("is_foreign") & ~c("is_fatal")).select("event"), on="event"
    )
    full = simulated.perfect(true, SEED)["aircraft"].join(home.select("event"), on="event")
    for rule in rules.iter_rows(named=True):
        column = rule["columns"].split()[0]
        if full[column].null_count() == 0:
            share = home[column].null_count() / home.height
            assert share == pytest.approx(rule["survived"], abs=0.035), column


def test_missing_temperatures_are_written_as_zero(true, gapped):
    home = gapped["events"].join(true.filter(~c("is_foreign")).select("event"), on="event")
    assert home["wx_temp"].null_count() == 0
    assert (home["wx_temp"] == 0).mean() == pytest.approx(0.055, abs=0.02)
    assert home.filter(c("wx_temp") != 0)["wx_temp"].median() > 45


def test_gaps_tell_of_the_outcome_but_not_everything(true, gapped):
    home = true.filter(~c("is_foreign") & ~c("is_incident"))
    crew = gapped["Flight_Crew"].unique("event", keep="first", maintain_order=True)
    joined = home.select("event", "is_fatal").join(crew, on="event", how="left", validate="1:1")
    lacking = joined.select("is_fatal", gone=c("bfr_date").is_null())
    shares = dict(lacking.group_by("gone").agg(c("is_fatal").mean()).rows())
    assert shares[False] < shares[True] < 0.6


def test_a_fault_spoils_only_rows_where_its_column_is_filled():
    table = pl.DataFrame({"ev_id": ["a", "b", "c", "d"], "x": ["1", None, "2", None]})
    fault = faulting.Fault("x_bad", "t", "x", 0.9, "why", faulting.put("x", "bad"))
    spoilt, log = faulting.sprinkle({"t": table}, (fault,), 1)
    assert spoilt["t"]["x"].to_list() == ["bad", None, "bad", None]
    assert log["ev_id"].to_list() == ["a", "c"]
    assert table["x"].to_list() == ["1", None, "2", None]
