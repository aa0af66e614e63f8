"""Fields taken away from hand-made accidents whose true effects are known."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from hindcast.model import fit
from hindcast.model.evidence import absent
from hindcast.model.evidence.bench import Bench

RECIPE = fit.Recipe(
    seed=3,
    min_level_events=5,
    n_boosters=1,
    max_rounds=40,
    early_stopping_rounds=8,
    jobs=1,
    calibration="platt",
    booster={"max_depth": 3, "learning_rate": 0.3},
)


def feature(name: str, table: str, kind: str = "flag") -> dict:
    known = {"known_at": "event", "absent": False, "kind": kind, "group": table.lower()}
    return known | {"name": name, "inputs": [name], "source": f"{table}.{name}"}


FEATURES = [feature("is_imc", "events"), feature("cruise", "aircraft"), feature("bfr", "crew")]


def accidents(rows: int, seed: int) -> pl.DataFrame:
    """IMC and cruise raise the odds of a death; so does, by how forms are filled, a missing bfr."""
    draw = np.random.default_rng(seed)
    imc, cruise = draw.random(rows) < 0.3, draw.random(rows) < 0.4
    fatal = draw.random(rows) < 1 / (1 + np.exp(2.0 - 1.5 * imc - 1.5 * cruise))
    is_gone = fatal & (draw.random(rows) < 0.5)
    bfr = pl.Series([None if gone else True for gone in is_gone])
    days = [date(2010, 1, 1) + timedelta(days=n % 900) for n in range(rows)]
    keys = {"ev_id": [f"{seed}-{n}" for n in range(rows)], "ev_date": days, "is_fatal": fatal}
    return pl.DataFrame(keys | {"is_imc": imc, "cruise": cruise, "bfr": bfr})


@pytest.fixture(scope="module")
def pair() -> absent.Pair:
    parts = {
        "train": accidents(3000, 1),
        "validation": accidents(800, 2),
        "test": accidents(800, 3),
    }
    bench = Bench("event", FEATURES, **parts, recipe=RECIPE, jobs=2, rounds=20, seed=1)
    return absent.fitted(bench, rows=0.5, share=0.3)


def test_the_more_is_lost_the_less_is_known(pair):
    means = (
        absent.curve(pair, [0.0, 0.5, 1.0], 2)
        .group_by("model", "lost_share", maintain_order=True)
        .agg(pl.col("roc_auc").mean())
    )
    for model in (absent.PLAIN, absent.ROBUST):
        auc = means.filter(pl.col("model") == model).sort("lost_share")["roc_auc"].to_list()
        assert auc == sorted(auc, reverse=True)
        assert auc[-1] == pytest.approx(0.5)


def test_who_leaned_on_a_missing_flag_is_wrong_when_all_lack_the_field(pair):
    lost = np.zeros_like(pair.matrix, dtype=bool)
    lost[:, 2] = True
    judged = pair.judged(lost)
    assert judged[absent.ROBUST]["log_loss"] < judged[absent.PLAIN]["log_loss"]
    assert judged[absent.ROBUST]["ece"] < judged[absent.PLAIN]["ece"]


def test_tables_and_groups_are_taken_away_whole(pair):
    found = absent.without(pair, absent.table_of, "table", rounds=20)
    assert found["lost"].to_list() == [absent.WHOLE, "aircraft", "crew", "events"]
    whole, aircraft = found["robust"][0], found["robust"][1]
    assert aircraft < whole
    assert (found["lo"] <= found["gain"]).all()
    assert (found["gain"] <= found["hi"]).all()
