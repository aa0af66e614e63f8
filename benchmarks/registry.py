"""What the registry costs: opening the store, keeping a bundle, loading and comparing; as JSON.

Run after `hindcast stage train`: python benchmarks/registry.py. It works in a scratch store; the
project's own stays as it is. The comparison is of a bundle with itself, which does not win.
"""

import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from hindcast import paths
from hindcast.model import bundle, encode, registry
from hindcast.model.registry import promotion


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return round(time.perf_counter() - start, 3)


def main() -> None:
    folders = [paths.models("fatal", horizon) for horizon in encode.HORIZONS]
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        store = registry.Store(f"sqlite:///{scratch / 'mlflow.db'}", scratch / "mlartifacts")
        told = {"open_new_store_s": seconds(lambda: registry.open_experiment(store))}
        told["open_again_s"] = seconds(lambda: registry.open_experiment(store))
        told["keep_s"] = [
            seconds(lambda at=folder: registry.record(store, at, {}, {})) for folder in folders
        ]
        told["keep_unchanged_s"] = [
            seconds(lambda at=folder: registry.record(store, at, {}, {})) for folder in folders
        ]
        told["load_champion_s"] = seconds(lambda: registry.load("fatal/event@champion", store))
        registry.record(store, other(folders[1], scratch), {}, {})
        told["promote_s"] = seconds(lambda: promotion.promote(["fatal/event"], store))
    print(json.dumps(told, indent=2))


def other(folder: Path, scratch: Path) -> Path:
    """Write the same model with another paper: a challenger that forecasts the same."""
    same = bundle.load(folder)
    bundle.save(scratch / "other", replace(same, manifest=same.manifest | {"benchmark": True}))
    return scratch / "other"


if __name__ == "__main__":
    main()
