"""The engine of one horizon: its answers are the bundles', alone and together."""

import datetime as dt
from shutil import copytree

import numpy as np
import pytest

from hindcast.features import catalog, derive
from hindcast.features.inputs import InputError
from hindcast.features.onerow import given
from hindcast.features.state import HistoryState
from hindcast.model import bundle, fit
from hindcast.model.bundle import BundleError
from hindcast.model.targets import bundle as targets
from hindcast.model.targets import conformal
from hindcast.serve.forecast import engine, fields
from hindcast.serve.forecast.answers import AnswerSets
from hindcast.serve.forecast.many import WORTH_A_FRAME, ManyRows

N = WORTH_A_FRAME + 30


@pytest.fixture(scope="module")
def held(models_folder):
    return engine.load(models_folder, "scene")


@pytest.fixture(scope="module")
def rows():
    draw = np.random.default_rng(2)
    made = {
        "ev_state": ["CO", "TX", "AK", None], "acft_make": ["CESSNA", "Piper", None],
        "acft_category": ["AIR", "HELI"], "far_part": ["091", "135", None], "vis_sm": [1.0, 10.0],
        "ev_nr_apt_loc": ["ONAP", "OFAP"], "defining_phase_no": ["300", "400"],
        "damage": ["DEST", "SUBS", None], "acft_fire": ["GRD", "NONE"], "ev_time": [930, 1745],
        "ev_date": [np.datetime64(day, "us").item() for day in ("2020-02-01", "2020-03-09")],
        "dec_latitude": [39.6, 31.5, None], "dec_longitude": [-104.8], "ev_tmzn": ["UTC", None],
        "ev_type": ["ACC"], "ev_country": ["USA"], "ev_highest_injury": ["FATL", "NONE"],
    }  # fmt: skip
    return [
        fields.filled({name: values[draw.integers(len(values))] for name, values in made.items()})
        for _ in range(N)
    ]


@pytest.fixture(scope="module")
def table(held, rows):
    """The features of each row as the frames give them of it alone."""
    declared = {feature.name: feature for feature in catalog.FEATURES}
    state = HistoryState.model_validate(held.fatal.history)
    told = [derive.enrich(given.frame([row]), state) for row in rows[:40]]
    return [catalog.compute(one, [declared[name] for name in held.names]) for one in told]


def matrix_of(held, rows):
    return np.concatenate([held.encoded(row)[1] for row in rows])


def test_the_classes_are_the_bundles(held, models_folder, rows, table):
    severity = targets.load(models_folder / "severity" / "scene")
    fatal = bundle.load(models_folder / "fatal" / "scene")
    found = held.classes(matrix_of(held, rows[:40]))
    expected = np.concatenate([severity.predict(one).to_numpy() for one in table])
    assert found == pytest.approx(expected, abs=1e-9)
    assert found[:, 3] == pytest.approx([fatal.predict(one)[0] for one in table], abs=1e-9)
    assert found.sum(axis=1) == pytest.approx(1)


def test_the_sets_are_the_targets(held, models_folder, rows, table):
    severity = targets.load(models_folder / "severity" / "scene")
    for row, one in zip(rows, table, strict=False):
        values, matrix = held.encoded(row)
        expected = severity.answers(one, severity.predict(one)).row(0, named=True)
        inside = [name for name, holds in expected.items() if holds]
        assert held.answers(held.classes(matrix)[0], values) == inside


@pytest.mark.parametrize("score", conformal.SCORES)
def test_sets_by_any_score_are_those_of_a_frame(score, held, table):
    draw = np.random.default_rng(3)
    sets = {"score": score, "limit": 0.7, "kinds": held.severity.sets["kinds"]}
    told = AnswerSets(sets, held.names)
    for one in table:
        classes = draw.dirichlet(np.ones(4))
        inside = conformal.members(sets, classes[None], one)[0]
        names = [name for name, holds in zip(held.severity.outputs, inside, strict=True) if holds]
        assert told.of(classes, one.row(0)) == names


@pytest.mark.parametrize("n", [1, 3, 100, N])
def test_a_batch_is_its_rows_one_by_one(held, rows, n):
    found = held.batch(rows[:n])
    for at, row in enumerate(rows[:n]):
        values, matrix = held.encoded(row)
        classes = held.classes(matrix)[0]
        assert list(found.values[at]) == values
        assert np.array_equal(found.matrix[at], matrix[0], equal_nan=True)
        assert np.array_equal(found.classes[at], classes)
        assert found.answers[at] == held.answers(classes, values)


def test_many_rows_go_through_a_frame(held, rows, monkeypatch):
    monkeypatch.setattr(type(held.prepared), "of_request", None)
    assert len(held.batch(rows).classes) == N
    with pytest.raises(TypeError):
        held.batch(rows[:100])


def test_rows_that_lack_different_names_are_a_batch_too(held, rows):
    uneven = [*rows, {"ev_date": rows[0]["ev_date"], "ev_state": "CO", "acft_category": "AIR"}]
    found = held.batch(uneven)
    alone = held.encoded(fields.filled(uneven[-1]))[1][0]
    assert np.array_equal(found.matrix[-1], alone, equal_nan=True)


def test_a_wrong_input_in_a_batch_is_named(held, rows):
    for n in (3, N):
        wrong = [*rows[: n - 1], rows[0] | {"vis_sm": "far"}]
        with pytest.raises(InputError, match="vis_sm is str , expected a finite number"):
            held.batch(wrong)


def test_rows_may_tell_their_era(held, rows):
    early = [row | {"ev_date": dt.datetime(2005, 3, 1), "defining_phase_no": "540"} for row in rows]
    told = [early[0] | {"era": "2008+"}, *(row | {"era": None} for row in early[1:])]
    for asked in (early, told):
        found = held.batch(asked)
        for at in (0, 1):
            alone = held.encoded(asked[at])[1][0]
            assert np.array_equal(found.matrix[at], alone, equal_nan=True)


def test_rows_of_a_batch_are_no_part_of_each_others_past(held, rows):
    many = ManyRows(held.fatal)
    assert not {"ev_type", "ev_highest_injury"} & {*many.reads}


def test_causes_are_the_targets(held, models_folder, rows, table):
    model = targets.load(models_folder / "causes" / "scene")
    found = held.causes(matrix_of(held, rows[:40]))
    expected = np.concatenate([model.predict(one).to_numpy() for one in table])
    assert found == pytest.approx(expected, abs=1e-9)
    assert [family["name"] for family in held.families] == model.outputs


def test_a_horizon_without_a_target_says_so(held, models_folder, rows):
    early = engine.load(models_folder, "dispatch")
    matrix = matrix_of(early, rows[:1])
    assert (held.has_causes, early.has_causes) == (True, False)
    assert early.families == []
    with pytest.raises(BundleError, match="horizon 'dispatch' has no model of causes"):
        early.causes(matrix)


def test_an_explanation_adds_up_to_the_margin(held, rows):
    values, matrix = held.encoded(rows[0])
    own = held.fatal.booster.predict(fit.dmatrix(matrix, held.fatal.schema), pred_contribs=True)
    told = held.contributions(matrix)
    assert told == pytest.approx(own.astype(float), abs=1e-5)
    shares = held.explanation(told[0], values, 3)
    assert len(shares.shares) == 3
    assert shares.base_value == pytest.approx(own[0, -1], abs=1e-5)
    margin = shares.base_value + shares.rest + sum(share.contribution for share in shares.shares)
    assert margin == pytest.approx(held.fatal.margin_of(matrix)[0], abs=1e-5)
    largest = sorted(np.abs(own[0, :-1]))[:-4:-1]
    assert [abs(share.contribution) for share in shares.shares] == pytest.approx(largest, abs=1e-5)
    by_name = dict(zip(held.names, values, strict=True))
    assert all(share.value == by_name[share.feature] for share in shares.shares)


def test_every_number_says_what_it_means(held):
    assert held.estimands.keys() == {"fatal", "severity", "causes"}
    assert all("an accident happened" in sentence for sentence in held.estimands.values())


def test_models_of_different_runs_are_refused(models_folder, tmp_path):
    mixed = copytree(models_folder, tmp_path / "models")
    written = mixed / "fatal" / "scene" / "calibration.json"
    written.write_text(written.read_text().replace("0.9", "0.8"))
    with pytest.raises(BundleError, match="was trained beside the bundle `fatal`"):
        engine.load(mixed, "scene")
