"""The whole API against its own description: no server error, answers as the schema says."""

import os

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

CASES = int(os.environ.get("SCHEMA_CASES", "12"))
"""For each operation; `SCHEMA_CASES=200 pytest tests/serve/records/whole` tries thousands."""

schema = schemathesis.pytest.from_fixture("described_api")


@pytest.fixture(scope="session")
def described_api(documented_server):
    return schemathesis.openapi.from_url(f"{documented_server['HINDCAST_URL']}/openapi.json")


@schema.parametrize()
@settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck))
def test_an_answer_is_as_described(case, documented_server):
    case.call_and_validate(headers={"X-API-Key": documented_server["HINDCAST_KEY"]})
