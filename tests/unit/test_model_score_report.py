"""What a score says beside its figures, and what it refuses before it reads any record."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from hindcast.model import score, score_report
from hindcast.model.bundle import Bundle, BundleError

MANIFEST = {
    "horizon": "dispatch",
    "history_until": "2021-12-31",
    "trained_from": "2008-01-01",
    "features_version": "v1",
    "fingerprint": "f1",
}
SCHEMA = [{"name": "hours", "kind": "number", "range": [0.0, 9.0]}]
BUNDLE = Bundle(None, SCHEMA, {"method": "none"}, MANIFEST, "{}")
INVENTORY = {"first": "2022-01-01", "fingerprint": "f2"}
OWN = {"version": "v1", "features": [{"name": "hours", "absent": False}]}


def accidents(first=date(2022, 1, 1), n=80):
    day = pl.date_range(first, date(2030, 1, 1), eager=True).head(n)
    fatal = [i % 2 == 0 for i in range(n)]
    return pl.DataFrame({"ev_date": day, "is_fatal": fatal, "hours": [5.0] * n})


def said(frame, inventory=INVENTORY, own=OWN):
    return score_report.of(frame, own, inventory, {"dispatch": BUNDLE})


def test_a_later_year_with_all_columns_has_nothing_to_be_warned_of():
    assert said(accidents()) == {
        "absent": [], "unusual": {"unseen": {}, "outside": {}}, "warnings": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("frame", "inventory", "words"),
    [
        (accidents(date(2021, 12, 30)), {"first": "2021-12-30"}, "2 accidents are dated up to"),
        (accidents(date(2023, 5, 1)), {"first": "2023-05-01"}, "no records between 2021-12-31"),
        (accidents(date(2007, 12, 31)), {"first": "1982-01-01"}, "1 accidents are older than"),
        (accidents(n=3), {}, "3 accidents with 2 fatal: too few"),
        (accidents(), {"fingerprint": "f1"}, "the records the bundle was trained on"),
    ],
)
def test_what_limits_a_score_is_said(frame, inventory, words):
    assert any(words in text for text in said(frame, INVENTORY | inventory)["warnings"])


def test_absent_columns_and_another_catalog_are_said():
    own = {"version": "v2", "features": [{"name": "hours", "absent": True}]}
    found = said(accidents(), own=own)
    assert found["absent"] == ["hours"]
    assert len(found["warnings"]) == 2


def test_what_training_did_not_meet_is_counted_not_told():
    frame = accidents().with_columns(hours=pl.lit(10.0))
    assert said(frame)["unusual"] == {"unseen": {}, "outside": {"hours": 80}}


def test_a_history_of_another_version_is_refused_by_name(tmp_path):
    (tmp_path / "events.csv").write_text("ev_id\n1\n")
    with pytest.raises(BundleError, match=r"history\.json is not one of this version"):
        score.read(tmp_path, replace(BUNDLE, history_text='{"since": null}'))


def test_a_figure_that_the_records_do_not_allow_is_a_dash():
    result = {"n_test": 1200, "n_test_fatal": 0, "roc_auc": None, "brier": 0.1234}
    (row,) = score_report.table({"fatal": {"scene": result}})
    assert (row["accidents"], row["ROC AUC"], row["Brier"]) == ("1,200", "-", "0.123")
