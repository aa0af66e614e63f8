"""Settings of the environment: read, refused by name, and the start that they stop."""

import os
import subprocess
import sys

import pytest

from hindcast.serve import environment, run
from hindcast.serve.environment import SettingsError
from hindcast.serve.settings import Settings


@pytest.fixture
def given(monkeypatch):
    """Set variables; those of this machine are out of the way."""
    for name in list(os.environ):
        if name.startswith(environment.PREFIX):
            monkeypatch.delenv(name)

    def put(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return put


def refused() -> str:
    with pytest.raises(SettingsError) as told:
        environment.read()
    return str(told.value)


def test_settings_are_read(given):
    given(
        HINDCAST_PORT="0",
        HINDCAST_PUBLIC_READ="true",
        HINDCAST_CORS_ORIGINS="https://a.example, http://localhost:3000",
        HINDCAST_TRUSTED_PROXIES="10.0.0.0/8,::1",
        HINDCAST_TIMEOUT_SECONDS="2.5",
    )
    settings = environment.read()
    assert (settings.port, settings.public_read, settings.timeout_seconds) == (0, True, 2.5)
    assert settings.cors_origins == ("https://a.example", "http://localhost:3000")
    assert settings.trusted_proxies == ("10.0.0.0/8", "::1")


def test_without_any_variable_the_server_is_closed_and_local(given):
    settings = environment.read()
    assert settings.host == "127.0.0.1"
    assert not settings.public_read
    assert not settings.public_metrics
    assert settings.cors_origins == ()
    assert settings.trusted_proxies == ()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("HINDCAST_PORT", "abc", "HINDCAST_PORT is 'abc': expected a valid integer"),
        (
            "HINDCAST_PORT",
            "70000",
            "HINDCAST_PORT is '70000': expected less than or equal to 65535",
        ),
        ("HINDCAST_WORKERS", "0", "HINDCAST_WORKERS is '0': expected greater than or equal to 1"),
        ("HINDCAST_TIMEOUT_SECONDS", "nan", "is 'nan': expected a finite number"),
        ("HINDCAST_PUBLIC_READ", "perhaps", "is 'perhaps': expected a valid boolean"),
        ("HINDCAST_CORS_ORIGINS", "a.example", "expected origins as https://example.org"),
        ("HINDCAST_CORS_ORIGINS", "https://a.example/x", "expected origins as"),
        ("HINDCAST_TRUSTED_PROXIES", "proxy", "expected addresses or networks as 10.0.0.0/8"),
        ("HINDCAST_LOG_LEVEL", "loud", "expected 'debug', 'info', 'warning' or 'error'"),
        ("HINDCAST_ROOT_PATH", "x/", "HINDCAST_ROOT_PATH is 'x/': expected to match"),
        ("HINDCAST_HOST", "", "HINDCAST_HOST is '': expected to have at least 1 character"),
    ],
)
def test_a_wrong_one_is_named_with_what_was_found_and_expected(given, name, value, told):
    given(**{name: value})
    message = refused()
    assert told in message
    assert name in message
    assert "\n" not in message


@pytest.mark.parametrize("name", ["HINDCAST_DATABASE_URL", "HINDCAST_REDIS_URL"])
def test_a_password_is_never_told(given, name):
    given(**{name: "mysql://me:hunter2@host/db"})
    message = refused()
    assert name in message
    assert "hunter2" not in message


def test_a_long_value_is_cut(given):
    given(HINDCAST_PORT="9" * 9000)
    assert len(refused()) < 300


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("HINDCAST_PROT", "HINDCAST_PORT"),
        ("HINDCAST_PUBLIC_RAED", "HINDCAST_PUBLIC_READ"),
        ("HINDCAST_REDIS_ULR", "HINDCAST_REDIS_URL"),
        ("hindcast_wrokers", "HINDCAST_WORKERS"),
    ],
)
def test_an_unknown_one_is_told_with_the_nearest(given, name, meant):
    given(**{name: "1"})
    assert refused() == f"{name} is no setting: unset it, or is {meant} meant?"


def test_variables_of_the_rest_of_the_package_are_let_be(given):
    given(**dict.fromkeys(environment.READ_ELSEWHERE, "/somewhere"))
    assert environment.read() == Settings()


def test_all_faults_are_told_at_once(given):
    given(HINDCAST_PORT="x", HINDCAST_WORKERS="y", HINDCAST_NONSENSE="z")
    assert [line.split()[0] for line in refused().split("\n")] == [
        "HINDCAST_NONSENSE", "HINDCAST_PORT", "HINDCAST_WORKERS"
    ]  # fmt: skip


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_says_what_it_is_for(name):
    assert Settings.model_fields[name].description


def test_without_models_it_says_what_to_run(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no trained models at .*: run `make run` first"):
        run.check(Settings(models=tmp_path, warehouse=tmp_path / "no.duckdb"))


def test_models_without_a_warehouse_may_be_served(tmp_path, models_folder):
    run.check(Settings(models=models_folder, warehouse=tmp_path / "no.duckdb"))


def served(**variables):
    clean = {name: value for name, value in os.environ.items() if "HINDCAST_" not in name}
    command = [sys.executable, "-c", "from hindcast.cli import run; run()", "serve"]
    return subprocess.run(
        command, env=clean | variables, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_wrong_one_stops_the_start_with_one_message():
    told = served(HINDCAST_PORT="abc")
    assert told.returncode == 1
    assert told.stdout == ""
    assert told.stderr.startswith("error: HINDCAST_PORT is 'abc': expected a valid integer")
    assert told.stderr.count("\n") == 1


def test_what_is_not_there_stops_the_start_with_one_message(tmp_path):
    told = served(HINDCAST_MODELS=str(tmp_path))
    assert told.returncode == 1
    assert told.stderr.startswith("error: no trained models at ")
    assert "make run" in told.stderr
    assert "Traceback" not in told.stderr
