"""The worked queries of ``queries/``: each a question in words, its SQL, and its answer."""

import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from hindcast import atomic
from hindcast.ask.tables import AskError, ask

MOST_ROWS = 20
"""Rows of an answer that a page shows."""


@dataclass(frozen=True)
class Worked:
    """A worked query.

    Attributes
    ----------
    name
        The file's name without ``.sql``.
    question
        Its first line, a comment that ends with a question mark.
    how_to_read
        The comment lines after the question.
    """

    name: str
    question: str
    how_to_read: str
    sql: str


def read(folder: Path) -> list[Worked]:
    """Return the queries of a folder, by file name.

    Raises
    ------
    AskError
        A file does not open with a question in a comment.
    """
    return [_one(path) for path in sorted(folder.glob("*.sql"))]


def _one(path: Path) -> Worked:
    lines = path.read_text(encoding="utf-8").splitlines()
    count = next((at for at, line in enumerate(lines) if not line.startswith("--")), len(lines))
    told = [line.removeprefix("--").strip() for line in lines[:count]]
    if not told or not told[0].endswith("?"):
        raise AskError(f"{path.name}: expected a question in a comment on its first line")
    return Worked(path.stem, told[0], " ".join(told[1:]), "\n".join(lines[count:]).strip())


def write(folder: Path, target: Path, processed: Path | None = None) -> None:
    """Ask every worked query and write questions, SQL and answers as JSON.

    Parameters
    ----------
    folder
        With the ``.sql`` files.
    target
        Such as ``data/processed/queries.json``.
    processed
        As in `hindcast.ask.ask`.
    """
    answered = [asdict(one) | _answer(ask(one.sql, processed)) for one in read(folder)]
    atomic.write_json(target, answered)


def _answer(found: pd.DataFrame) -> dict[str, Any]:
    rows = [[_plain(value) for value in row] for row in found.head(MOST_ROWS).to_numpy(object)]
    return {"columns": list(found.columns), "rows": rows, "rows_in_all": len(found)}


def _plain(value: Any) -> Any:
    if not isinstance(value, list | dict) and pd.isna(value):
        return None
    if isinstance(value, date | pd.Timestamp):
        return value.isoformat()[:10]
    return value.item() if hasattr(value, "item") else value


def markdown(answered: Path) -> str:
    """Return the page's part: each question, how to read it, its SQL and its answer as a table."""
    told = json.loads(answered.read_text(encoding="utf-8"))
    return "\n".join(_section(one) for one in told)


def _section(one: dict[str, Any]) -> str:
    lines = [one["columns"], ["---"] * len(one["columns"]), *map(_cells, one["rows"])]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    more = one["rows_in_all"] - len(one["rows"])
    rest = f"\n\n*{more:,} more rows.*" if more else ""
    return (
        f"## {one['question']}\n\n{one['how_to_read']}\n\n```sql\n{one['sql']}\n```\n\n"
        f"{table}{rest}\n\n*`hindcast query --file queries/{one['name']}.sql`*\n"
    )


def _cells(row: list[Any]) -> list[str]:
    return [_cell(value) for value in row]


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:,.3f}".rstrip("0").rstrip(".")
    return str(value).replace("|", "\\|")
