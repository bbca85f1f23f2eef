"""The package's own tables, as they stand in ``analysis/tables``."""

from __future__ import annotations

import csv
from importlib import resources


def read_table(name: str) -> list[dict[str, str]]:
    """Rows of one of the package's own tables."""
    text = (resources.files("analysis") / "tables" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
