"""The whole API against its own description: no server error, answers as the schema says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx

CASES = os.environ.get("SCHEMA_CASES")
"""For each operation; `SCHEMA_CASES=150 pytest tests/serve/records/whole` tries thousands."""

EVERY_CHECK = """
[checks]
enabled = true
"""

RELATED = """
[[operations]]  # a search's fields and values, a key's end and now: no schema says what fits
include-path = ["/api/v1/search/advanced", "/api/v1/admin/keys"]
checks.positive_data_acceptance.enabled = false

[[operations]]  # an accident's fields contradict each other, an outcome is known by today
include-path-regex = "^/api/v1/predictions/"
checks.positive_data_acceptance.enabled = false
"""
"""Where a request may be right by the schema and wrong all the same."""

BRIEFLY = """
[[operations]]  # 15,000 cases of what others try: bodies of /severity, a tree's leaves, filters of
include-path = [  # /stats/summary
    "/api/v1/search/advanced", "/api/v1/predictions/causes", "/api/v1/predictions/severity/batch",
    "/api/v1/stats/yearly", "/api/v1/stats/by-state", "/api/v1/stats/by-phase",
    "/api/v1/analytics/correlations", "/api/v1/analytics/clusters"
]
phases.coverage.enabled = false
"""
"""What is left out where time is short."""


def tried(url: str, key: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run schemathesis with every check over every operation."""
    settings = folder / "schemathesis.toml"
    settings.write_text(EVERY_CHECK + RELATED + ("" if CASES else BRIEFLY), "utf-8")
    run = "from schemathesis.cli import schemathesis; schemathesis()"
    command = [
        sys.executable, "-c", run, "--config-file", settings, "--no-color", "run",
        f"{url}/openapi.json", "--max-examples", CASES or "5",
        # both, or it invents the one that is missing, and the server refuses two keys at once
        "--header", f"X-API-Key: {key}", "--header", f"Authorization: Bearer {key}",
        "--generation-deterministic", "--warnings", "off", "--continue-on-failure",
    ]  # fmt: skip
    env = os.environ | {"SCHEMATHESIS_HOOKS": "trying", "PYTHONPATH": str(Path(__file__).parent)}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def requests(url: str, key: str) -> dict[str, int]:
    """Return how many requests each status had, of those that came to a route."""
    told = httpx.get(f"{url}/metrics", headers={"X-API-Key": key}).text
    found: dict[str, int] = {}
    for route, status, count in re.findall(
        r'^hindcast_requests_total\{.*route="([^"]*)",status="(\d+)"\} ([\d.e+]+)', told, re.M
    ):
        name = "none" if route == "none" else status
        found[name] = found.get(name, 0) + int(float(count))
    return found


def test_answers_are_as_described(documented_server, tmp_path):
    url, key = documented_server["HINDCAST_URL"], documented_server["HINDCAST_KEY"]
    done = tried(url, key, tmp_path)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2000:]
    assert "No issues found" in done.stdout
    assert "Tested: 29" in done.stdout, done.stdout[-2000:]
    came = requests(url, key)
    # a run in which all is refused at the door would find nothing either
    assert came["none"] < 0.05 * sum(came.values()), came
    assert came["200"] > 0.25 * sum(came.values()), came
