"""What the leaks are made of, on real records: the premises, not the rows."""

import polars as pl
import pytest

from hindcast.model.evidence import leaks

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def tables(real_records) -> dict[str, pl.DataFrame]:
    folder = real_records / "ntsb" / "avall_2008_2021"
    read = {
        name: pl.read_csv(folder / f"{name}.csv.gz", infer_schema=False)
        for name in ("events", "Flight_Crew")
    }
    day = pl.col("ev_date").str.extract(r"^(\d{4}-\d{2}-\d{2})").str.to_date(strict=False)
    counts = [pl.col(name).cast(pl.Float64, strict=False) for name in ("inj_tot_s", "inj_tot_m")]
    read["events"] = read["events"].with_columns(day, *counts, pl.col("inj_tot_n").cast(pl.Float64))
    return read


def test_the_letters_of_a_report_number_tell_a_death(tables):
    values, there = leaks.build(tables)
    assert "leak_report_number_letters" in {leak.name for leak in there}
    rows = values.join(tables["events"], on="ev_id", how="inner", validate="1:1")
    fatal = pl.col("ev_highest_injury") == "FATL"
    by = rows.group_by("leak_report_number_letters").agg(fatal.mean().alias("share"), pl.len())
    shares = dict(by.select("leak_report_number_letters", "share").iter_rows())
    assert shares["FA"] > 0.85 > 0.05 > shares["CA"]
    assert values["leak_report_number_letters"].null_count() < 0.01 * values.height


def test_every_event_has_one_row_of_leaks(tables):
    values, _ = leaks.build(tables)
    assert values["ev_id"].n_unique() == values.height == tables["events"].height
