"""The section `train` of params.yaml: days as text, and only what a booster may be told."""

from datetime import date

import pytest
import yaml

from hindcast import params, paths


def load(tmp_path, **changed) -> params.Params:
    given = yaml.safe_load((paths.root() / "params.yaml").read_text())
    given["train"] |= changed
    path = tmp_path / "params.yaml"
    path.write_text(yaml.safe_dump(given))
    return params.load(path)


@pytest.mark.parametrize("day", ["2015-06-30", date(2015, 6, 30)])
def test_a_day_may_be_quoted_or_not(tmp_path, day):
    assert params.section("train", load(tmp_path, train_until=day))["train_until"] == "2015-06-30"


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"train_until": "2015-13-01"}, r"train\.train_until"),
        ({"maturity_days": -1}, r"train\.maturity_days"),
        ({"calibration": "spline"}, r"train\.calibration"),
        ({"booster": {"max_depth": 4}}, r"train\.booster\.learning_rate"),
        ({"n_trees": 5}, r"train\.n_trees"),
    ],
)
def test_what_does_not_fit_is_named_with_its_place(tmp_path, changed, named):
    with pytest.raises(params.ParameterError, match=named):
        load(tmp_path, **changed)
