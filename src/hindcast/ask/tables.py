"""What may be asked about: one view for each table that a run writes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pandas as pd

from hindcast import paths
from hindcast.errors import HindcastError
from hindcast.warehouse import sql

# CREATE is what DuckDB makes of a PIVOT; what it creates is in memory and ends with the question.
_READING = {"SELECT", "EXPLAIN", "CREATE"}
FIRST_COLUMNS = 6


class AskError(HindcastError, ValueError):
    """A question cannot be answered: no run, a fault in the SQL, or SQL that would write."""


def ask(statement: str, processed: Path | None = None) -> pd.DataFrame:
    """Answer one SELECT in DuckDB's SQL over the views of `overview`.

    Parameters
    ----------
    statement
        Such as ``FROM mart_yearly``.
    processed
        Where a run wrote its tables; the project's ``data/processed`` when not given.

    Raises
    ------
    AskError
        The study has not run, the statement fails, or it would write or read other files.
    """
    _check(statement)
    with opened(processed) as connection:
        try:
            return connection.execute(statement).df()
        except duckdb.Error as error:
            raise AskError(f"{error}\nWhat can be asked: {', '.join(views(processed))}") from error


def _check(statement: str) -> None:
    try:
        kinds = [one.type.name for one in duckdb.extract_statements(statement)]
    except duckdb.Error as error:
        raise AskError(str(error)) from error
    if not kinds or set(kinds) - _READING or kinds.count("SELECT") + kinds.count("EXPLAIN") != 1:
        raise AskError(
            f"expected one SELECT, found {' and '.join(kinds) or 'nothing'}: a question reads; to "
            "keep an answer use --csv FILE"
        )


@contextmanager
def opened(processed: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a DuckDB in memory with a view for each table; it reaches no other file.

    Raises
    ------
    AskError
        The study has not run.
    """
    with duckdb.connect() as connection:
        for name, pattern in views(processed).items():
            connection.execute(f"CREATE VIEW {name} AS FROM read_parquet('{sql.quoted(pattern)}')")
        folder = sql.quoted(str(_folder(processed)))
        connection.execute(f"SET allowed_directories = ['{folder}']")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET threads = 1")  # sums of floats: the same last digit each time
        yield connection


def views(processed: Path | None = None) -> dict[str, str]:
    """Return the name of each view and the files it stands on.

    Raises
    ------
    AskError
        The study has not run.
    """
    folder = _folder(processed)
    marts = sorted((folder / "marts").glob("*.parquet"))
    if not marts:
        raise AskError(f"no marts in {folder / 'marts'}: run `make run` first")
    single = {name: folder / f"{name}.parquet" for name in ("features", "predictions", "split")}
    return (
        {f"mart_{mart.stem}": str(mart) for mart in marts}
        | {"accidents": str(folder / "accidents" / "*" / "*.parquet")}
        | {name: str(file) for name, file in single.items() if file.is_file()}
    )


def _folder(processed: Path | None) -> Path:
    return processed or paths.processed()


def overview(processed: Path | None = None) -> pd.DataFrame:
    """Return ``name, rows, columns, first`` (names of columns) of each view, by name.

    ``DESCRIBE accidents``, asked as a question, gives all columns of one.
    """
    with opened(processed) as connection:
        told = []
        for name in sorted(views(processed)):
            (rows,) = connection.execute(f"SELECT count(*) FROM {name}").fetchone()
            columns = [one[0] for one in connection.execute(f"DESCRIBE {name}").fetchall()]
            first = ", ".join(columns[:FIRST_COLUMNS])
            told.append({"name": name, "rows": rows, "columns": len(columns), "first": first})
    return pd.DataFrame(told)
