"""What the OpenAPI document says of the prediction routes."""

import pytest
from jsonschema import Draft202012Validator

from hindcast.serve.forecast import fields, reading
from hindcast.serve.schemas import accident as schema

ROUTES = {
    "/api/v1/predictions/severity": "predict_severity",
    "/api/v1/predictions/severity/batch": "predict_severity_batch",
    "/api/v1/predictions/causes": "predict_causes",
    "/api/v1/predictions/{prediction_id}/outcome": "record_outcome",
}
VALIDATOR = Draft202012Validator(schema.schema())


@pytest.fixture(scope="module")
def document(steady):
    return steady.app.openapi()


@pytest.mark.parametrize(("path", "operation"), ROUTES.items())
def test_each_route_tells_its_answer_its_errors_and_an_example(document, path, operation):
    told = document["paths"][path]["post"]
    assert told["operationId"] == operation
    assert {"200", "400", "401", "403", "404", "413", "415", "422", "429", "503"} <= {
        *told["responses"]
    }
    assert told["responses"]["200"]["content"]["application/json"]["schema"]
    problem = told["responses"]["422"]["content"]
    assert problem.keys() == {"application/problem+json"}
    assert told["requestBody"]["content"]["application/json"]["examples"]


def test_the_query_of_each_route_is_what_it_reads(document):
    told = {
        path: {one["name"] for one in document["paths"][path]["post"].get("parameters", [])}
        for path in ROUTES
    }
    assert list(told.values()) == [
        {"horizon", "model", "explain", "detail"},
        {"horizon", "model", "explain", "detail", "partial"},
        {"horizon", "model", "detail"},
        {"prediction_id", "replace"},
    ]


def test_the_schema_has_every_field_with_its_unit_and_limits(document):
    told = document["components"]["schemas"]["Accident"]
    assert told == schema.schema()
    assert told["properties"].keys() == fields.declared().keys()
    assert told["properties"]["vis_sm"]["maximum"] == 100
    assert "Unit: kts." in told["properties"]["wind_vel_kts"]["description"]
    assert "HELI (Helicopter)" in told["properties"]["acft_category"]["description"]


def test_the_schema_is_a_schema_and_the_examples_fit():
    Draft202012Validator.check_schema(schema.schema())
    for example in schema.EXAMPLES.values():
        assert not list(VALIDATOR.iter_errors(example["value"]))
    whole = {name: field.example for name, field in fields.declared().items()}
    assert not list(VALIDATOR.iter_errors(whole))


ODD = [None, "", "x\x00", "Y", 0, -1, 1e9, 0.5, True, [], ["PLT"], {}, "2020-01-15"]


@pytest.mark.parametrize("name", sorted(fields.declared()))
def test_what_is_read_fits_the_schema(name):
    base = {needed: fields.declared()[needed].example for needed in fields.NEEDED}
    for value in ODD:
        if value is not None and reading.readers()[name](value) is not reading.BAD:
            assert not list(VALIDATOR.iter_errors(base | {name: value}))
