"""What the command line shows: tables, as text or JSON, and the progress of a run."""

from __future__ import annotations

import dataclasses
import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from paradigms.timeline import Timeline

PIPE_WIDTH = 140
"""Columns of a table that does not go to a terminal."""

COMPARE_COLUMNS = (
    "row", "unit", "paper", "model", "low", "high", "p", "n", "verdict", "trust",
)  # fmt: skip
"""Columns of a comparison with a paper, as a table shows it."""

EFFECT_COLUMNS = ("row", "expected", "unit", "model", "low", "high", "p", "n", "verdict")
"""Columns of a comparison of groups without a paper."""

Row = Mapping[str, Any]


def as_rows(items: Iterable[Any]) -> list[dict[str, Any]]:
    """Return dataclass instances or mappings as dictionaries of plain values."""
    rows = []
    for item in items:
        raw = item if isinstance(item, Mapping) else dataclasses.asdict(item)
        rows.append({str(key): plain(value) for key, value in raw.items()})
    return rows


def plain(value: object) -> str | int | float | bool | None:
    """Return `value` as JSON knows it: NumPy scalars unpacked, NaN and infinities as None."""
    item = getattr(value, "item", None)
    if callable(item):
        value = item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (str, int)):
        return value
    return str(value)


def print_rows(rows: Sequence[Row], *, as_json: bool, columns: Sequence[str] | None = None) -> None:
    """Print rows on standard output.

    Parameters
    ----------
    rows : sequence of mapping
        Rows with the same keys.
    as_json : bool
        All keys of all rows as a JSON list, for scripts, instead of a table.
    columns : sequence of str, optional
        Keys shown in the table; all by default.
    """
    if as_json:
        print(json.dumps(list(rows), indent=2, allow_nan=False))
        return
    if not rows:
        print("(nothing to show)")
        return
    shown = list(columns or rows[0])
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in shown:
        numeric = any(isinstance(row.get(column), (int, float)) for row in rows)
        table.add_column(
            Text(column.replace("_", " ")),
            justify="right" if numeric else "left",
            overflow="fold",
            no_wrap=column == shown[0],
        )
    for row in rows:
        table.add_row(*(Text(_cell(row.get(column))) for column in shown))
    _console().print(table)


def print_markdown(rows: Sequence[Row], *, group: str, title: str) -> None:
    """Print rows as Markdown, one section and table for each value of the key `group`."""
    print(f"# {title}")
    columns = [column for column in rows[0] if column != group] if rows else []
    for name in dict.fromkeys(row[group] for row in rows):
        print(f"\n## {name}\n")
        print("| " + " | ".join(columns) + " |")
        print("|" + " --- |" * len(columns))
        for row in rows:
            if row[group] == name:
                cells = (_cell(row[column], missing="").replace("|", "\\|") for column in columns)
                print("| " + " | ".join(cells) + " |")


def note(message: str) -> None:
    """Print one line on standard error, where it cannot mix with a table."""
    print(message, file=sys.stderr)


class RunProgress:
    """Shows how far a run is: simulated time, phase and time left, on standard error.

    On a terminal a bar; elsewhere (a log, a pipe) one line for each phase reached. Use as a
    context manager and hand it to the simulation as its progress function.
    """

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.console = Console(stderr=True)
        self.live = self.console.is_terminal
        self.phase = ""
        self.bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=self.console,
            disable=not self.live,
        )
        # Building comes first and has no measure, so the clock of the bar starts later.
        self.task = self.bar.add_task("building the model", total=1.0, start=False)

    def __enter__(self) -> Self:
        """Show that the model is being built."""
        self.bar.start()
        if not self.live:
            note(f"building the model, then {self.timeline.duration:g} s of simulated time")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the display down, also after an error."""
        self.bar.stop()

    def __call__(self, fraction: float, simulated_s: float) -> None:
        """Show that `fraction` of the run is done, `simulated_s` seconds of simulated time."""
        window = self.timeline.phase_at(simulated_s)
        phase = " ".join(dict.fromkeys((window.session, window.name)))
        text = f"{simulated_s:7.1f} of {self.timeline.duration:.1f} s  {phase}"
        if self.live:
            self.bar.start_task(self.task)
            self.bar.update(self.task, completed=fraction, description=text)
        elif phase != self.phase:
            note(f"{text}  ({100 * fraction:.0f} %)")
        self.phase = phase


class SimpleProgress:
    """Shows the share of a run that is done on a terminal; elsewhere one line at its start."""

    def __init__(self, title: str) -> None:
        console = Console(stderr=True)
        self.title = title
        self.bar = Progress(console=console, disable=not console.is_terminal)
        self.task = self.bar.add_task(title, total=1.0)

    def __enter__(self) -> Self:
        """Begin."""
        if self.bar.disable:
            note(f"running {self.title}")
        self.bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Take the display down, also after an error."""
        self.bar.stop()

    def __call__(self, fraction: float) -> None:
        """Show that `fraction` of the run is done."""
        self.bar.update(self.task, completed=fraction)


def _console() -> Console:
    return Console(width=None if sys.stdout.isatty() else PIPE_WIDTH, highlight=False)


def _cell(value: object, missing: str = "-") -> str:
    if value is None:
        return missing
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
