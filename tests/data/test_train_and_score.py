"""The whole way of a small simulated release: features to bundles, and bundles to a score."""

import json
import shutil
from datetime import date

import polars as pl
import pytest

from hindcast import checks, features, params, paths, sources
from hindcast.model import bundle as bundles
from hindcast.model import (
    compare,
    encode,
    evaluate,
    fit,
    material,
    metrics,
    registry,
    score_report,
    split,
    train,
)
from hindcast.model.score import ScoreError, read, score
from hindcast.sources import simulated

DAYS = ("2009-12-31", "2010-12-31", "2012-12-31", 180)
RECIPE = fit.Recipe(
    seed=3,
    min_level_events=5,
    n_boosters=2,
    max_rounds=30,
    early_stopping_rounds=5,
    jobs=2,
    calibration="platt",
    booster={"max_depth": 3, "learning_rate": 0.2},
)
MODELS = {"xgboost", "majority", "logistic", "random_forest", "missing_only", "xgboost_masked"}


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    folder = tmp_path_factory.mktemp("raw")
    simulated.make(folder, events=1100, first_year=2008, last_year=2012, seed=3)
    return folder


@pytest.fixture(scope="module")
def home(raw, tmp_path_factory):
    """A project folder in which the stages up to `features` have run."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("params.yaml", "dvc.yaml"):
            shutil.copy(paths.root() / name, home / name)
        shutil.copytree(paths.reference(), home / "data" / "reference")
        patch.setenv("HINDCAST_HOME", str(home))
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        made = {"simulated_events": 1, "simulated_first_year": 2008, "simulated_last_year": 2008}
        sources.extract(raw, paths.interim(), seed=0, **made)
        checks.validate(paths.interim("raw"), paths.interim())
        core = paths.interim("core")
        features.write(features.build(core), core, paths.processed(), correlation_limit=0.95)
        yield home


@pytest.fixture(scope="module")
def events(home) -> material.Material:
    return material.read(*DAYS)


@pytest.fixture(scope="module")
def trained(events) -> dict[str, train.Trained]:
    done = {horizon: train.one(events, horizon, RECIPE) for horizon in ("dispatch", "scene")}
    train.write(events, done)
    return done


def test_every_model_speaks_of_the_same_events(trained):
    frame = pl.read_parquet(paths.processed("predictions.parquet"))
    evaluate.check(frame)
    rows = frame.filter(pl.col("model") != "xgboost_random_split")
    assert set(rows["model"]) == MODELS
    assert set(rows["part"]) == {"validation", "test"}
    assert rows.group_by("horizon", "model", "part").len().select("part", "len").n_unique() == 2
    drawn = frame.filter(pl.col("model") == "xgboost_random_split")
    assert set(drawn["part"]) == {"random_test"}
    test = rows.filter(horizon="scene", model="xgboost", part="test")
    assert drawn.filter(horizon="scene").height == test.height
    assert set(drawn["ev_id"]) != set(test["ev_id"])


def test_the_parts_on_disk_are_those_of_the_predictions(trained):
    parts = pl.read_parquet(paths.processed("split.parquet"))
    assert parts["ev_id"].is_unique().all()
    rows = pl.read_parquet(paths.processed("predictions.parquet")).filter(
        model="xgboost", horizon="scene"
    )
    joined = rows.join(parts, on="ev_id", validate="1:1")
    assert joined["part"].equals(joined["part_right"])


def test_no_bundle_knows_what_its_horizon_does_not(trained):
    for horizon in trained:
        encode.check_known(bundles.load(paths.models("fatal", horizon)).schema, horizon)
    names = [set(one.bundle.names) for one in trained.values()]
    assert names[0] < names[1]


def test_the_manifest_says_what_a_reader_needs(trained, events):
    manifest = bundles.load(paths.models("fatal", "scene")).manifest
    assert manifest["target"] == "fatal"
    assert "an accident happened" in manifest["estimand"]
    assert manifest["split"]["train_until"] == DAYS[0]
    assert manifest["split"]["rows"] == dict(
        split.table(events.frame).select("part", "events").iter_rows()
    )
    assert manifest["recipe"]["booster"] == RECIPE.booster
    assert manifest["validation"]["roc_auc"] > 0.5
    inventory = json.loads(paths.interim("inventory.json").read_text())
    assert manifest["fingerprint"] == inventory["fingerprint"]


def test_training_again_gives_the_same_files(trained, events):
    kept = {path: path.read_bytes() for path in paths.models("fatal").rglob("*.*")}
    again = {"dispatch": train.one(events, "dispatch", RECIPE), "scene": trained["scene"]}
    train.write(events, again)
    assert {path: path.read_bytes() for path in kept} == kept
    assert again["dispatch"].predictions.equals(trained["dispatch"].predictions)


def test_levels_and_ranges_come_from_the_training_part_alone(trained, events):
    only_train = events.frame.filter(pl.col("part") == "train")
    for entry in trained["scene"].bundle.schema:
        if entry["kind"] == "category":
            known = set(only_train[entry["name"]].drop_nulls())
            assert set(entry["levels"]) - {encode.RARE} <= known


def test_a_store_that_cannot_be_reached_stops_before_anything_is_trained(events, tmp_path):
    (tmp_path / "file").write_text("in the way")
    store = registry.Store(f"sqlite:///{tmp_path / 'file' / 'mlflow.db'}", tmp_path)
    with pytest.raises(registry.RegistryError, match="nothing was trained"):
        train.all_horizons(events, RECIPE, store)


def test_a_split_outside_the_records_is_refused(home):
    with pytest.raises(split.SplitError, match=r"records span 2008-.* to 2012-"):
        material.read("2017-12-31", "2019-06-30", "2021-12-31", 180)


def test_the_score_of_the_training_records_is_that_of_their_test_years(trained, raw):
    judged = score(paths.models("fatal"), raw, rounds=20)
    predictions = pl.read_parquet(paths.processed("predictions.parquet"))
    assert list(judged["fatal"]) == ["dispatch", "scene"]
    for horizon, found in judged["fatal"].items():
        test = evaluate.tested(predictions, horizon)
        expected = metrics.all_of(test["is_fatal"].to_numpy(), test["probability"].to_numpy())
        assert found["n_test"] == test.height
        assert found["roc_auc"] == pytest.approx(float(expected["roc_auc"]), abs=1e-6)
        assert found["brier"] == pytest.approx(float(expected["brier"]), abs=1e-6)
    assert judged["absent"] == []
    assert any("only its later years" in warning for warning in judged["warnings"])
    json.dumps(judged, allow_nan=False)


def test_a_score_says_which_columns_the_records_lack(trained, raw, tmp_path):
    for path in raw.iterdir():
        shutil.copy(path, tmp_path / path.name)
    aircraft = pl.read_csv(tmp_path / "aircraft.csv.gz", infer_schema_length=0)
    (tmp_path / "aircraft.csv.gz").unlink()
    aircraft.drop("damage").write_csv(tmp_path / "aircraft.csv")
    judged = score(paths.models("fatal", "scene"), tmp_path, rounds=20)
    schema = json.loads(paths.processed("feature_schema.json").read_text())["features"]
    needs = {one["name"] for one in schema if "damage" in one["inputs"]}
    assert needs & set(judged["absent"])
    assert list(judged["fatal"]) == ["scene"]
    assert judged["population"]["steps"][-1][1] == judged["fatal"]["scene"]["n_test"]


def respelled(raw, folder):
    """Write a release anew: names in other case, a column nobody knows, mdb-export's own dates."""
    folder.mkdir()
    for path in raw.iterdir():
        table = path.name.partition(".")[0]
        frame = pl.read_csv(path, infer_schema=False)
        if table == "events":
            day = pl.col("ev_date").str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False)
            told = day.dt.strftime("%m/%d/%y %H:%M:%S")
            frame = frame.with_columns(pl.coalesce(told, "ev_date").alias("ev_date"))
        upper = frame.rename({name: name.upper() for name in frame.columns})
        upper.with_columns(NEW_COLUMN=pl.lit("x")).write_csv(folder / f"{table.upper()}.csv")
    return folder


def test_other_spellings_dates_and_columns_change_no_figure(trained, raw, tmp_path):
    told = score(paths.models("fatal", "dispatch"), raw, rounds=5)
    again = score(paths.models("fatal", "dispatch"), respelled(raw, tmp_path / "r"), rounds=5)
    assert again["fatal"] == told["fatal"]


def test_a_later_year_continues_from_the_history_of_the_bundle(trained, tmp_path):
    simulated.make(tmp_path, events=150, first_year=2013, last_year=2013, seed=8)
    records = read(tmp_path, trained["dispatch"].bundle)
    assert records.built.frame["fatal_share_state_past"].null_count() < 15
    judged = score(paths.models("fatal", "dispatch"), tmp_path, rounds=5)
    assert judged["fatal"]["dispatch"]["n_test"] > 100
    assert not any("history ends" in warning for warning in judged["warnings"])
    assert set(judged["unusual"]) == {"unseen", "outside"}


def test_events_alone_can_be_scored_and_severities_in_words_cannot(trained, raw, tmp_path):
    events = pl.read_csv(raw / "events.csv.gz", infer_schema=False)
    for name in ("alone", "words"):
        (tmp_path / name).mkdir()
    events.write_csv(tmp_path / "alone" / "events.csv")
    judged = score(paths.models("fatal"), tmp_path / "alone", rounds=5, as_of=date(2013, 12, 31))
    assert "pilot_age_years" in judged["absent"]
    assert [row["horizon"] for row in score_report.table(judged)] == ["dispatch", "scene"]
    words = pl.col("ev_highest_injury").replace({"FATL": "Fatal"})
    events.with_columns(words).write_csv(tmp_path / "words" / "events.csv")
    with pytest.raises(ScoreError, match="ev_highest_injury holds 'Fatal' in"):
        score(paths.models("fatal"), tmp_path / "words", rounds=5)


def test_a_year_without_a_death_gives_the_figures_that_it_allows(trained, tmp_path):
    simulated.make(tmp_path, events=60, first_year=2013, last_year=2013, seed=8)
    events = pl.read_csv(tmp_path / "events.csv.gz", infer_schema=False)
    (tmp_path / "events.csv.gz").unlink()
    survived = events.filter(pl.col("ev_highest_injury") != "FATL")
    survived.write_csv(tmp_path / "events.csv")
    judged = score(paths.models("fatal", "scene"), tmp_path, rounds=5)
    (row,) = score_report.table(judged)
    assert (row["fatal"], row["ROC AUC"]) == ("0", "-")
    assert any("too few to tell" in line for line in score_report.lines(judged))
    json.dumps(judged, allow_nan=False)


def test_a_folder_without_records_is_refused_and_nothing_is_simulated(trained, tmp_path):
    with pytest.raises(ScoreError, match="no NTSB records"):
        score(paths.models("fatal"), tmp_path)


def test_a_folder_without_a_bundle_is_refused(raw, tmp_path):
    with pytest.raises(bundles.BundleError, match="no bundle in"):
        score(tmp_path, raw)


def test_accidents_of_the_years_learned_from_are_never_scored(trained, tmp_path):
    simulated.make(tmp_path, events=200, first_year=2008, last_year=2009, seed=8)
    with pytest.raises(ScoreError, match=r"no accident to score: .*years learned from"):
        score(paths.models("fatal"), tmp_path)


def test_what_is_masked_hides_what_was_missing(events):
    _, parts = events.parts("dispatch")
    rows = parts["test"].features
    full = compare.without_gaps(parts, seed=1)["test"].features
    assert any(0 < gaps < rows.height for gaps in rows.null_count().row(0))
    assert set(full.null_count().row(0)) <= {0, rows.height}


def test_the_parameters_of_the_stage_are_a_recipe_and_a_split():
    given = params.section("train")
    days = {name: given.pop(name) for name in ("train_until", "validation_until", "test_until")}
    split.Split.of(**days, maturity_days=given.pop("maturity_days"), as_of="2025-01-01")
    assert 0 <= given.pop("older_weight") <= 1
    assert fit.Recipe(**given).n_boosters >= given["compared_boosters"]
