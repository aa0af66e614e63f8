"""The further targets from hand-made accidents to bundles and figures, and back into forecasts."""

import json
import shutil
import subprocess
import sys
from datetime import date, timedelta

import matplotlib.pyplot as plt
import numpy as np
import polars as pl
import pytest

from hindcast import paths
from hindcast.figures import targets as drawn
from hindcast.model import bundle as bundles
from hindcast.model import encode, fit
from hindcast.model.targets import (
    bundle,
    chain,
    coverage,
    forecast,
    judge,
    outcomes,
    tables,
    train,
)
from hindcast.model.targets.boost import Recipe
from hindcast.model.targets.outcomes import OutcomeError
from hindcast.model.targets.severity import Sets

N = 420
BOOSTER = {"max_depth": 2, "learning_rate": 0.3, "min_child_weight": 1.0}
RECIPE = Recipe(3, 1, 8, 4, BOOSTER, blanked_rows=0.5, blanked_share=0.2)
PLAN = train.Plan(RECIPE, RECIPE, "platt", Sets(0.9, "lac", 20, 0.5), 20, 3, 10, 2)
DECLARED = {
    "speed_kts": ("dispatch", "aircraft", "number"),
    "far_part": ("dispatch", "operation", "category"),
    "aircraft_category": ("dispatch", "aircraft", "category"),
    "faa_region": ("dispatch", "place", "category"),
    "phase": ("event", "sequence", "category"),
    "is_destroyed": ("scene", "scene", "flag"),
    "finding_wind": ("investigation", "findings", "flag"),
}


def accidents() -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return features, severity levels and findings; speed decides most of it."""
    random = np.random.default_rng(11)
    speed = random.uniform(30, 230, N)
    severity = np.clip(((speed - 60) / 50 + random.normal(0, 0.7, N)).round(), 0, 3).astype(int)
    windy = random.random(N) < np.where(speed < 100, 0.7, 0.2)
    ids = [f"2010{place:04d}X" for place in range(N)]
    features = pl.DataFrame(
        {
            "ev_id": ids,
            "ev_date": [date(2010, 1, 1) + timedelta(days=place) for place in range(N)],
            "ev_state": ["AK"] * N,
            "is_fatal": severity == 3,
            "speed_kts": speed,
            "far_part": random.choice(["91", "135"], N),
            "aircraft_category": random.choice(["AIR", "HELI"], N),
            "faa_region": [None if place % 50 == 0 else "AL" for place in range(N)],
            "phase": random.choice(["Landing", "Enroute"], N),
            "is_destroyed": [
                None if place % 40 == 7 else bool(s > 1) for place, s in enumerate(severity)
            ],
            "finding_wind": windy,
        }
    )
    levels = pl.DataFrame(
        {"ev_id": ids, "ev_highest_injury": [list(chain.CODES)[s] for s in severity]}
    )
    pairs = [(ev_id, "0303404044") for ev_id, wind in zip(ids, windy, strict=True) if wind]
    pairs += [(ev_id, "0206304044") for ev_id in ids[::2]]
    findings = pl.DataFrame(pairs, schema=["ev_id", "finding_code"], orient="row")
    return features, levels, findings


def entries(horizon: str) -> list[dict]:
    declared = [
        {"name": name, "known_at": known, "group": group, "kind": kind}
        for name, (known, group, kind) in DECLARED.items()
    ]
    return encode.of_horizon(declared, horizon)


def fatal_bundle(rows: pl.DataFrame, horizon: str) -> bundles.Bundle:
    """Return a small P(fatal), learned as the study's is."""
    recipe = fit.Recipe(3, 5, 1, 8, 4, 1, "none", BOOSTER)
    listed = entries(horizon)
    names = [entry["name"] for entry in listed]
    parts = {part: fit.Labelled.of(rows, part, names) for part in ("train", "validation")}
    fitted = fit.fit(parts["train"], parts["validation"], listed, recipe)
    manifest = {"features_version": "1", "horizon": horizon}
    return bundles.Bundle(fitted.booster, fitted.schema, {"method": "none"}, manifest, "{}")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A project folder as the stage `train` leaves it."""
    home = tmp_path_factory.mktemp("home")
    reference = paths.reference()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HINDCAST_HOME", str(home))
        shutil.copytree(reference, paths.reference())
        features, levels, findings = accidents()
        part = ["train"] * 240 + ["validation"] * 90 + ["test"] * 80 + ["later"] * 10
        split = features.select("ev_id", pl.Series("part", part))
        core = paths.interim("core")
        core.mkdir(parents=True)
        paths.processed().mkdir(parents=True)
        levels.write_parquet(core / "events.parquet")
        findings.write_parquet(core / "Findings.parquet")
        features.write_parquet(paths.processed("features.parquet"))
        split.write_parquet(paths.processed("split.parquet"))
        facts = {"kind": "eadms_csv", "releases": [], "events": N, "first": None, "last": None}
        facts |= {"simulated": False, "fingerprint": "f" * 8}
        (paths.interim() / "inventory.json").write_text(json.dumps(facts))
        rows = features.join(split, on="ev_id", validate="1:1")
        said = []
        for horizon in encode.HORIZONS:
            fatal = fatal_bundle(rows, horizon)
            bundles.save(paths.models("fatal", horizon), fatal)
            judged = rows.filter(pl.col("part").is_in(["validation", "test"]))
            probability = pl.Series("probability", fatal.predict(judged.select(fatal.names)))
            head = judged.select("ev_id", "part", pl.lit(horizon).alias("horizon"))
            said.append(head.with_columns(pl.lit("xgboost").alias("model"), probability))
        pl.concat(said).write_parquet(paths.processed("predictions.parquet"))
        yield home


@pytest.fixture(scope="module")
def trained(home) -> train.Trained:
    return train.all_targets(outcomes.read(least_events=20), PLAN)


@pytest.fixture(scope="module")
def found(trained) -> dict:
    figures = train.figures(trained, PLAN)
    train.write(trained, figures)
    return figures


def rows_of(trained: train.Trained, made: forecast.Forecast) -> pl.DataFrame:
    tested = made.part("test").events.select("ev_id")
    frame = trained.study.frame
    return tested.join(frame, on="ev_id", how="left", validate="1:1", maintain_order="left")


def test_every_target_is_there_at_its_horizons(trained, found):
    assert list(trained.of("severity")) == list(encode.HORIZONS)
    assert list(trained.of("causes")) == ["event", "scene"]
    assert list(trained.of("damage")) == ["event"]
    written = json.loads(paths.processed("metrics", "targets.json").read_text())
    assert written == json.loads(json.dumps(found))
    assert {"severity", "damage", "causes", "conformal"} <= set(written)


@pytest.mark.parametrize("target", ["severity", "causes", "damage"])
def test_a_loaded_bundle_forecasts_what_was_judged(trained, found, target):
    loaded = bundle.load(paths.models(target, "event"))
    made = trained.of(target)["event"].forecasts[0]
    said = loaded.predict(rows_of(trained, made).select(loaded.names))
    assert said.columns == loaded.outputs == list(made.outputs)
    assert said.to_numpy() == pytest.approx(made.part("test").probability, abs=1e-6)
    one = loaded.predict(rows_of(trained, made).select(loaded.names)[:1])
    assert one.row(0) == pytest.approx(said.row(0))
    assert loaded.predict(trained.study.frame.select(loaded.names)[:0]).shape == (0, said.width)


def test_four_classes_never_contradict_the_probability_of_a_death(trained, found):
    for horizon in encode.HORIZONS:
        loaded = bundle.load(paths.models("severity", horizon))
        rows = trained.study.frame.select(loaded.names)
        said = loaded.predict(rows)
        alone = bundles.load(paths.models("fatal", horizon)).predict(rows)
        assert said["fatal"].to_numpy() == pytest.approx(alone)
        assert said.sum_horizontal().to_numpy() == pytest.approx(1)


def test_sets_of_a_loaded_bundle_are_those_that_were_judged(trained, found):
    loaded = bundle.load(paths.models("severity", "event"))
    made = trained.of("severity")["event"].forecasts[0]
    rows = rows_of(trained, made).select(loaded.names)
    held = loaded.answers(rows, loaded.predict(rows)).to_numpy()
    assert (held == made.part("test").in_set).all()
    with pytest.raises(bundles.BundleError, match=r"no conformal\.json"):
        bundle.load(paths.models("damage", "event")).answers(rows, loaded.predict(rows))


def test_severity_beside_another_probability_of_a_death_is_refused(trained, found):
    other = bundles.load(paths.models("fatal", "dispatch"))
    with pytest.raises(bundles.BundleError, match="run the stage `targets` again"):
        bundle.load(paths.models("severity", "event"), other)


def test_a_folder_without_a_bundle_is_named(tmp_path):
    with pytest.raises(bundles.BundleError, match=r"no feature_schema\.json"):
        bundle.load(tmp_path)


def test_no_model_knows_more_than_its_horizon_nor_what_it_forecasts(trained, found):
    for (target, horizon), one in trained.outcomes.items():
        encode.check_known(one.bundle.schema, horizon)
        names = set(one.bundle.names)
        assert not names & {"severity", "destroyed", "codes", "is_fatal"}
        assert target == "severity" or "finding_wind" not in names
        assert target != "damage" or "is_destroyed" not in names


def test_figures_count_what_is_left_out(trained, found):
    steps = {name: [rows for _, rows in rows] for name, rows in found["population"].items()}
    unknown = trained.study.frame["is_destroyed"].null_count()
    assert steps["damage"] == [410, 410 - unknown]
    assert steps["causes"][1] < 410
    assert found["families"]["kept"] == 2
    assert found["severity"]["event"]["n_test"] == 80


def test_speed_is_learned_and_intervals_hold_the_figures(found):
    event = found["severity"]["event"]
    assert event["quadratic_kappa"] > event["beside"]["majority"]["quadratic_kappa"] + 0.3
    assert event["rps_ci"][0] <= event["rps"] <= event["rps_ci"][1]
    assert np.sum(event["confusion"]["counts"]) == 80
    assert found["causes"]["event"]["macro_average_precision"] > 0.3
    assert found["damage"]["event"]["roc_auc"] > 0.8


def test_coverage_is_told_by_kind_and_year(found):
    of = found["conformal"]["event"]
    assert sum(of["sizes"].values()) == of["n_test"] == 80
    groups = {(row["by"], row["group"]): row for row in of["by_group"]}
    assert groups["far_part", "91"]["n"] + groups["far_part", "135"]["n"] == 80
    assert "undefined" in groups["faa_region", "not recorded"]
    assert {by for by, _ in groups} == {*coverage.conformal.BY, "year", "severity"}
    assert of["coverage"] > 0.75


def test_the_predictions_are_long_and_whole(trained, found):
    long = pl.read_parquet(paths.processed("targets.parquet"))
    severity = long.filter(target="severity", horizon="event", model="xgboost")
    assert severity.height == 170 * 4
    assert severity["in_set"].null_count() == 0
    total = severity.group_by("ev_id").agg(pl.col("probability").sum(), pl.col("happened").sum())
    assert total["probability"].to_numpy() == pytest.approx(1, abs=1e-5)
    assert set(total["happened"]) == {1}
    assert set(long["part"]) == {"validation", "test"}


def test_training_again_gives_the_same_files(trained, found):
    kept = [paths.processed("targets.parquet"), *paths.models().glob("[scd]*/*/*")]
    before = [path.read_bytes() for path in kept]
    again = train.all_targets(outcomes.read(least_events=20), PLAN)
    train.write(again, train.figures(again, PLAN))
    assert [path.read_bytes() for path in kept] == before


def test_a_death_that_the_two_columns_disagree_on_is_refused(home):
    features, levels, findings = accidents()
    split = features.select("ev_id", pl.lit("train").alias("part"))
    wrong = features.with_columns(~pl.col("is_fatal"))
    with pytest.raises(OutcomeError, match="420 of 420 events are fatal by is_fatal and not"):
        outcomes.with_outcomes(wrong, split, levels, findings)


def test_a_part_with_one_outcome_is_refused_before_anything_is_trained(trained):
    one = trained.study.frame.with_columns(pl.lit(value=True).alias("destroyed"))
    with pytest.raises(OutcomeError, match="1 of 2 outcomes of destroyed"):
        train.check(outcomes.Study(one, trained.study.families))


def test_serving_needs_no_scikit_learn(found):
    code = (
        "import sys; sys.modules['sklearn'] = None\n"
        "from hindcast import paths\n"
        "from hindcast.model.targets import bundle\n"
        "import polars as pl\n"
        "loaded = bundle.load(paths.models('severity', 'event'))\n"
        "row = pl.DataFrame({name: [None] for name in loaded.names})\n"
        "print(loaded.predict(row).row(0))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(",") == 3


def test_every_figure_draws_what_the_tables_hold(trained, found):
    kappa = tables.long(found, "quadratic_kappa")
    assert len(drawn.ladder(kappa, "kappa").containers) == kappa["model"].n_unique() == 4
    made = trained.of("severity")["event"].forecasts[0]
    assert drawn.reliability(judge.reliability(made)).get_title("left") == "none"
    counts = found["severity"]["event"]["confusion"]
    told = [text.get_text() for text in drawn.confusion(counts, chain.CLASSES).texts]
    assert sum(int(text.split("\n")[1]) for text in told) == 80
    bars = drawn.causes(tables.families(found, "event")).patches
    assert len(bars) == found["families"]["kept"]
    shares = tables.sizes(found)
    assert shares.group_by("horizon").agg(pl.col("share").sum())["share"].to_list() == [1] * 4
    assert len(drawn.sizes(shares).patches) == 16
    kinds = tables.covered(found, "event")
    rows = drawn.coverage(kinds, 0.9).get_yticklabels()
    assert len(rows) == kinds.filter(limits="kinds").height
    assert drawn.coverage_by_horizon(tables.by_year(found), 0.9).get_ylabel()
    assert drawn.destroyed(tables.destroyed_by_year(found)).figure.texts[0].get_text()
    plt.close("all")


def test_tables_stand_beside_each_other(trained, found):
    assert tables.ladder(found).height == 16
    assert tables.population(found)["target"].to_list() == ["severity", "causes", "damage"]
    assert tables.on_validation(trained).columns == ["model", *encode.HORIZONS]
    assert tables.causes(found).height == 6
    assert tables.damage(found)["model"].to_list()[0] == "model"
    assert set(tables.missed(found).columns) == {"horizon", "by", "group", "accidents", "coverage"}
    event = trained.of("severity")["event"]
    choices = tables.choices(event, trained.study.frame, PLAN.sets)
    assert choices["choice"].to_list()[:2] == ["one limit", "chosen"]
