"""The project is found from any folder inside it."""

import pytest

from hindcast import paths


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    monkeypatch.delenv("HINDCAST_HOME", raising=False)
    for name in ("params.yaml", "dvc.yaml"):
        (tmp_path / name).touch()
    return tmp_path


def test_the_project_is_found_from_its_notebooks_folder(checkout):
    (checkout / "notebooks").mkdir()
    assert paths.root(checkout / "notebooks") == checkout


def test_outside_a_project_the_error_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.delenv("HINDCAST_HOME", raising=False)
    with pytest.raises(FileNotFoundError, match="HINDCAST_HOME"):
        paths.root(tmp_path)


def test_records_are_read_from_where_the_user_says(tmp_path, monkeypatch):
    monkeypatch.setenv("HINDCAST_RAW", str(tmp_path))
    assert paths.raw() == tmp_path
