"""Score every accident on a local Spark with the registered champion, and compare with the bundle.

Run after `hindcast stage train`, with the extra `spark` and Java: python benchmarks/spark.py
[TARGET/HORIZON@ALIAS]. Prints rows, seconds, and the largest difference of a probability, as JSON.
"""

import json
import os
import sys
import time

import numpy as np
import polars as pl
from pyspark.sql import SparkSession

from hindcast import paths
from hindcast.model import registry
from hindcast.model.registry import on_spark


def session() -> SparkSession:
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    return (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.debug.maxToStringFields", "1000")
        .getOrCreate()
    )


def main() -> None:
    reference = sys.argv[1] if len(sys.argv) > 1 else "fatal/event@champion"
    bundle = registry.load(reference)
    features = pl.read_parquet(paths.processed("features.parquet"))
    expected = features.select("ev_id").with_columns(
        expected=bundle.predict(features.select(bundle.names))
    )
    spark = session()
    frame = spark.read.parquet(str(paths.processed("features.parquet")))
    start = time.perf_counter()
    scored = on_spark.forecast(frame, reference).select("ev_id", "probability").collect()
    took = time.perf_counter() - start
    spark.stop()
    found = pl.DataFrame([row.asDict() for row in scored])
    both = found.join(expected, on="ev_id", how="inner", validate="1:1")
    apart = np.abs(both["probability"].to_numpy() - both["expected"].to_numpy()).max()
    told = {"rows": both.height, "seconds": round(took, 1), "largest_difference": float(apart)}
    print(json.dumps(told, indent=2))


if __name__ == "__main__":
    main()
