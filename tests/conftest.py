"""What several layers of tests share."""

import os
from pathlib import Path

import pytest

BESIDE_THE_CHECKOUT = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def real_records() -> Path:
    """Folder with real NTSB records (``ntsb/``, ``access/``); the test is skipped without one."""
    folder = Path(os.environ.get("HINDCAST_REAL_RECORDS", BESIDE_THE_CHECKOUT))
    if not (folder / "ntsb").is_dir():
        pytest.skip(f"no real records in {folder}: set HINDCAST_REAL_RECORDS to a folder of them")
    return folder
