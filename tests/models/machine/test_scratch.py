"""Arrays on disk: the same numbers, no file left behind, no memory of its own."""

import numpy as np
import pytest

from models.machine import scratch as module
from models.machine.scratch import mapped, scratch


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(module, "SMALL", 100)
    return tmp_path


def test_a_large_array_is_a_nameless_file(here):
    small, large = scratch((10,), np.float64), scratch((4, 30), np.int32)
    assert not isinstance(small, np.memmap)
    assert isinstance(large, np.memmap)
    large[:] = np.arange(120).reshape(4, 30)
    assert large.sum() == 7140
    assert list(here.iterdir()) == []


def test_a_file_can_be_removed_while_its_content_is_in_use(here):
    numbers = np.arange(50, dtype=np.float64)
    numbers.tofile(here / "raw")
    found = mapped(here / "raw", np.float64)
    (here / "raw").unlink()
    assert isinstance(found, np.memmap)
    assert np.array_equal(found, numbers)
    np.empty(0).tofile(here / "empty")
    assert len(mapped(here / "empty", np.float64)) == 0
