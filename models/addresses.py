"""Where the tables are, and the addresses that parameters had before."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable


def tables_folder() -> Traversable:
    """The folder of all tables."""
    return resources.files("models") / "tables"


@cache
def _renamed() -> dict[str, str]:
    text = (resources.files("models") / "tables" / "renamed.csv").read_text(encoding="utf-8")
    return {row["before"]: row["now"] for row in csv.DictReader(text.splitlines())}


def current(address: str) -> str:
    """Return the address of a parameter, ``group.name``, that may be given by an earlier one.

    So protocols, groups and commands that were written before go on meaning the same.
    """
    return _renamed().get(address, address)
