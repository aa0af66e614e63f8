"""Every analysis page runs on whole records and on broken ones, and tells three findings.

Broken are: tables that a release lacks, a year without accidents, a state and codes that no table
knows. A page says what is lacking, shows the rest, and drops no accident.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import polars as pl
import pytest
from IPython.display import Markdown

from hindcast import checks, features, params, paths, sources, warehouse
from hindcast.analysis import records
from hindcast.site import stories

ROOT = paths.root()
LACKING = ("Findings", "narratives", "flight_time", "engines")
GAP = 2013


def extracted(folder: Path) -> None:
    (folder / "empty").mkdir(parents=True)
    sources.extract(
        folder / "empty", folder / "data" / "interim", seed=5,
        simulated_events=1500, simulated_first_year=2010, simulated_last_year=2017,
    )  # fmt: skip


def finished(folder: Path) -> Path:
    """Run the stages from the checks to the features, as the pages find them."""
    interim, processed = folder / "data" / "interim", folder / "data" / "processed"
    processed.mkdir()
    checks.validate(interim / "raw", interim)
    warehouse.load(interim / "core", folder / "warehouse.duckdb")
    warehouse.export(folder / "warehouse.duckdb", processed)
    features.write(features.build(interim / "core"), interim / "core", processed, 0.95)
    foreseen(processed)
    (folder / "data" / "reference").symlink_to(ROOT / "data" / "reference")
    shutil.copy(ROOT / "params.yaml", folder)
    return folder


def foreseen(processed: Path) -> None:
    """Write what the stage `train` leaves: the parts, and a forecast that knows nothing."""
    rows = pl.read_parquet(processed / "features.parquet", columns=["ev_id", "ev_date", "is_fatal"])
    year = pl.col("ev_date").dt.year()
    part = pl.when(year < 2015).then(pl.lit("train")).when(year < 2016).then(pl.lit("validation"))
    parts = rows.with_columns(part=part.otherwise(pl.lit("test")))
    parts.select("ev_id", "part").write_parquet(processed / "split.parquet")
    known = {"model": pl.lit("xgboost"), "probability": pl.lit(0.2), "margin": pl.lit(-1.4)}
    horizons = pl.DataFrame({"horizon": ["dispatch", "event", "scene", "investigation"]})
    later = parts.filter(pl.col("part") != "train").with_columns(ev_state=pl.lit("AK"), **known)
    later.join(horizons, how="cross").write_parquet(processed / "predictions.parquet")


def broken(folder: Path) -> None:
    """Take tables away, empty a year, and put in a state and codes that nobody knows."""
    raw = folder / "data" / "interim" / "raw"
    told = folder / "data" / "interim" / "inventory.json"
    inventory = json.loads(told.read_text())
    for table in LACKING:
        (raw / f"{table}.parquet").unlink()
        del inventory["tables"][table]
    inventory["tables_absent"] = sorted([*inventory["tables_absent"], *LACKING])
    told.write_text(json.dumps(inventory))
    events = pl.read_parquet(raw / "events.parquet")
    some = pl.int_range(pl.len()) % 9 == 0
    odd = {"ev_state": "ZZ", "light_cond": "QQQQ", "wx_cond_basic": "QQQ"}
    made = [pl.when(some).then(pl.lit(c)).otherwise(name).alias(name) for name, c in odd.items()]
    kept = events.filter(pl.col("ev_year").cast(pl.Int64) != GAP).with_columns(made)
    kept.write_parquet(raw / "events.parquet")
    for path in raw.glob("*.parquet"):
        rows = pl.read_parquet(path)
        rows.join(kept.select("ev_id"), "ev_id", "semi", maintain_order="left").write_parquet(path)


@pytest.fixture(scope="module")
def homes(tmp_path_factory) -> dict[str, Path]:
    whole, bad = tmp_path_factory.mktemp("whole"), tmp_path_factory.mktemp("broken")
    extracted(whole)
    extracted(bad)
    broken(bad)
    return {"whole": finished(whole), "broken": finished(bad)}


@pytest.fixture(params=["whole", "broken"])
def home(request, homes, monkeypatch) -> Iterator[str]:
    monkeypatch.setenv("HINDCAST_HOME", str(homes[request.param]))
    monkeypatch.chdir(homes[request.param])
    yield request.param
    plt.close("all")


def executed(page: str) -> None:
    """Run the code cells of a page's notebook in this process."""
    (path,) = (ROOT / "notebooks").glob(f"[0-9][0-9]_{page}.ipynb")
    told = dict(params.section(page))
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code" and "parameters" not in cell.metadata.get("tags", []):
            exec(compile(cell.source, f"{path.name} {cell.id}", "exec"), told)


@pytest.mark.parametrize("page", stories.PAGES)
def test_a_page_runs_and_tells_three_findings(page, home):
    executed(page)
    found = json.loads(paths.processed("findings", f"{page}.json").read_text())
    assert len(found) == 3
    for finding in found:
        assert finding["headline"]
        assert finding["figure"].startswith(("fig-", "tbl-"))
        assert "nan" not in finding["text"].lower().split()


def test_unknown_codes_are_counted_and_no_accident_is_dropped(homes, monkeypatch):
    monkeypatch.setenv("HINDCAST_HOME", str(homes["broken"]))
    run = records.read("is_imc")
    light = records.named(run.accidents["light_cond_name"])
    assert len(light) == len(run.accidents) == run.steps[1][1]
    assert (light == records.UNKNOWN).sum() > 100
    assert GAP not in set(run.accidents["ev_year"])


def test_what_a_release_lacks_is_told(homes, monkeypatch):
    monkeypatch.setenv("HINDCAST_HOME", str(homes["broken"]))
    run = records.read()
    told = records.notice(run, Findings=[], narratives=["narr_cause"], events=["ev_date"])
    assert isinstance(told, Markdown)
    assert "`Findings`" in told.data
    assert "`narratives`" in told.data
    assert records.table("Findings", run.accidents).empty
