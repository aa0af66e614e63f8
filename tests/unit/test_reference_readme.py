"""The pages about data name what lies there."""

import csv

from hindcast import paths


def test_every_reference_table_is_described():
    page = (paths.reference() / "README.md").read_text(encoding="utf-8")
    tables = {path.name for path in paths.reference().rglob("*.csv")}
    assert {name for name in tables if f"`{name}`" not in page} == set()


def test_every_reference_row_names_its_source():
    for path in paths.reference().rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as text:
            assert all(row["source"].strip() for row in csv.DictReader(text)), path.name
