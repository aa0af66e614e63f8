"""The lock file and the conda environment say what pyproject.toml says."""

import re
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from hindcast import paths


@pytest.fixture(scope="module")
def project() -> dict:
    return tomllib.loads((paths.root() / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def locked() -> dict[str, list[str]]:
    """Versions by package name: several where they differ by Python version or platform."""
    found: dict[str, list[str]] = {}
    lines = (paths.root() / "requirements.lock").read_text()
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", lines, flags=re.MULTILINE):
        found.setdefault(canonicalize_name(name), []).append(version)
    return found


@pytest.fixture(scope="module")
def conda() -> dict:
    return yaml.safe_load((paths.root() / "environment.yml").read_text())


LOCKED = ("study", "serve", "dev")
"""Spark is half a gigabyte that the study itself does not need."""


def requirements(project: dict) -> list[Requirement]:
    extras = [lines for name, lines in project["optional-dependencies"].items() if name in LOCKED]
    return [Requirement(line) for line in sum(extras, list(project["dependencies"]))]


def test_every_requirement_is_locked_within_its_range(project, locked):
    for requirement in requirements(project):
        versions = locked.get(canonicalize_name(requirement.name), [])
        assert versions, f"{requirement} is not in requirements.lock: run `make lock`"
        assert any(requirement.specifier.contains(version) for version in versions), requirement


def test_the_lock_holds_hashes_and_no_addresses(locked):
    text = (paths.root() / "requirements.lock").read_text()
    assert text.count("--hash=sha256:") >= len(locked)
    assert "://" not in text
    assert "index-url" not in text


def test_conda_takes_python_packages_from_pyproject_alone(conda, project):
    *plain, pip = conda["dependencies"]
    assert pip == {"pip": ["-e .[study,serve,dev]"]}
    assert set(project["optional-dependencies"]) >= {"study", "serve", "dev"}
    assert {re.split(r"[<>=]", line)[0] for line in plain} == {
        "python", "make", "mdbtools", "pip", "quarto"
    }  # fmt: skip


def test_conda_python_is_the_projects_python(conda, project):
    (line,) = [line for line in conda["dependencies"] if str(line).startswith("python")]
    assert SpecifierSet(line.removeprefix("python")) == SpecifierSet(project["requires-python"])


def test_make_builds_the_environment_with_the_locked_uv(locked):
    makefile = (paths.root() / "Makefile").read_text()
    (version,) = re.findall(r"^UV_VERSION := (\S+)", makefile, flags=re.MULTILINE)
    assert locked["uv"] == [str(Version(version))]
