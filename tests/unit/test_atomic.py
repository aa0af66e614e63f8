"""A file is there whole, or as it was."""

import math

import pytest

from hindcast import atomic


def test_a_failure_leaves_the_old_file_and_nothing_beside_it(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("before")
    with pytest.raises(OSError, match="disk full"), atomic.replacing(target) as beside:
        beside.write_text("half")
        raise OSError("disk full")
    assert target.read_text() == "before"
    assert list(tmp_path.iterdir()) == [target]


def test_an_interrupt_leaves_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt), atomic.replacing(tmp_path / "a.txt"):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_number_that_is_none_is_not_written_as_json(tmp_path):
    with pytest.raises(ValueError, match="Out of range float"):
        atomic.write_json(tmp_path / "a.json", {"auc": math.nan})
    assert list(tmp_path.iterdir()) == []
