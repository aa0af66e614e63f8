"""The whole API against its own description: no server error, answers as the schema says."""

import os
import subprocess
import sys

CASES = os.environ.get("SCHEMA_CASES", "3")
"""For each operation; `SCHEMA_CASES=150 pytest tests/serve/records/whole` tries thousands."""

CHECKS = "all"


def test_answers_are_as_described(documented_server, tmp_path):
    url, key = documented_server["HINDCAST_URL"], documented_server["HINDCAST_KEY"]
    run = "from schemathesis.cli import schemathesis; schemathesis()"
    command = [
        sys.executable, "-c", run, "--no-color", "run", f"{url}/openapi.json",
        "--header", f"X-API-Key: {key}", "--header", f"Authorization: Bearer {key}",
        "--checks", CHECKS, "--max-examples", CASES,
        "--generation-deterministic", "--warnings", "off", "--continue-on-failure",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert "No issues found" in done.stdout
