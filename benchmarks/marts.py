"""Time questions to the marts of 200,000 events, beside the same questions to the raw tables.

    python benchmarks/marts.py [CORE_DIR] [EVENTS]

CORE_DIR holds checked tables (data/interim/core when not given); its events are resampled under
new ids into a scratch warehouse, whose marts are exported. Prints JSON: for each question the
median of 31 in milliseconds, asked of the mart in the warehouse, through `hindcast.ask` (which
opens its views anew each time) and, with the ratio, of the raw tables.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
from warehouse import resampled

from hindcast import ask, paths, warehouse

ROUNDS = 31
COUNTED = """count(*) AS accidents,
    count(*) FILTER (e.ev_highest_injury IN ('NONE', 'MINR', 'SERS', 'FATL')) AS severity_known,
    count(*) FILTER (e.ev_highest_injury = 'FATL') AS fatal"""
US = "e.ev_type = 'ACC' AND e.ev_country = 'USA'"
PRIMARY = """(FROM core.aircraft QUALIFY row_number()
    OVER (PARTITION BY ev_id ORDER BY Aircraft_Key) = 1) a"""
QUESTIONS = {
    "accidents by year": (
        "FROM mart_yearly",
        f"SELECT year(e.ev_date) AS year, {COUNTED}, sum(e.inj_tot_f) AS deaths "
        f"FROM core.events e WHERE {US} GROUP BY 1 ORDER BY 1",
    ),
    "accidents by state": (
        "FROM mart_state",
        f"SELECT e.ev_state, {COUNTED} FROM core.events e WHERE {US} GROUP BY 1 ORDER BY 2 DESC",
    ),
    "accidents by make": (
        "FROM mart_make",
        f"SELECT plain_make(a.acft_make) AS make, {COUNTED} FROM core.events e "
        f"JOIN {PRIMARY} USING (ev_id) WHERE {US} GROUP BY 1 ORDER BY 2 DESC",
    ),
    "accidents by make and model": (
        "FROM mart_make_model",
        f"SELECT plain_make(a.acft_make) AS make, tidy(a.acft_model) AS model, {COUNTED} "
        f"FROM core.events e JOIN {PRIMARY} USING (ev_id) WHERE {US} GROUP BY 1, 2 ORDER BY 3 DESC",
    ),
    "accidents by phase": (
        "FROM mart_phase",
        f"SELECT s.phase_no, {COUNTED} FROM core.events e JOIN (FROM core.Events_Sequence "
        "QUALIFY row_number() OVER (PARTITION BY ev_id ORDER BY Defining_ev DESC, Occurrence_No) "
        f"= 1) s USING (ev_id) WHERE {US} GROUP BY 1 ORDER BY 2 DESC",
    ),
    "accidents by kind of finding": (
        "FROM mart_cause",
        f"SELECT f.category_no, f.subcategory_no, count(DISTINCT e.ev_id) AS events, {COUNTED} "
        f"FROM core.events e JOIN core.Findings f USING (ev_id) WHERE {US} "
        "GROUP BY 1, 2 ORDER BY 3 DESC",
    ),
}
LOOK_UPS = {
    "one year": (
        "FROM mart_yearly WHERE year = 2015",
        f"SELECT {COUNTED} FROM core.events e WHERE {US} AND year(e.ev_date) = 2015",
    ),
    "one state": (
        "FROM mart_state WHERE ev_state = 'AK'",
        f"SELECT {COUNTED} FROM core.events e WHERE {US} AND e.ev_state = 'AK'",
    ),
    "one make": (
        "FROM mart_make WHERE make = 'CESSNA'",
        f"SELECT {COUNTED} FROM core.events e JOIN {PRIMARY} USING (ev_id) "
        f"WHERE {US} AND plain_make(a.acft_make) = 'CESSNA'",
    ),
}


def main() -> None:
    core = Path(sys.argv[1]) if len(sys.argv) > 1 else paths.interim("core")
    events = int(sys.argv[2]) if len(sys.argv) > 2 else 200_000
    with tempfile.TemporaryDirectory() as scratch:
        database, processed = prepared(core, Path(scratch), events)
        with duckdb.connect(str(database), read_only=True) as connection:
            found = {
                kind: {name: timed(connection, processed, *both) for name, both in asked.items()}
                for kind, asked in (("marts", QUESTIONS), ("look_ups", LOOK_UPS))
            }
    worst = {kind: max(one["mart_ms"] for one in told.values()) for kind, told in found.items()}
    print(json.dumps({"events": events, "worst_mart_ms": worst} | found, indent=2))


def prepared(core: Path, scratch: Path, events: int) -> tuple[Path, Path]:
    database, processed = scratch / "warehouse.duckdb", scratch / "processed"
    warehouse.load(resampled(core, scratch, events), database)
    processed.mkdir()
    warehouse.export(database, processed)
    return database, processed


def timed(
    connection: duckdb.DuckDBPyConnection, processed: Path, mart: str, raw: str
) -> dict[str, float]:
    of_mart = milliseconds(lambda: connection.execute(mart).fetchall())
    of_raw = milliseconds(lambda: connection.execute(raw).fetchall())
    asked = milliseconds(lambda: ask.ask(mart, processed))
    return {
        "mart_ms": round(of_mart, 2),
        "through_ask_ms": round(asked, 2),
        "raw_ms": round(of_raw, 2),
        "raw_over_mart": round(of_raw / of_mart, 1),
    }


def milliseconds(do: Callable[[], object]) -> float:
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        do()
        taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(taken)


if __name__ == "__main__":
    main()
