"""The table: one row for each figure, with its target and what came of it."""

from __future__ import annotations

import csv
import importlib.metadata
import json
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

PACKAGES = ("brian2", "numpy", "scipy", "xarray", "brian2genn", "nest-simulator")


@dataclass(frozen=True)
class Row:
    """One figure.

    Attributes
    ----------
    part, name : str
    value : float or None
        None: not run, `note` says why.
    unit : str
    at_least, at_most : float, optional
        The target; none, for information only.
    note : str
    """

    part: str
    name: str
    value: float | None
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """``met``, ``missed``, ``not run`` or nothing where there is no target."""
        if self.value is None:
            return "not run"
        if self.at_least is None and self.at_most is None:
            return ""
        low = self.at_least is None or self.value >= self.at_least
        high = self.at_most is None or self.value <= self.at_most
        return "met" if low and high else "missed"

    @property
    def target(self) -> str:
        """The target in words."""
        if self.at_least is not None and self.at_most is not None:
            return f"{self.at_least:g}..{self.at_most:g}"
        if self.at_least is not None:
            return f">= {self.at_least:g}"
        return "" if self.at_most is None else f"<= {self.at_most:g}"


def available_cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def machine() -> dict[str, str]:
    """Return what the figures depend on: processor, system, versions, load and date."""
    processor = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        names = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        processor = names[0].partition(":")[2].strip() if names else processor
    versions = {}
    for name in PACKAGES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = "not installed"
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "processor": processor,
        "cores": str(available_cores()),
        "system": platform.platform(),
        "load before the start": f"{os.getloadavg()[0]:.2f}",
        "python": platform.python_version(),
        "compiler": _first_line(["g++", "--version"]),
        "commit": _first_line(["git", "describe", "--always", "--dirty"]),
        **versions,
    }


def _first_line(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.splitlines()[0] if done.stdout else "unknown"


def table(rows: Sequence[Row]) -> str:
    """Return the rows as text, one line each, columns aligned."""
    head = ("part", "what", "value", "unit", "target", "", "note")
    cells = [head] + [
        (
            row.part,
            row.name,
            "-" if row.value is None else f"{row.value:.4g}",
            row.unit,
            row.target,
            row.verdict,
            row.note,
        )
        for row in rows
    ]
    widths = [max(len(line[k]) for line in cells) for k in range(len(head))]
    return "\n".join(
        "  ".join(
            text.rjust(width) if k == 2 else text.ljust(width)
            for k, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    )


def write(rows: Sequence[Row], about: dict[str, str], folder: Path) -> tuple[Path, Path]:
    """Write ``bench_DATE.json`` and ``.csv`` into `folder` and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = "bench_" + about["date"].replace(":", "").replace("+0000", "Z")
    records = [{**asdict(row), "verdict": row.verdict} for row in rows]
    as_json, as_csv = folder / f"{stem}.json", folder / f"{stem}.csv"
    as_json.write_text(json.dumps({"machine": about, "rows": records}, indent=1) + "\n")
    with as_csv.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(records[0]) if records else ["part"])
        writer.writeheader()
        writer.writerows(records)
    return as_json, as_csv
