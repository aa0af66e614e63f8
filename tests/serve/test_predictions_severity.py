"""What POST /predictions/severity answers: known values, and what is said of the fields."""

import json

import numpy as np
import pytest

from hindcast.features.onerow.given import checked
from hindcast.model import bundle, single
from hindcast.model.targets import bundle as targets
from hindcast.serve.forecast import fields, reading, recording, words
from hindcast.serve.schemas import accident as schema
from hindcast.serve.schemas import predictions

URL = "/api/v1/predictions/severity"


@pytest.fixture
def client(steady):
    return steady


def asked(client, given, **query):
    told = client.post(URL, json=given, params=query)
    assert told.status_code == 200, told.text
    return predictions.Severity.model_validate_json(told.content, strict=True).model_dump()


@pytest.mark.parametrize("horizon", ["dispatch", "event", "scene"])
def test_the_probabilities_are_the_bundles(client, accident, models_folder, horizon):
    found = asked(client, accident, horizon=horizon)
    fatal = bundle.load(models_folder / "fatal" / horizon)
    prepared = single.prepare(fatal)
    inputs = fields.filled(reading.read(accident)[0])
    matrix = prepared.encoded(prepared.features(checked(inputs)))
    assert found["fatal"] == pytest.approx(fatal.probability_of(matrix)[0], abs=1e-6)
    severity = targets.load(models_folder / "severity" / horizon, fatal)
    expected = severity.from_matrix(matrix).row(0, named=True)
    assert found["classes"] == pytest.approx(expected, abs=1e-6)
    assert sum(found["classes"].values()) == pytest.approx(1)
    assert found["classes"]["fatal"] == found["fatal"]


def test_the_likeliest_class_is_in_the_set_and_the_promise_beside_it(client, accident):
    found = asked(client, accident)
    likeliest = max(found["classes"], key=found["classes"].get)
    assert likeliest in found["answer_set"]["classes"]
    assert found["answer_set"]["coverage"] == 0.9
    assert "90%" in found["answer_set"]["how_to_read"]


def test_an_answer_says_what_it_is_and_is_not(client, accident, models_folder):
    found = asked(client, accident)
    manifest = bundle.load(models_folder / "fatal" / "event").manifest
    assert found["estimand"] == manifest["estimand"]
    assert found["trained_until"] == manifest["history_until"]
    assert found["role"] == "champion"
    assert len(found["prediction_id"]) == 32


@pytest.mark.parametrize(
    ("more", "expected", "why"),
    [
        ({}, "event", "ev_nr_apt_loc is known from the event on"),
        ({"damage": "SUBS"}, "scene", "damage is known from the scene on"),
        ({"damage": None}, "event", "ev_nr_apt_loc"),
        ({"ev_nr_apt_loc": None, "defining_phase_no": None}, "dispatch", "no field"),
        ({"finding_codes": ["0105850000"]}, "scene", "no model at the horizon investigation"),
    ],
)
def test_the_fields_decide_the_horizon(client, accident, more, expected, why):
    found = asked(client, accident | more)
    assert (found["horizon"], why in found["horizon_why"]) == (expected, True)


def test_an_asked_horizon_ignores_what_is_known_later_and_says_so(client, accident):
    found = asked(client, accident, horizon="dispatch")
    assert found["horizon"] == "dispatch"
    told = {one["field"]: one["why"] for one in found["fields"]["ignored"]}
    assert told["defining_phase_no"].startswith("known from the event on")
    without = {k: v for k, v in accident.items() if k not in told}
    assert asked(client, without, horizon="dispatch")["fatal"] == found["fatal"]


def test_a_field_that_the_model_does_not_read_is_ignored_with_the_reason(client, accident):
    found = asked(client, accident | {"wx_temp": 20.0})
    assert found["fields"]["ignored"] == [
        {"field": "wx_temp", "why": "no feature of this model reads it"}
    ]
    assert found["fatal"] == asked(client, accident)["fatal"]


def test_used_and_missing_are_what_the_model_reads(client):
    given = {"ev_date": "2020-01-15", "ev_state": "CO", "acft_category": "AIR"}
    short, full = asked(client, given), asked(client, given, detail="full")
    assert set(short["fields"]["used"]) == set(given)
    assert len(short["fields"]["missing"]) == 10 < short["fields"]["n_missing"]
    assert len(full["fields"]["missing"]) == full["fields"]["n_missing"]
    assert full["fields"]["missing"][:10] == short["fields"]["missing"]


def test_the_weightiest_missing_field_comes_first(client):
    view = client.app.state.services.shelf.choose("scene").engine.view
    weights = list(view.reads.values())
    assert weights == sorted(weights, reverse=True)
    assert weights[0] > weights[-1] >= 0


def test_contributions_add_up_and_speak_plainly(client, accident, models_folder):
    found = asked(client, accident, explain=3)["explanation"]
    assert len(found["contributions"]) == 3
    booster = bundle.load(models_folder / "fatal" / "event")
    prepared = single.prepare(booster)
    matrix = prepared.encoded(prepared.features(fields.filled(reading.read(accident)[0])))
    shares = sum(one["contribution"] for one in found["contributions"])
    margin = found["base_value"] + shares + found["rest"]
    assert margin == pytest.approx(booster.margin_of(matrix)[0], abs=1e-4)
    sizes = [abs(one["contribution"]) for one in found["contributions"]]
    assert sizes == sorted(sizes, reverse=True)
    for one in found["contributions"]:
        assert one["label"] == words.words()[one["feature"]].label
        assert one["direction"] == ("raises" if one["contribution"] > 0 else "lowers")


def test_the_age_of_a_pilot_is_in_no_answer(client, accident):
    told = client.post(URL, json=accident | {"crew_age": 97, "vis_sm": 3.0}, params={"explain": 20})
    by_feature = {one["feature"]: one for one in told.json()["explanation"]["contributions"]}
    assert by_feature["pilot_age_years"]["is_withheld"]
    assert by_feature["pilot_age_years"]["value"] is None
    assert by_feature["visibility_sm"]["value"] == 3.0
    unusual = {one["feature"]: one for one in told.json()["unusual"]}
    assert unusual["pilot_age_years"]["value"] is None
    assert 97 not in [one["value"] for one in (*by_feature.values(), *unusual.values())]


def test_what_training_did_not_meet_is_told(client, accident):
    found = asked(client, accident | {"acft_make": "NOBODY KNOWS", "vis_sm": 99.0})
    told = {one["feature"]: one for one in found["unusual"]}
    assert told["make"]["value"] == "NOBODY KNOWS"
    assert told["visibility_sm"]["why"] == "training has values from 1 to 10"
    assert "make" not in {one["feature"] for one in asked(client, accident)["unusual"]}


def test_unusual_agrees_with_the_rules_for_frames(client, accident):
    import polars as pl

    from hindcast.model import unusual

    engine = client.app.state.services.shelf.choose("event").engine
    row = accident | {"acft_make": "NOBODY", "vis_sm": 99.0, "crew_age": 12, "far_part": "137"}
    values, matrix = engine.encoded(fields.filled(reading.read(row)[0]))
    found = {one["feature"] for one in engine.view.unusual(values, matrix[0])}
    frame = pl.DataFrame({n: [v] for n, v in zip(engine.names, values, strict=True)})
    expected = unusual.report(frame, engine.fatal.schema)
    assert found == expected["unseen"].keys() | expected["outside"].keys() != set()


def test_codes_that_no_list_knows_are_answered_and_told(client, accident):
    old_cruise = asked(client, accident | {"defining_phase_no": "540", "light_cond": "GLOW"})
    assert old_cruise["fields"]["unknown_codes"] == {
        "defining_phase_no": "540",
        "light_cond": "GLOW",
    }
    old = accident | {"ev_date": "2005-06-15", "defining_phase_no": "540"}
    assert asked(client, old)["fields"]["unknown_codes"] == {}


def test_case_and_blanks_of_codes_do_not_matter(client, accident):
    lower = accident | {"ev_state": "co ", "acft_category": "air", "homebuilt": "n"}
    assert asked(client, lower)["fatal"] == asked(client, accident)["fatal"]


def test_the_examples_of_the_document_are_answered_at_their_horizons(client):
    found = [asked(client, one["value"])["horizon"] for one in schema.EXAMPLES.values()]
    assert found == ["dispatch", "event", "scene"]


def test_null_is_as_good_as_left_out(client, accident):
    nulls = dict.fromkeys(fields.declared()) | accident
    assert asked(client, nulls)["fatal"] == asked(client, accident)["fatal"]


def test_an_answer_is_logged_without_what_tells_of_a_person(client, accident):
    services = client.app.state.services
    told = client.post(URL, json=accident, headers={"X-Request-ID": "mine"}).json()
    kept = client.portal.call(services.store.prediction, told["prediction_id"])
    assert (kept.target, kept.horizon, kept.version) == ("severity", "event", told["model_version"])
    assert (kept.fatal, json.loads(kept.classes)) == (told["fatal"], told["classes"])
    assert (kept.request_id, kept.is_answered, kept.inputs) == ("mine", True, None)
    assert kept.latency_ms > 0
    given, _ = reading.read(accident)
    assert kept.inputs_sha256 == recording.kept(given, "hashed")[0]
    shuffled = dict(reversed(given.items())) | {"crew_age": 20}
    assert recording.kept(shuffled, "hashed")[0] == kept.inputs_sha256


@pytest.mark.parametrize("name", sorted(fields.personal()))
def test_no_personal_field_is_ever_kept(accident, name):
    example = fields.declared()[name].example
    given, faults = reading.read(accident | {name: example})
    assert not faults
    assert name in given
    assert name not in json.loads(recording.kept(given, "kept")[1])


def test_every_feature_has_words_of_its_own():
    from hindcast.features.catalog import FEATURES

    told = words.words()
    assert told.keys() == {feature.name for feature in FEATURES}
    labels = [one.label for one in told.values()]
    assert len(set(labels)) == len(labels)
    assert all(label == label.strip() and 3 <= len(label) <= 90 for label in labels)
    assert told["crew_age_gap_years"].is_personal


def test_what_a_model_does_not_read_never_changes_its_forecast(client, accident):
    engine = client.app.state.services.shelf.choose("scene").engine
    others = {n: f.example for n, f in fields.declared().items() if n not in engine.view.reads}
    base = reading.read(accident)[0]
    more, _ = reading.read({**others, **accident, "era": None})
    assert len(more) > len(base) + 50
    one, other = (engine.encoded(fields.filled(given))[1] for given in (base, more))
    assert np.array_equal(one, other, equal_nan=True)
