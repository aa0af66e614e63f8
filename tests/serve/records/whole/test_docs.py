"""The examples of the documentation, run as they stand against a server of a small study."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from hindcast.serve import environment

DOCS = Path(__file__).parents[4] / "docs"
FENCE = re.compile(r"^```(bash|python|javascript)\n(.*?)^```$", re.M | re.S)
RUNNERS = {
    "bash": ["bash", "-euo", "pipefail", "-c"],
    "python": [sys.executable, "-c"],
    "javascript": ["node", "--input-type=module", "-e"],
}
NEEDED = {"bash": "curl", "python": sys.executable, "javascript": "node"}

EXAMPLES = [
    pytest.param(language, code, id=f"{page.stem}-{number}-{language}")
    for page in sorted(DOCS.glob("*.qmd"))
    for number, (language, code) in enumerate(FENCE.findall(page.read_text("utf-8")))
]


@pytest.mark.parametrize(("language", "code"), EXAMPLES)
def test_an_example_does_what_it_says(language, code, documented_server):
    if shutil.which(NEEDED[language]) is None:
        pytest.skip(f"no {NEEDED[language]} here")
    done = subprocess.run(
        [*RUNNERS[language], code],
        env=os.environ | documented_server,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip()


def test_every_route_is_on_the_page(documented_server):
    described = httpx.get(f"{documented_server['HINDCAST_URL']}/openapi.json").json()
    page = (DOCS / "routes.qmd").read_text("utf-8")
    paths = [path.removeprefix("/api/v1") for path in described["paths"]]
    assert len(paths) > 20
    assert [path for path in paths if path not in page] == []


def test_the_variables_that_clients_read_stop_no_command(documented_server):
    assert environment.read(documented_server).host == "127.0.0.1"
