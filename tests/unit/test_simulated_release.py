"""The simulated release: same seed same bytes, sound keys, rates like those of the real records."""

import hashlib
import re

import numpy as np
import polars as pl
import pytest
from scipy.stats import spearmanr
from sklearn.linear_model import LogisticRegression

from hindcast import paths
from hindcast.sources import simulated
from hindcast.sources.simulated import effects

SEED = 7
KEYS = {
    "events": ["ev_id"],
    "aircraft": ["ev_id", "Aircraft_Key"],
    "Flight_Crew": ["ev_id", "Aircraft_Key", "crew_no"],
    "flight_time": ["ev_id", "Aircraft_Key", "crew_no", "flight_type", "flight_craft"],
    "engines": ["ev_id", "Aircraft_Key", "eng_no"],
    "Findings": ["ev_id", "Aircraft_Key", "finding_no"],
    "Events_Sequence": ["ev_id", "Aircraft_Key", "Occurrence_No"],
    "injury": ["ev_id", "Aircraft_Key", "inj_person_category", "injury_level"],
    "narratives": ["ev_id", "Aircraft_Key"],
    "NTSB_Admin": ["ev_id"],
}


@pytest.fixture(scope="module")
def true():
    return simulated.truth(12_000, 2008, 2021, SEED)


@pytest.fixture(scope="module")
def perfect(true):
    return simulated.perfect(true, SEED)


@pytest.fixture(scope="module")
def tables(true):
    return simulated.release(true, SEED)[0]


@pytest.fixture(scope="module")
def accidents(true):
    return true.filter(~pl.col("is_foreign") & ~pl.col("is_incident"))


def digests(folder, seed, first_year=2008):
    simulated.make(folder, events=300, first_year=first_year, last_year=2021, seed=seed)
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}


def test_same_seed_gives_the_same_bytes_and_another_gives_others(tmp_path):
    one, again, other = (
        digests(tmp_path / name, seed) for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    assert one == again
    assert sorted(one) == sorted(f"{name}.csv.gz" for name in KEYS)
    assert all(one[name] != other[name] for name in one)


def test_no_clock_time_or_name_goes_into_the_gzip_header(tmp_path):
    digests(tmp_path, 1)
    header = (tmp_path / "events.csv.gz").read_bytes()[:10]
    assert header[3] == 0
    assert header[4:8] == b"\0\0\0\0"


def test_written_text_reads_back_as_the_tables_made(tmp_path):
    simulated.make(tmp_path, events=200, first_year=2008, last_year=2021, seed=1)
    made, _ = simulated.release(simulated.truth(200, 2008, 2021, 1), 1)
    for name, table in made.items():
        read = pl.read_csv(tmp_path / f"{name}.csv.gz", infer_schema=False)
        assert read.equals(table), name


@pytest.mark.parametrize(("events", "first", "last"), [(0, 2008, 2021), (10, 2021, 2008)])
def test_nonsense_is_refused_before_anything_is_written(tmp_path, events, first, last):
    with pytest.raises(ValueError, match="cannot simulate"):
        simulated.make(tmp_path / "out", events=events, first_year=first, last_year=last, seed=1)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("events", [1, 2, 40])
def test_a_tiny_set_is_a_whole_one(tmp_path, events):
    simulated.make(tmp_path, events=events, first_year=2015, last_year=2015, seed=3)
    read = pl.read_csv(tmp_path / "events.csv.gz", infer_schema=False)
    assert read["ev_id"].n_unique() == events


def test_keys_are_sound_before_faults(perfect):
    events = perfect["events"]
    for name, key in KEYS.items():
        assert perfect[name].select(pl.struct(key).is_duplicated().sum()).item() == 0, name
        assert perfect[name].join(events, on="ev_id", how="anti").height == 0, name
    aircraft = perfect["aircraft"].select("ev_id", "Aircraft_Key")
    for name in ("Flight_Crew", "engines", "Findings", "Events_Sequence", "injury"):
        lost = perfect[name].join(aircraft, on=["ev_id", "Aircraft_Key"], how="anti")
        assert lost.height == 0, name


def test_columns_are_those_of_the_canonical_schema(tables):
    schema = pl.read_csv(paths.reference() / "eadms_schema.csv")
    for name, table in tables.items():
        known = schema.filter(pl.col("table") == name)["column"]
        assert set(table.columns) <= set(known), name
        assert len(table.columns) > 0.75 * len(known), name


def test_yearly_counts_fall_and_dip_as_published(accidents):
    by_year = dict(accidents.group_by("ev_year").len().iter_rows())
    assert sorted(by_year) == list(range(2008, 2022))
    assert by_year[2019] / by_year[2008] == pytest.approx(1300 / 1640, abs=0.08)
    assert by_year[2020] < by_year[2019]
    assert by_year[2020] < by_year[2021]


def test_shares_are_those_of_the_real_records(true, accidents):
    foreign = true.filter("is_foreign")
    assert accidents["is_fatal"].mean() == pytest.approx(0.175, abs=0.012)
    assert foreign.height / true.height == pytest.approx(0.16, abs=0.02)
    assert foreign["is_fatal"].mean() == pytest.approx(0.46, abs=0.05)
    assert true["is_incident"].mean() == pytest.approx(0.065, abs=0.01)
    assert true["has_two_aircraft"].mean() == pytest.approx(0.012, abs=0.004)
    assert true.filter("is_incident")["is_fatal"].mean() < 0.02


def test_young_reports_are_preliminary_and_the_fatal_ones_close_last(true, perfect):
    admin = perfect["NTSB_Admin"].join(true.select("event", "is_fatal", "ev_year"), on="event")
    young = admin.filter(pl.col("ev_year") == 2021)
    shares = dict(young.group_by(pl.col("rec_stat") == "P").agg(pl.col("is_fatal").mean()).rows())
    assert shares[True] > 2 * shares[False]
    assert (admin.filter(pl.col("ev_year") < 2014)["rec_stat"] == "P").mean() < 0.02
    assert set(admin["rec_stat"]) == {"P", "F", "B"}
    assert admin.filter(pl.col("rec_stat") == "P")["approval_date"].null_count() > 0


def test_the_label_is_the_worst_injury_anybody_aboard_suffered(perfect):
    events = perfect["events"]
    assert ((events["ev_highest_injury"] == "FATL") == (events["inj_tot_f"] > 0)).all()
    none = events.filter(pl.col("ev_highest_injury") == "NONE")
    assert none.select(pl.sum_horizontal("inj_tot_f", "inj_tot_s", "inj_tot_m").sum()).item() == 0
    parts = events.select(
        pl.sum_horizontal("inj_tot_f", "inj_tot_s", "inj_tot_m", "inj_tot_n") - pl.col("inj_tot_t")
    )
    assert (parts.to_series() == 0).all()


def test_a_fatal_event_has_aircraft_on_which_nobody_died(true, perfect):
    two = true.filter(pl.col("has_two_aircraft") & pl.col("is_fatal")).select("event")
    deaths = perfect["injury"].filter(
        (pl.col("inj_person_category") == "ABRD") & (pl.col("injury_level") == "FATL")
    )
    on = deaths.join(two, on="event").group_by("event").len()
    assert on.height == two.height
    assert (on["len"] == 1).all()


def test_codes_and_registrations_keep_their_form(tables):
    codes = tables["Findings"]["finding_code"].drop_nulls()
    assert (codes.str.len_chars() == 10).mean() > 0.99
    registered = tables["aircraft"]["regis_no"].drop_nulls()
    assert registered.str.contains(r"^N\d{5}ZZ$").all()
    stamp = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")
    assert all(stamp.match(d) for d in tables["events"]["ev_date"].head(50))


def test_flight_time_holds_every_kind_of_hours(tables):
    hours = tables["flight_time"]
    assert {"TOTL", "PIC", "L90D", "L30D", "L24H"} <= set(hours["flight_type"])
    assert {"ALL", "MAKE", "NGHT", "ACTU", "MENG"} <= set(hours["flight_craft"])


def test_texts_say_that_they_are_simulated(tables):
    for column in ("narr_accp", "narr_accf", "narr_cause"):
        assert tables["narratives"][column].drop_nulls().str.starts_with("Simulated").all()


def test_the_model_itself_is_recovered_from_the_truth(accidents):
    estimated = fitted(effects.design(accidents).drop("foreign", "incident"), accidents["is_fatal"])
    for name in ("imc", "fewer_hours", "homebuilt", "retractable", "destroyed", "fire"):
        assert estimated[name] == pytest.approx(simulated.EFFECTS[name], abs=0.45), name


def test_a_plain_regression_on_the_tables_recovers_signs_and_order(tables):
    rows = seen(tables)
    estimated = fitted(rows.drop("is_fatal"), rows["is_fatal"])
    true = {name: simulated.EFFECTS[name] for name in estimated}
    strong = [name for name, size in true.items() if abs(size) >= 0.6]
    assert len(strong) >= 15
    wrong = [name for name in strong if np.sign(estimated[name]) != np.sign(true[name])]
    assert wrong == []
    order = spearmanr([true[name] for name in strong], [estimated[name] for name in strong])
    assert order.statistic > 0.85
    assert max(estimated, key=estimated.get) == "destroyed"


def fitted(design, label):
    model = LogisticRegression(C=1e4, max_iter=2000).fit(design.to_numpy(), label.to_numpy())
    return dict(zip(design.columns, model.coef_[0], strict=True))


def seen(tables):
    """What a reader of the tables alone can put beside each effect: complete US accidents."""
    first = pl.col("Aircraft_Key") == "1"
    hours = tables["flight_time"].filter(
        first, pl.col("crew_no") == "1", flight_type="TOTL", flight_craft="ALL"
    )
    parts = [
        tables["aircraft"].filter(first),
        tables["Flight_Crew"].filter(first, pl.col("crew_no") == "1"),
        hours,
        tables["Events_Sequence"].filter(first, Defining_ev="1"),
    ]
    joined = tables["events"].filter(ev_type="ACC", ev_country="USA").unique("ev_id")
    for part in parts:
        new = [c for c in part.columns if c not in joined.columns]
        joined = joined.join(part.unique("ev_id").select("ev_id", *new), on="ev_id", validate="1:1")
    number = {c: pl.col(c).cast(pl.Float64, strict=False) for c in ("ev_year", "crew_age")}
    phase = pl.col("phase_no").cast(pl.Int64)
    code = pl.col("eventsoe_no")
    burnt = pl.col("acft_fire").is_in(["GRD", "IFLT", "BOTH"])
    return (
        joined.with_columns(hours=pl.col("flight_hours").cast(pl.Float64))
        .filter(
            pl.col("hours").is_between(1, 40_000),
            number["crew_age"].is_between(15, 100),
            number["ev_year"].is_between(2008, 2021),
            pl.col("ev_highest_injury").is_in(["FATL", "SERS", "MINR", "NONE"]),
        )
        .select(
            is_fatal=pl.col("ev_highest_injury") == "FATL",
            imc=pl.col("wx_cond_basic").str.strip_chars() == "IMC",
            night=pl.col("light_cond").is_in(["NITE", "NDRK", "NBRT"]),
            fewer_hours=3 - pl.col("hours").log10(),
            pilot_age=(number["crew_age"] - 50) / 10,
            homebuilt=pl.col("homebuilt") == "Y",
            retractable=pl.col("fixed_retractable") == "RETR",
            multi_engine=pl.col("num_eng").is_in(["2", "3", "4"]),
            instructional=pl.col("type_fly").fill_null("").str.starts_with("INST"),
            air_carrier=pl.col("far_part") == "121",
            era=(number["ev_year"] - 2008) / 10,
            off_airport=pl.col("ev_nr_apt_loc") == "OFAP",
            phase_standing_taxi=phase.is_in([150, 250]),
            phase_takeoff=phase == 300,
            phase_initial_climb=phase == 350,
            phase_approach=phase == 500,
            phase_enroute=phase == 400,
            phase_maneuvering=phase == 450,
            phase_descent=phase.is_in([600, 650]),
            loss_of_control_in_flight=code.is_in(["240", "270", "500"]),
            terrain_or_weather=code.is_in(["120", "401", "210", "390"]),
            unknown_occurrence=code == "000",
            low_altitude=code.is_in(["220", "250"]),
            engine_or_fuel=code.is_in(["190", "340", "341", "342"]),
            ground_handling=code.is_in(["090", "200", "230", "300", "370"]),
            destroyed=pl.col("damage").str.to_uppercase().str.starts_with("DEST"),
            fire=burnt,
        )
        .cast(pl.Float64)
        .with_columns(pl.col("fire", "multi_engine", "off_airport").fill_null(0))
        .drop_nulls()
    )


def test_hours_agree_with_one_another_before_faults(perfect):
    keys = ["ev_id", "Aircraft_Key", "crew_no"]
    kind = pl.col("flight_type") + "_" + pl.col("flight_craft")
    wide = (
        perfect["flight_time"]
        .with_columns(kind=kind)
        .pivot("kind", index=keys, values="flight_hours")
    )
    for small, large in [
        ("L24H_ALL", "L30D_ALL"),
        ("L30D_ALL", "L90D_ALL"),
        ("L90D_ALL", "TOTL_ALL"),
        ("PIC_ALL", "TOTL_ALL"),
        ("TOTL_MAKE", "TOTL_ALL"),
        ("L90D_MAKE", "L90D_ALL"),
    ]:
        assert (wide[small] <= wide[large]).all(), (small, large)


def test_persons_by_place_aboard_add_up_to_the_events_counts(perfect):
    persons = perfect["injury"].filter(
        pl.col("inj_person_category").is_in(["PLT", "PAX"]), injury_level="FATL"
    )
    counted = persons.group_by("ev_id").agg(pl.col("inj_person_count").sum())
    dead = perfect["events"].filter(pl.col("inj_tot_f") > 0).select("ev_id", "inj_tot_f")
    both = dead.join(counted, on="ev_id", how="left", validate="1:1")
    assert (both["inj_tot_f"] == both["inj_person_count"]).all()
