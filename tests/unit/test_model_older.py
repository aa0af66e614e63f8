from datetime import date

import polars as pl

from hindcast.model import fit, material

FRAME = pl.DataFrame(
    {
        "ev_id": ["a", "b", "c"],
        "ev_date": [date(1990, 1, 1), date(2007, 12, 31), date(2008, 1, 1)],
        "part": "train",
        "is_fatal": [True, False, True],
        "hours": [1.0, 2.0, 3.0],
    }
)


def test_older_accidents_count_for_less():
    frame = material.weighted(FRAME, 0.1)
    assert frame["weight"].to_list() == [0.1, 0.1, 1.0]
    assert fit.Labelled.of(frame, "train", ["hours"]).weights().tolist() == [0.1, 0.1, 1.0]


def test_with_no_weight_older_accidents_are_left_out():
    assert material.weighted(FRAME, 0.0)["ev_id"].to_list() == ["c"]


def test_records_of_today_alone_have_no_weights():
    today = FRAME.filter(pl.col("ev_date") >= material.ERA_BEGINS)
    assert material.weighted(today, 0.1).equals(today)
    assert "weight" not in material.names(material.weighted(FRAME, 0.1))
