"""Measure how much slower extracting an Access release is than mdb-export alone.

Run: python benchmarks/extract.py FOLDER_OR_ZIP [rounds]; prints the best of several rounds as JSON.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from hindcast import sources
from hindcast.sources import access, archives, schema

SIMULATED = {"simulated_events": 1, "simulated_first_year": 2008, "simulated_last_year": 2008}


def export_alone(database: Path, scratch: Path) -> float:
    tables = [name for name in access.table_names(database) if schema.table_named(name)]
    start = time.perf_counter()
    for table in tables:
        with (scratch / f"{table}.csv").open("wb") as out:
            subprocess.run(["mdb-export", database, table], stdout=out, check=True)
    return time.perf_counter() - start


def extract(raw: Path, scratch: Path) -> float:
    start = time.perf_counter()
    sources.extract(raw, scratch / "out", seed=1, **SIMULATED)
    return time.perf_counter() - start


def main() -> None:
    path = Path(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        raw = scratch / "raw"
        raw.mkdir()
        (raw / path.name).symlink_to(path.resolve())
        database = archives.extracted(path, archives.databases(path)[0], scratch)
        alone = min(export_alone(database, scratch) for _ in range(rounds))
        whole = min(extract(raw, scratch) for _ in range(rounds))
    found = {"mdb_export_s": alone, "extract_s": whole, "ratio": whole / alone}
    print(json.dumps({name: round(value, 3) for name, value in found.items()}))


if __name__ == "__main__":
    main()
