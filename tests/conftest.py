"""Settings of all tests."""

import gc
import json
import os
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import settings

import models  # noqa: F401  (Brian2 is imported as the command line does)

# How long one example takes says more about the machine than about the code. The same examples at
# every call, so that a change is judged and not its luck; pytest --hypothesis-profile=search looks
# for new ones.
settings.register_profile("astrogram", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None)
settings.load_profile("astrogram")


LONGEST = (
    "tests/whole/", "tests/notebooks/", "tests/paradigms/cohort/", "tests/astrogram/test_readme.py",
    "tests/models/machine/", "tests/paradigms/command/test_reproduce.py",
)  # fmt: skip
"""Files that take a minute of work each, most of it compiling and simulating."""


def pytest_collection_modifyitems(items):
    """Begin with what takes longest: of several processes none then ends long after the others."""

    def place(item):
        within = [item.nodeid.startswith(start) for start in LONGEST]
        return within.index(True) if any(within) else len(within)

    items.sort(key=place)


BEGAN = time.time()


@pytest.fixture(scope="session", autouse=True)
def builds(request):
    """Keep compiled programs from one call of the tests to the next, apart from the user's own."""
    os.environ.setdefault("ASTROGRAM_CACHE", str(request.config.cache.mkdir("builds")))


def pytest_terminal_summary(terminalreporter, config):
    """Say how many programs were built: what differs between animals and protocols builds none."""
    if hasattr(config, "cache"):
        place = Path(os.environ.get("ASTROGRAM_CACHE", str(config.cache.mkdir("builds"))))
        built = Counter(
            json.loads(manifest.read_text())["circuit"]
            for manifest in place.glob("*/manifest.json")
            if (seal := manifest.with_name("seal.json")).exists() and seal.stat().st_mtime >= BEGAN
        )
        each = ", ".join(f"{name} {count}" for name, count in sorted(built.items()))
        said = f"programs built: {built.total()}" + (f" ({each})" if each else "")
        terminalreporter.write_line(said)


@pytest.fixture(scope="module", autouse=True)
def _garbage_of_its_own():
    """Keep all that is there before a file out of its collections of garbage.

    Brian2 collects at every run. Of a heap that holds all test modules, and what they import, that
    takes half a second, several times as long as a run of a few cells.
    """
    gc.collect()
    gc.freeze()
