"""What collaborators and workflows are told to run is there."""

import re

import pytest
import yaml

from hindcast import paths

ROOT = paths.root()
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def commands(workflow) -> list[str]:
    jobs = yaml.safe_load(workflow.read_text())["jobs"].values()
    return [step["run"] for job in jobs for step in job["steps"] if "run" in step]


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_runs_what_the_project_has(workflow):
    for command in commands(workflow):
        for target in re.findall(r"make ([a-z]+)\b", command):
            assert target in TARGETS
        for script in re.findall(r"\.ci/\w+", command):
            assert (ROOT / script).stat().st_mode & 0o100, script


def test_the_workflows_check_run_the_study_and_publish():
    run = [command for workflow in WORKFLOWS for command in commands(workflow)]
    assert {"make run", ".ci/run", ".venv/bin/hindcast site --published"} <= set(run)


def test_what_contributing_names_is_there():
    text = (ROOT / "CONTRIBUTING.md").read_text()
    assert set(re.findall(r"make ([a-z]+)", text)) <= TARGETS
    for path in re.findall(r"`((?:src|tests|data|notebooks)/[\w/.]+)`", text):
        if not re.search("verb|NN", path):
            assert (ROOT / path).exists(), path
    assert len(text.splitlines()) <= 60


def test_hooks_keep_records_out_of_git():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    pattern = next(hook["files"] for hook in hooks if hook["id"] == "no-records")
    assert re.search(pattern, "data/interim/core/events.parquet")
    assert not re.search(pattern, "data/raw/README.md")
    assert not re.search(pattern, "data/reference/states.csv")
