"""The accidents that all analysis notebooks look at: US civil accidents, one row each.

Accidents of unknown severity stay in (``is_fatal`` is missing), as do unknown codes: an analysis
counts them and says so. What these records lack as a whole, a table or a column, is another fact
than a value that is missing, and `notice` tells it at the top of a page.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import polars as pl
from IPython.display import Markdown

from hindcast import paths
from hindcast.errors import HindcastError

UNKNOWN = "unknown"


class AnalysisError(HindcastError, ValueError):
    """An analysis was asked for something that no run writes."""


@dataclass(frozen=True)
class Records:
    """The accidents of one run and what its records lack.

    Attributes
    ----------
    accidents
        One row per US civil accident, in order of date: the columns of the warehouse's export and
        the features that were asked for (which replace columns of the same name). ``is_fatal`` is
        a nullable boolean, ``ev_date`` a datetime.
    steps
        From all events to these accidents, with the rows each step left.
    absent
        Table name -> columns that these records do not have; ``["*"]`` for a whole table.
    """

    accidents: pd.DataFrame
    steps: list[tuple[str, int]]
    absent: dict[str, list[str]]

    @property
    def known(self) -> pd.DataFrame:
        """The accidents of known severity, ``is_fatal`` as plain booleans."""
        rows = self.accidents[self.accidents["is_fatal"].notna()]
        return rows.astype({"is_fatal": bool})

    def has(self, table: str, *columns: str) -> bool:
        """Say whether these records have a table, and all the columns named."""
        gone = self.absent.get(table, [])
        return gone != ["*"] and not set(columns) & set(gone)


def read(*features: str) -> Records:
    """Return the accidents of the last run, with the features named beside the export's columns.

    Parameters
    ----------
    features
        Names in the feature catalog. A feature that these records lack is a column of missing
        values; accidents of unknown severity have none.

    Raises
    ------
    AnalysisError
        A feature is not in the catalog.
    FileNotFoundError
        The stages before have not run.
    """
    events = pd.read_parquet(_there(paths.processed("accidents"))).drop(columns="year")
    steps = [("events", len(events))]
    accidents = events[events["is_us_accident"]]
    steps.append(("US civil accidents (ev_type ACC, ev_country USA)", len(accidents)))
    accidents = _typed(accidents)
    if features:
        accidents = _with_features(accidents, list(features))
    steps.append(("of known severity", int(accidents["is_fatal"].notna().sum())))
    ordered = accidents.sort_values(["ev_date", "ev_id"], ignore_index=True)
    return Records(ordered, steps, absent())


def _there(path: Path) -> Path:
    if not path.exists():
        raise FileNotFoundError(f"no {path}: run 'dvc repro' first")
    return path


def _typed(accidents: pd.DataFrame) -> pd.DataFrame:
    dates = pd.to_datetime(accidents["ev_date"])
    flags = dict.fromkeys(("is_fatal", "is_midair", "is_on_airport"), "boolean")
    return accidents.assign(ev_date=dates).astype(flags)


def _with_features(accidents: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    path = _there(paths.processed("features.parquet"))
    known = pl.read_parquet_schema(path)
    if unknown := [name for name in names if name not in known]:
        raise AnalysisError(
            f"not in the feature catalog: {', '.join(unknown)}; see feature_dictionary.csv"
        )
    flags = [name for name in names if known[name] == pl.Boolean]
    features = pl.read_parquet(path, columns=["ev_id", *names]).to_pandas()
    features = features.astype(dict.fromkeys(flags, "boolean"))
    kept = accidents.drop(columns=[name for name in names if name in accidents])
    return kept.merge(features, on="ev_id", how="left", validate="one_to_one")


def absent() -> dict[str, list[str]]:
    """Return what the last run's records lack, by table; ``["*"]`` stands for a whole table."""
    inventory = json.loads(_there(paths.interim("inventory.json")).read_text(encoding="utf-8"))
    gone = {name: list(told["absent"]) for name, told in inventory["tables"].items()}
    return gone | {name: ["*"] for name in inventory["tables_absent"]}


def table(name: str, accidents: pd.DataFrame) -> pd.DataFrame:
    """Return the checked rows of an eADMS table that belong to ``accidents``.

    Parameters
    ----------
    name
        As eADMS names it, such as ``Findings``.
    accidents
        With ``ev_id``.

    Returns
    -------
    pandas.DataFrame
        In the table's own order, with all columns of the schema: those that these records lack are
        empty, and so is a table that they lack.
    """
    columns = _columns(name)
    path = paths.interim("core", f"{name}.parquet")
    if not path.is_file():
        return pd.DataFrame({column: pd.Series(dtype="str") for column in columns})
    kept = pl.Series("ev_id", accidents["ev_id"].to_list(), dtype=pl.String)
    held = pl.read_parquet(path).filter(pl.col("ev_id").is_in(kept.implode())).to_pandas()
    return held.reindex(columns=[*held.columns, *(c for c in columns if c not in held.columns)])


def _columns(name: str) -> list[str]:
    schema = pl.read_csv(paths.reference() / "eadms_schema.csv", infer_schema=False)
    return schema.filter(pl.col("table") == name)["column"].to_list()


def notice(records: Records, **needed: list[str]) -> Markdown:
    """Say which of the tables and columns that a page needs are not in these records.

    Parameters
    ----------
    needed
        Table name -> columns the page reads; an empty list for any.

    Returns
    -------
    IPython.display.Markdown
        Empty where nothing is lacking.
    """
    told = [text for name, columns in needed.items() if (text := _lacking(records, name, columns))]
    if not told:
        return Markdown("")
    return Markdown(
        f"> **These records lack** {'; '.join(told)}. What rests on it is left empty below; the "
        "rest of the page stands.\n"
    )


def _lacking(records: Records, name: str, columns: list[str]) -> str:
    gone = records.absent.get(name, [])
    if gone == ["*"]:
        return f"the table `{name}`"
    lost = [f"`{column}`" for column in columns if column in gone]
    return f"of `{name}` the columns {', '.join(lost)}" if lost else ""


def named(values: pd.Series, order: list[str] | None = None) -> pd.Series:
    """Return codes or names as categories in which nothing is missing: blanks are ``unknown``.

    Parameters
    ----------
    order
        Categories in order; further ones follow in alphabetical order, ``unknown`` comes last.

    Examples
    --------
    >>> named(pd.Series(["VMC", None, "IMC"]), ["VMC", "IMC"]).value_counts(sort=False).to_dict()
    {'VMC': 1, 'IMC': 1, 'unknown': 1}
    """
    text = values.astype("object").where(values.notna(), UNKNOWN).astype(str)
    found = sorted(set(text) - {UNKNOWN} - set(order or []))
    return pd.Series(
        pd.Categorical(text, [*(order or []), *found, UNKNOWN]), values.index, name=values.name
    )
