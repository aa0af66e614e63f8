"""The page's own calls, one after another, on a small invented run."""

import ast
import json

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pandas as pd
import pytest

from hindcast import params, paths

NOTEBOOK = paths.root() / "notebooks" / "20_trends.ipynb"
REFERENCE = paths.reference()


def accidents(n: int) -> pd.DataFrame:
    draw = np.random.default_rng(5)
    days = pd.Timestamp("2018-01-01") + pd.to_timedelta(np.sort(draw.integers(0, 1461, n)), "D")
    return pd.DataFrame({
        "ev_id": [f"x{at:04d}" for at in range(n)], "ev_date": days.date, "ev_year": days.year,
        "is_us_accident": True, "is_midair": False, "is_on_airport": True, "inj_tot_f": 0.0,
        "is_fatal": pd.array(draw.random(n) < 0.2, dtype="object"), "rec_stat": "ZZ",
        "far_part": "091",
    })  # fmt: skip


def write(home, *, with_admin: bool) -> None:
    frame = accidents(600)
    for year, rows in frame.groupby("ev_year"):
        folder = home / "data/processed/accidents" / f"year={year}"
        folder.mkdir(parents=True)
        rows.to_parquet(folder / "part.parquet")
    core = home / "data/interim/core"
    core.mkdir(parents=True)
    hours = np.resize([900, 1300, 2200, 2300], 600).astype(float)
    place = {"ev_state": "KS", "ev_country": "USA", "dec_latitude": 38.5, "dec_longitude": -98.0}
    events = frame[["ev_id", "ev_date"]].assign(ev_time=hours, release="r", **place)
    events.to_parquet(core / "events.parquet")
    if with_admin:
        late = pd.to_datetime(frame["ev_date"]) + pd.Timedelta(days=200)
        dates = {"approval_date": late, "lchg_date": pd.Timestamp("2023-01-01")}
        frame[["ev_id"]].assign(**dates).to_parquet(core / "NTSB_Admin.parquet")
    held = {"events": {"absent": []}, "NTSB_Admin": {"absent": []}}
    told = {"kind": "eadms_csv", "simulated": True, "releases": [{"release": "r"}], "events": 600,
            "first": "2018-01-01", "last": "2021-12-31", "fingerprint": "", "tables": held,
            "tables_absent": [] if with_admin else ["NTSB_Admin"]}  # fmt: skip
    (home / "data/interim/inventory.json").write_text(json.dumps(told))
    (home / "data/reference").symlink_to(REFERENCE)


def run(values: dict) -> list:
    """Run the notebook's cells in their order; returns what each last line gave."""
    names, given = dict(values), []
    for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
        if cell.cell_type == "code" and "parameters" not in cell.metadata.get("tags", []):
            *before, last = ast.parse(cell.source).body
            if isinstance(last, ast.Expr):
                exec(compile(ast.Module(before, []), "cell", "exec"), names)
                given.append(eval(compile(ast.Expression(last.value), "cell", "eval"), names))
            else:
                exec(compile(cell.source, "cell", "exec"), names)
            plt.close("all")
    return given


@pytest.mark.parametrize("with_admin", [True, False])
def test_the_page_runs_on_a_small_run_and_tells_three_findings(tmp_path, monkeypatch, with_admin):
    values = params.section("trends") | {"bootstrap_rounds": 5}
    write(tmp_path, with_admin=with_admin)
    monkeypatch.setenv("HINDCAST_HOME", str(tmp_path))
    given = run(values)
    kept = json.loads((tmp_path / "data/processed/findings/trends.json").read_text())
    assert len(kept) == 3
    assert given[-1].data.count("**") == 6
    notices = " ".join(one.data for one in given if hasattr(one, "data"))
    assert ("the table `NTSB_Admin`" in notices) is not with_admin
    tables = [one for one in given if isinstance(one, pd.DataFrame)]
    assert all(len(table) <= 20 for table in tables)
    assert not any("ev_id" in table for table in tables)
