"""``hindcast query``: an answer as a table on the screen, or as a CSV file."""

from pathlib import Path

import pandas as pd

from hindcast import atomic
from hindcast.ask.tables import AskError, ask, overview


def answered(statement: str, file: Path | None, csv: Path | None) -> pd.DataFrame:
    """Return the answer to a statement or to a file that holds one; write it where asked to.

    Parameters
    ----------
    statement, file
        One of them; with neither, the answer is what can be asked about.

    Raises
    ------
    AskError
        Both are given, there is no such file, or the question cannot be answered.
    """
    if statement and file:
        raise AskError("found a statement and --file: give one of them")
    if file and not file.is_file():
        raise AskError(f"no file {file}: expected one with a SELECT, such as queries/01_years.sql")
    asked = file.read_text(encoding="utf-8") if file else statement
    found = ask(asked) if asked else overview()
    if csv:
        atomic.write_text(csv, found.to_csv(index=False))
    return found


def text(found: pd.DataFrame) -> list[dict[str, str]]:
    """Return the rows with every value as text; one row of blanks where there are none."""
    rows = [{name: _shown(row[name]) for name in found} for row in found.to_dict("records")]
    return rows or [dict.fromkeys(found.columns, "")]


def _shown(value: object) -> str:
    if value is None or (not isinstance(value, list | dict) and pd.isna(value)):
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
