"""All sections over one hand-made study: frames, sentences, figures, and the file that is left."""

import json
from datetime import date, timedelta

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import polars as pl
import pytest

from hindcast.figures import ageing
from hindcast.figures import evidence as figures
from hindcast.model import explain, fit, learned
from hindcast.model.evidence import sections, sentences, study
from hindcast.model.material import KEYS, Material
from hindcast.model.split import Split

mpl.use("agg")

INVENTORY = {
    "kind": "eadms_csv",
    "releases": [{"release": "invented"}],
    "events": 9,
    "first": "2008-01-01",
    "last": "2016-12-31",
    "simulated": False,
    "fingerprint": "f",
}
RECIPE = fit.Recipe(
    seed=3,
    min_level_events=5,
    n_boosters=1,
    max_rounds=40,
    early_stopping_rounds=5,
    jobs=1,
    calibration="platt",
    booster={"max_depth": 3, "learning_rate": 0.3},
)
DAYS = Split(date(2013, 12, 31), date(2014, 12, 31), date(2016, 12, 31), 0, date(2017, 6, 30))
KINDS = {"phase": "category", "is_imc": "flag", "hours": "number", "faa_region": "category"}
FEATURES = [
    {
        "name": name,
        "group": f"group of {name}",
        "known_at": "event",
        "kind": kind,
        "dtype": "String",
        "absent": False,
    }
    for name, kind in KINDS.items()
]


def accidents(rows: int = 1800) -> pl.DataFrame:
    draw = np.random.default_rng(2)
    phase, imc = draw.choice(["taxi", "cruise"], rows), draw.random(rows) < 0.3
    days = [date(2008, 1, 1) + timedelta(days=int(k)) for k in np.linspace(0, 3280, rows)]
    part = pl.col("ev_date")
    return pl.DataFrame(
        {
            "ev_id": [f"e{k:05d}" for k in range(rows)],
            "ev_date": days,
            "ev_state": "XX",
            "is_fatal": draw.random(rows)
            < 1 / (1 + np.exp(2.5 - 2 * (phase == "cruise") - 2 * imc)),
            "phase": phase,
            "is_imc": imc,
            "hours": draw.lognormal(5, 1, rows),
            "faa_region": draw.choice(["WP", "SO", "AL"], rows, p=[0.5, 0.45, 0.05]),
        }
    ).with_columns(
        part=pl.when(part <= DAYS.train_until)
        .then(pl.lit("train"))
        .when(part <= DAYS.validation_until)
        .then(pl.lit("validation"))
        .otherwise(pl.lit("test"))
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HINDCAST_HOME", str(home))
        core = home / "data" / "interim" / "core"
        core.mkdir(parents=True)
        (core.parent / "inventory.json").write_text(json.dumps(INVENTORY))
        letters = pl.when("is_fatal").then(pl.lit("WPR12FA001")).otherwise(pl.lit("WPR12LA001"))
        events = accidents().select("ev_id", "ev_date", ntsb_no=letters)
        events.write_parquet(core / "events.parquet")
        yield home


@pytest.fixture(scope="module")
def trained(home) -> study.Study:
    """A study as the train and explain stages leave it."""
    material = Material(accidents(), FEATURES, DAYS, "v", "f", "{}")
    features, parts = material.parts("event")
    fitted = fit.fit(parts["train"], parts["validation"], features, RECIPE)
    model = learned.calibrated(fitted, parts["validation"], "platt")
    model.manifest.update(threshold=0.4)
    rows = material.frame.filter(pl.col("part") != "train")
    foreseen = rows.select(KEYS).with_columns(
        horizon=pl.lit("event"),
        model=pl.lit("xgboost"),
        probability=pl.Series(model.predict(rows.select(model.names))),
    )
    test = rows.filter(pl.col("part") == "test")
    explain.write({"event": explain.explain(model, test)})
    return study.Study(material, {"event": model}, foreseen, RECIPE)


@pytest.fixture(scope="module")
def frames(home, trained) -> dict[str, pl.DataFrame]:
    judging = {"jobs": 2, "rounds": 20, "seed": 11}
    benches = trained.benches(**judging)
    redrawn = trained.redrawn(11).benches(**judging)
    return (
        sections.learning(benches, [0.1, 1.0], 1, [1, 6])
        | sections.splits(benches, redrawn, "faa_region", 60)
        | sections.removal(benches, 3, 2)
        | sections.leaks(benches, home / "data" / "interim" / "core")
        | sections.decay(benches, 4, 3, 60)
        | sections.drift(trained, benches, 2, 60)
        | sections.fairness(trained, 60)
        | sections.importance(trained, benches, 200, 1)
    )


def test_every_table_is_tidy_and_of_the_horizon(frames):
    for name, frame in frames.items():
        assert frame.height, name
        if name != "leak_columns":
            assert set(frame["horizon"]) == {"event"}, name


def test_intervals_hold_their_values(frames):
    for frame in frames.values():
        for name in ("value", "ratio", "recall", "roc_auc"):
            lo, hi = ("lo", "hi") if name == "value" else (f"{name}_lo", f"{name}_hi")
            if {name, lo, hi} <= set(frame.columns):
                known = frame.drop_nulls([name, lo, hi])
                assert (known[lo] <= known[hi]).all()
                assert (known[lo] <= known[name] + 0.02).all()


def test_the_strongest_input_leads_both_importances(frames, trained):
    found = frames["importance"]
    assert found["feature"].n_unique() == 4
    assert set(found.filter(pl.col("shap_rank") <= 2)["feature"]) == {"phase", "is_imc"}
    assert set(found.filter(pl.col("permutation_rank") <= 2)["feature"]) == {"phase", "is_imc"}
    assert set(trained.strongest("event", 2)) == {"phase", "is_imc"}


def test_the_same_study_gives_the_same_tables(frames, trained):
    again = sections.importance(trained, trained.benches(jobs=1, rounds=20, seed=11), 200, 1)
    assert again["importance"].equals(frames["importance"])
    leaked = sections.removal(trained.benches(jobs=1, rounds=20, seed=11), 3, 2)
    assert leaked["groups_removed"].equals(frames["groups_removed"])


def test_the_file_holds_settings_sentences_and_tables(home, frames):
    told = sentences.by_horizon(frames)
    study.write(frames, told, seed=11)
    path = home / "data" / "processed" / "metrics" / "evidence.json"
    first = path.read_bytes()
    held = json.loads(first)
    assert held["settings"] == {"seed": 11}
    assert set(held) == {"settings", "sentences", *frames}
    assert "lifts the ROC AUC" in held["sentences"]["event"]["leaks"]
    assert held["by_years"][0]["first"].startswith("2013-01-0")
    study.write(frames, told, seed=11)
    assert path.read_bytes() == first


def test_a_study_that_was_not_explained_says_so(home):
    with pytest.raises(study.EvidenceError, match="run the stage explain"):
        study.shap("scene")


def test_sentences_follow_their_tables(frames):
    row = {"horizon": "event", "kinds": 20, "outside": 7, "expected_by_chance": 1.0}
    assert "20 kinds with enough accidents 7" in sentences.fairness(pl.DataFrame([row]))
    lost = frames["groups_removed"].filter(pl.col("metric") == "roc_auc")
    assert "group of phase" in sentences.groups(lost)
    assert "no group" in sentences.groups(lost.with_columns(difference_hi=pl.lit(0.1)))
    longer = frames["by_years"].filter(pl.col("metric") == "roc_auc")
    sure = pl.when(pl.col("years") < 6).then(-0.1).otherwise("difference_hi")
    assert "the last 6 years" in sentences.fresh_data(longer.with_columns(difference_hi=sure))
    worse = frames["shuffled_mean"].with_columns(is_chance=pl.lit(False))
    assert "does not hold" in sentences.shuffled(worse)


def test_every_figure_is_drawn_from_its_table_and_signed(frames):
    changes = sentences.lost_and_gained(frames)
    apart = sections.disagreements(frames, "event")
    drawn = {
        "learning": figures.learning(frames["by_size"], frames["by_years"]),
        "splits": figures.splits(frames["splits"]),
        "changes": figures.changes(changes),
        "fan": ageing.fan(frames["decay"], frames["decay_losses"], "event"),
        "drift": ageing.drift(frames["drift"], frames["decay"]),
        "inputs": ageing.inputs(frames["drift_inputs"], "event"),
        "forest": figures.forest(frames["fairness"], "event"),
        "importance": figures.importance(apart, "event"),
    }
    for name, ax in drawn.items():
        signed = [text.get_text() for text in ax.get_figure(root=True).texts]
        assert "Source: NTSB eADMS invented, 2008-2016" in signed, name
    assert len(drawn["changes"].get_yticklabels()) == changes.height
    small = frames["fairness"]["is_too_small"].sum()
    told = [text.get_text() for text in drawn["forest"].texts]
    assert told.count(" too few accidents") == small > 0
    plt.close("all")
