"""Batches, findings, outcomes: what they answer and what they refuse."""

import pytest

from hindcast.model.targets import bundle as targets
from hindcast.serve.forecast import fields, reading
from hindcast.serve.schemas import predictions

URL = "/api/v1/predictions"
BATCH = f"{URL}/severity/batch"


@pytest.fixture
def client(steady):
    return steady


def batch(client, rows, **query):
    told = client.post(BATCH, json={"rows": rows}, params=query)
    assert told.status_code == 200, told.text
    predictions.Batch.model_validate_json(told.content, strict=True)
    return told.json()


def test_a_batch_is_its_rows_one_by_one(client, accident):
    rows = [
        accident,
        accident | {"damage": "DEST", "acft_fire": "GRD"},
        {k: accident[k] for k in fields.NEEDED},
        accident | {"vis_sm": 1},
    ]
    found = batch(client, rows)
    alone = [client.post(f"{URL}/severity", json=row).json() for row in rows]
    assert (found["n_rows"], found["n_bad"]) == (4, 0)
    assert [one["row"] for one in found["rows"]] == [0, 1, 2, 3]
    for one, other in zip(found["rows"], alone, strict=True):
        assert one["fatal"] == pytest.approx(other["fatal"], abs=1e-9)
        for name in ("horizon", "answer_set", "unusual"):
            assert one[name] == other[name]
        assert one["fields"]["n_missing"] == other["fields"]["n_missing"]
        assert found["models"][one["horizon"]]["model_version"] == other["model_version"]
    assert found["models"].keys() == {"dispatch", "event", "scene"}


def test_each_row_of_a_batch_is_logged_under_its_own_id(client, accident):
    found = batch(client, [accident, accident | {"vis_sm": 1}])
    ids = [one["prediction_id"] for one in found["rows"]]
    store = client.app.state.services.store
    kept = [client.portal.call(store.prediction, one) for one in ids]
    assert [row.fatal for row in kept] == [one["fatal"] for one in found["rows"]]
    assert len(set(ids)) == 2


def sizes(told):
    shares = told["explanation"]["contributions"]
    return {share["feature"]: share["contribution"] for share in shares}


def test_rows_of_a_batch_are_explained(client, accident):
    found = batch(client, [accident, accident | {"vis_sm": 1}], explain=2)
    for one, row in zip(found["rows"], (accident, accident | {"vis_sm": 1}), strict=True):
        alone = client.post(f"{URL}/severity", json=row, params={"explain": 2}).json()
        sizes = [
            {
                share["feature"]: share["contribution"]
                for share in told["explanation"]["contributions"]
            }
            for told in (one, alone)
        ]
        assert sizes[0] == pytest.approx(sizes[1], abs=1e-6)
        assert one["explanation"]["rest"] == pytest.approx(alone["explanation"]["rest"], abs=1e-6)


def test_a_batch_tells_of_all_missing_fields_when_asked(client, accident):
    (one,) = batch(client, [accident], detail="full")["rows"]
    assert len(one["fields"]["missing"]) == one["fields"]["n_missing"]


def test_one_bad_row_is_named_and_refuses_the_batch(client, accident):
    told = client.post(BATCH, json={"rows": [accident, accident | {"vis_sm": 9999}, 5]})
    assert told.status_code == 422
    assert "2 of 3 rows are bad, the first is row 1" in told.json()["detail"]
    assert [one["row"] for one in told.json()["errors"]] == [1, 2]
    assert told.json()["errors"][0]["where"] == "vis_sm"


def test_the_good_rows_are_answered_on_request(client, accident):
    found = batch(client, [accident, accident | {"vis_sm": 9999}, accident], partial="true")
    assert found["n_bad"] == 1
    assert [one["row"] for one in found["rows"]] == [0, 1, 2]
    assert "errors" in found["rows"][1]
    assert found["rows"][0]["fatal"] == found["rows"][2]["fatal"]


def test_a_batch_of_bad_rows_alone_is_refused_in_any_case(client, accident):
    told = client.post(BATCH, json={"rows": [{}]}, params={"partial": "true"})
    assert told.status_code == 422


@pytest.mark.parametrize(
    "body", [{}, {"rows": []}, {"rows": {}}, {"rows": [{}], "more": 1}, {"rows": None}]
)
def test_what_is_no_batch_is_refused(client, body):
    assert client.post(BATCH, json=body).status_code == 422


def test_a_batch_has_a_limit_and_an_explained_one_a_lower(client, accident):
    many = client.post(BATCH, json={"rows": [accident] * 1001})
    assert (many.status_code, "1000 rows at most" in many.json()["detail"]) == (422, True)
    explained = client.post(BATCH, json={"rows": [accident] * 201}, params={"explain": 1})
    assert (explained.status_code, "200 explained" in explained.json()["detail"]) == (422, True)


def test_a_key_that_stands_twice_in_a_row_is_found(client):
    body = b'{"rows": [{"ev_state": "CO", "ev_state": "TX"}]}'
    told = client.post(BATCH, content=body, headers={"content-type": "application/json"})
    assert (told.status_code, "'ev_state' stands twice" in told.json()["detail"]) == (400, True)


def causes(client, given, **query):
    told = client.post(f"{URL}/causes", json=given, params=query)
    assert told.status_code == 200, told.text
    predictions.Causes.model_validate_json(told.content, strict=True)
    return told.json()


def test_findings_are_the_bundles_likeliest_first(client, accident, models_folder):
    found = causes(client, accident)
    engine = client.app.state.services.shelf.choose("event").engine
    _, matrix = engine.encoded(fields.filled(reading.read(accident)[0]))
    bundle = targets.load(models_folder / "causes" / "event")
    expected = bundle.from_matrix(matrix).row(0, named=True)
    assert {one["name"]: one["probability"] for one in found["families"]} == pytest.approx(
        expected, abs=1e-6
    )
    told = [one["probability"] for one in found["families"]]
    assert told == sorted(told, reverse=True)
    assert found["estimand"] == engine.estimands["causes"]
    store = client.app.state.services.store
    kept = client.portal.call(store.prediction, found["prediction_id"])
    assert (kept.target, kept.fatal) == ("causes", None)


@pytest.mark.parametrize(
    ("more", "expected"),
    [({}, "event"), ({"damage": "DEST"}, "scene"), ({"finding_codes": ["0105850000"]}, "scene")],
)
def test_findings_are_forecast_at_the_event_and_the_scene(client, accident, more, expected):
    assert causes(client, accident | more)["horizon"] == expected


def test_a_planned_flight_is_asked_at_the_event_and_told_so(client, accident):
    given = {k: accident[k] for k in ("ev_date", "ev_state", "acft_category")}
    found = causes(client, given)
    assert found["horizon"] == "event"
    assert "no model at the horizon dispatch" in found["horizon_why"]


@pytest.mark.parametrize("horizon", ["dispatch", "investigation"])
def test_findings_have_no_forecast_elsewhere(client, accident, horizon):
    told = client.post(f"{URL}/causes", json=accident, params={"horizon": horizon})
    assert told.status_code == 404
    assert "ask for event or scene" in told.json()["detail"]


@pytest.fixture
def predicted(client, accident):
    return client.post(f"{URL}/severity", json=accident).json()["prediction_id"]


def turned_out(client, prediction_id, injury="FATL", as_of="2020-06-01", **query):
    body = {"ev_highest_injury": injury, "as_of": as_of}
    return client.post(f"{URL}/{prediction_id}/outcome", json=body, params=query)


def test_an_outcome_is_recorded_and_may_be_repeated(client, predicted):
    told = turned_out(client, predicted)
    assert told.status_code == 200, told.text
    predictions.Outcome.model_validate_json(told.content, strict=True)
    assert (told.json()["class"], told.json()["as_of"]) == ("fatal", "2020-06-01")
    assert turned_out(client, predicted).status_code == 200


def test_another_outcome_needs_to_be_meant(client, predicted):
    turned_out(client, predicted)
    refused = turned_out(client, predicted, "NONE")
    assert refused.status_code == 409
    assert turned_out(client, predicted, "NONE", replace="true").json()["class"] == "none"


@pytest.mark.parametrize("prediction_id", ["0" * 32, "nonsense", "0" * 31 + "Z", "%00"])
def test_an_outcome_of_no_prediction_is_not_found(client, prediction_id):
    assert turned_out(client, prediction_id).status_code == 404


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"as_of": "2020-06-01"}, "ev_highest_injury"),
        ({"ev_highest_injury": "DEAD", "as_of": "2020-06-01"}, "ev_highest_injury"),
        ({"ev_highest_injury": "NONE", "as_of": "2120-06-01"}, "as_of"),
        ({"ev_highest_injury": "NONE", "as_of": "1920-06-01"}, "as_of"),
        ({"ev_highest_injury": "NONE", "as_of": "2020-02-30"}, "as_of"),
        ({"ev_highest_injury": ["NONE"], "as_of": 5}, "as_of"),
        ({"ev_highest_injury": "NONE", "as_of": "2020-06-01", "name": "x"}, "name"),
    ],
)
def test_an_outcome_that_cannot_be_is_refused(client, predicted, body, where):
    told = client.post(f"{URL}/{predicted}/outcome", json=body)
    assert told.status_code == 422
    assert where in [one["where"] for one in told.json()["errors"]]


def test_the_models_of_a_version_are_asked_for_by_name(client, accident):
    version = client.post(f"{URL}/severity", json=accident).json()["model_version"]
    told = client.post(f"{URL}/severity", json=accident, params={"model": version})
    assert told.json()["model_version"] == version
    missing = client.post(f"{URL}/severity", json=accident, params={"model": "0" * 12})
    assert missing.status_code == 404
