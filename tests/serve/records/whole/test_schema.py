"""The whole API against its own description: no server error, answers as the schema says."""

import os
import subprocess
import sys

CASES = os.environ.get("SCHEMA_CASES", "10")
"""For each operation; `SCHEMA_CASES=150 pytest tests/serve/records/whole` tries thousands."""

CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance",
    "response_headers_conformance", "response_schema_conformance", "unsupported_method",
    "allow_header_conformance", "negative_data_rejection", "ignored_auth",
)  # fmt: skip


def test_answers_are_as_described(documented_server, tmp_path):
    url, key = documented_server["HINDCAST_URL"], documented_server["HINDCAST_KEY"]
    run = "from schemathesis.cli import schemathesis; schemathesis()"
    command = [
        sys.executable, "-c", run, "--no-color", "run", f"{url}/openapi.json",
        "--header", f"X-API-Key: {key}", "--checks", ",".join(CHECKS), "--max-examples", CASES,
        "--phases", "examples,coverage,fuzzing", "--generation-deterministic",
        "--generation-database", "none", "--warnings", "off", "--continue-on-failure",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "No issues found" in done.stdout
