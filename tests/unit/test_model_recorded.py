"""A feature that stops being recorded is left out before the test years are opened."""

import logging

import polars as pl
import pytest

from hindcast.model import recorded

FEATURES = [{"name": "hours"}, {"name": "wind"}, {"name": "never"}]


@pytest.fixture
def frame() -> pl.DataFrame:
    parts = ["train"] * 4 + ["validation"] * 8 + ["test"] * 4
    hours = [1.0] * 4 + [1.0] + [None] * 7 + [1.0] * 4
    wind = [None, 1.0, 1.0, 1.0] + [1.0] * 2 + [None] * 6 + [None] * 4
    return pl.DataFrame({"part": parts, "hours": hours, "wind": wind, "never": [None] * 16})


def test_what_vanishes_is_left_out_and_named(frame, caplog):
    with caplog.at_level(logging.INFO):
        kept = recorded.kept(frame, FEATURES)
    assert [feature["name"] for feature in kept] == ["wind", "never"]
    assert "hours" in caplog.text


def test_the_test_part_has_no_say(frame):
    emptied = frame.with_columns(
        pl.when(pl.col("part") != "test").then(pl.col("hours")).alias("hours")
    )
    names = [feature["name"] for feature in FEATURES]
    assert recorded.vanished(frame, names).equals(recorded.vanished(emptied, names))


def test_shares_are_those_of_known_values(frame):
    shares = recorded.shares(frame, ["wind"]).row(0, named=True)
    assert shares == {"feature": "wind", "train": 0.75, "validation": 0.25}


def test_no_features_give_no_rows(frame):
    assert recorded.vanished(frame, []).is_empty()
