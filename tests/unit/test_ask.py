"""Questions in SQL read what a run wrote, and nothing else."""

import json

import polars as pl
import pytest

from hindcast import ask, paths
from hindcast.ask import commands, worked


@pytest.fixture
def processed(tmp_path):
    """Write the tables of a run of three accidents."""
    (tmp_path / "marts").mkdir()
    yearly = pl.DataFrame({"year": [2020, 2021], "accidents": [1, 2], "fatal_share": [0.0, 0.5]})
    yearly.write_parquet(tmp_path / "marts" / "yearly.parquet")
    (tmp_path / "accidents" / "year=2020").mkdir(parents=True)
    accidents = pl.DataFrame({"ev_id": ["a", "b", "c"], "is_fatal": [True, False, None]})
    accidents.write_parquet(tmp_path / "accidents" / "year=2020" / "accidents_0.parquet")
    return tmp_path


def test_a_question_is_answered(processed):
    found = ask.ask("SELECT count(*) AS n, count(is_fatal) AS known FROM accidents", processed)
    assert found.to_dict("records") == [{"n": 3, "known": 2}]


def test_what_can_be_asked_is_listed(processed):
    found = ask.overview(processed)
    assert found["name"].tolist() == ["accidents", "mart_yearly"]
    assert found["rows"].tolist() == [3, 2]


def test_a_pivot_is_a_question(processed):
    found = ask.ask("PIVOT (SELECT is_fatal FROM accidents) ON is_fatal USING count(*)", processed)
    assert found.to_dict("records") == [{"false": 1, "true": 1}]


@pytest.mark.parametrize(
    "statement",
    ["COPY accidents TO 'x.csv'", "ATTACH 'x'", "SELECT 1; SELECT 2", "", "INSTALL httpfs"],
)
def test_what_is_no_single_question_is_refused(processed, statement, tmp_path):
    with pytest.raises(ask.AskError, match="one SELECT"):
        ask.ask(statement, processed)
    assert not (tmp_path / "x.csv").exists()


def test_other_files_are_out_of_reach(processed, tmp_path_factory):
    other = tmp_path_factory.mktemp("other") / "secret.csv"
    other.write_text("a\n1\n")
    with pytest.raises(ask.AskError, match="Permission"):
        ask.ask(f"FROM '{other}'", processed)


def test_a_fault_in_the_sql_names_what_can_be_asked(processed):
    with pytest.raises(ask.AskError, match="mart_yearly, accidents"):
        ask.ask("FROM mart_yearli", processed)
    with pytest.raises(ask.AskError, match="syntax"):
        ask.ask("SELEC 1", processed)


def test_without_a_run_it_says_what_to_do(tmp_path):
    with pytest.raises(ask.AskError, match="make run"):
        ask.ask("SELECT 1", tmp_path)


def test_the_answer_can_be_kept_and_comes_from_a_file(processed, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "processed", lambda: processed)
    (tmp_path / "q.sql").write_text("SELECT year FROM mart_yearly ORDER BY year")
    commands.answered("", tmp_path / "q.sql", tmp_path / "years.csv")
    assert (tmp_path / "years.csv").read_text() == "year\n2020\n2021\n"
    with pytest.raises(ask.AskError, match="give one of them"):
        commands.answered("SELECT 1", tmp_path / "q.sql", None)
    with pytest.raises(ask.AskError, match="no file"):
        commands.answered("", tmp_path / "none.sql", None)


def test_worked_queries_become_a_page(processed, tmp_path):
    folder = tmp_path / "queries"
    folder.mkdir()
    (folder / "01_years.sql").write_text(
        "-- How many?\n-- By year.\n-- And share.\nSELECT year, fatal_share, NULL AS n\n"
        "FROM mart_yearly ORDER BY year\n"
    )
    worked.write(folder, tmp_path / "q.json", processed)
    (told,) = json.loads((tmp_path / "q.json").read_text())
    assert told["how_to_read"] == "By year. And share."
    page = worked.markdown(tmp_path / "q.json")
    assert page.startswith("## How many?\n")
    assert "| 2021 | 0.5 |  |" in page
    assert "`hindcast query --file queries/01_years.sql`" in page


def test_a_query_without_a_question_is_refused(tmp_path):
    (tmp_path / "01_x.sql").write_text("SELECT 1\n")
    with pytest.raises(ask.AskError, match="expected a question"):
        worked.read(tmp_path)


def test_the_projects_queries_each_ask_one_question():
    found = worked.read(paths.root() / "queries")
    assert len(found) == 12
    assert len({one.question for one in found}) == 12
    assert all(one.how_to_read and one.sql for one in found)
