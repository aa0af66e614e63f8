from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindcast.model import split
from hindcast.model.split import Split, SplitError

DAYS = ("2010-12-31", "2011-12-31", "2012-12-31")


def events(*days: date, fatal=None) -> pl.DataFrame:
    ids = [f"e{number}" for number in range(len(days))]
    fatal = fatal or [number % 2 == 0 for number in range(len(days))]
    return pl.DataFrame({"ev_id": ids, "ev_date": list(days), "is_fatal": fatal})


def part_of(day: date, as_of="2020-01-01", maturity_days=180) -> str:
    span = (date(2010, 1, 1), date(2012, 6, 1), date(2014, 1, 1))
    parts = split.assign(events(*span, day), Split.of(*DAYS, maturity_days, as_of))
    return parts["part"][-1]


@pytest.mark.parametrize(
    ("day", "part"),
    [
        (date(2010, 12, 31), "train"),
        (date(2011, 1, 1), "validation"),
        (date(2011, 12, 31), "validation"),
        (date(2012, 1, 1), "test"),
        (date(2012, 12, 31), "test"),
        (date(2013, 1, 1), "later"),
    ],
)
def test_the_last_day_of_a_part_belongs_to_it(day, part):
    assert part_of(day) == part


def test_an_event_is_mature_by_its_age_at_the_release():
    as_of = "2012-12-27"
    assert part_of(date(2012, 6, 30), as_of) == "test"
    assert part_of(date(2012, 7, 1), as_of) == "immature"


def test_maturity_wins_over_the_test_years_and_later_ones():
    assert part_of(date(2013, 5, 1), "2013-06-01") == "immature"


@given(st.lists(st.integers(0, 1800), min_size=1, max_size=40))
def test_every_event_gets_one_part_and_parts_never_overlap_in_time(offsets):
    days = [date(2010, 1, 1), date(2012, 6, 1), *(date(2010, 1, 1) + timedelta(n) for n in offsets)]
    frame = events(*days)
    parts = split.assign(frame, Split.of(*DAYS, 180, "2016-01-01"))
    assert parts["ev_id"].to_list() == frame["ev_id"].to_list()
    spans = (
        frame.join(parts, on="ev_id", validate="1:1")
        .group_by("part")
        .agg(pl.col("ev_date").min().alias("first"), pl.col("ev_date").max().alias("last"))
    )
    ordered = spans.sort("first")
    assert (ordered["first"][1:] > ordered["last"][:-1]).all()


def test_an_event_that_comes_twice_is_refused():
    frame = pl.concat([events(date(2010, 1, 1)), events(date(2012, 6, 1))])
    with pytest.raises(SplitError, match="1 repeated ev_id"):
        split.assign(frame, Split.of(*DAYS, 180, "2016-01-01"))


def test_dates_out_of_order_are_refused():
    with pytest.raises(SplitError, match="train_until < validation_until < test_until"):
        Split.of("2011-01-01", "2010-01-01", "2012-01-01", 180, "2016-01-01")


def test_dates_outside_the_records_name_span_dates_and_params():
    frame = events(date(2018, 3, 1), date(2019, 3, 1))
    with pytest.raises(SplitError) as caught:
        split.assign(frame, Split.of(*DAYS, 180, "2020-01-01"))
    for words in ("2018-03-01 to 2019-03-01", "2010-12-31", "train.train_until", "params.yaml"):
        assert words in str(caught.value)


def test_no_events_at_all_is_said_plainly():
    empty = events(date(2010, 1, 1)).clear()
    with pytest.raises(SplitError, match="no events to split"):
        split.assign(empty, Split.of(*DAYS, 180, "2020-01-01"))


@pytest.mark.parametrize("part", ["train", "validation", "test"])
@pytest.mark.parametrize("label", [True, False])
def test_a_part_with_one_outcome_is_named(part, label):
    frame = pl.DataFrame(
        {
            "part": ["train", "train", "validation", "validation", "test", "test"],
            "is_fatal": [True, False] * 3,
        }
    ).with_columns(
        pl.when(pl.col("part") == part).then(label).otherwise("is_fatal").alias("is_fatal")
    )
    with pytest.raises(SplitError, match=f"the {part} part has 2 events, {2 * label} of them"):
        split.check_labels(frame)


def test_a_random_split_keeps_the_sizes_and_leaves_out_what_is_used_nowhere():
    sizes = {"train": 30, "validation": 8, "test": 12, "immature": 5, "later": 5}
    names = [part for part, n in sizes.items() for _ in range(n)]
    parts = pl.DataFrame({"ev_id": [f"e{n:02d}" for n in range(len(names))], "part": names})
    drawn = split.assign_at_random(parts, seed=3)
    counts = dict(drawn["part"].value_counts().iter_rows())
    assert counts == {"train": 30, "validation": 8, "random_test": 12}
    assert drawn.equals(split.assign_at_random(parts.reverse(), seed=3))
    moved = drawn.join(parts, on="ev_id", validate="1:1")
    assert (moved["part"].replace("random_test", "test") != moved["part_right"]).any()


def test_the_table_counts_each_part_and_says_zero_where_there_is_none():
    frame = events(date(2010, 1, 1), date(2010, 2, 1), date(2012, 6, 1))
    days = Split.of(*DAYS, 180, "2020-01-01")
    joined = frame.join(split.assign(frame, days), on="ev_id", validate="1:1")
    rows = {row["part"]: row for row in split.table(joined).iter_rows(named=True)}
    assert list(rows) == list(split.PARTS)
    assert rows["train"]["events"] == 2
    assert rows["train"]["fatal_share"] == 0.5
    assert rows["immature"]["events"] == 0
    assert split.described(joined, days)["rows"]["test"] == 1
