"""What the command line shows: tables, as text or JSON, notes, and the progress of a run.

Text of strangers (titles, names, labels) goes to the terminal here alone, and only as
`astrogram.text` makes it safe.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from astrogram import environment
from astrogram.text import one_line, printable
from paradigms.display.rendering import Row, as_rows, markdown, table
from paradigms.protocol.timeline import Timeline

if TYPE_CHECKING:
    import xarray as xr

PIPE_WIDTH = 140
"""Columns of a table that does not go to a terminal."""

UNKNOWN_WIDTH = 80
"""Columns of a table on a terminal that does not tell its width."""

COMPARE_COLUMNS = (
    "row", "unit", "paper", "model", "low", "high", "p", "n", "verdict", "trust",
)  # fmt: skip
"""Columns of a comparison with a paper, as a table shows it."""

EFFECT_COLUMNS = ("row", "expected", "unit", "model", "low", "high", "p", "n", "verdict")
"""Columns of a comparison of groups without a paper."""

EXPENDABLE = ("trust", "p", "n", "unit", "high", "low")
"""Those of either that a narrow terminal does without, the first one first."""


def print_rows(
    items: Iterable[Any], *, as_json: bool, columns: Sequence[str] | None = None,
    expendable: Sequence[str] = (),
) -> None:  # fmt: skip
    """Print rows on standard output.

    Parameters
    ----------
    items : iterable of mapping or dataclass
        Rows with the same keys, as `as_rows` takes them.
    as_json : bool
        All keys of all rows as a JSON list, for scripts, instead of a table.
    columns : sequence of str, optional
        Keys shown in the table; all by default.
    expendable : sequence of str
        Columns that are left out where there is no room, the first one first.
    """
    rows = as_rows(items)
    if as_json:
        print_json(rows)
        return
    _write(
        table(
            rows, width=_width(), columns=columns, expendable=expendable,
            encoding=getattr(sys.stdout, "encoding", None) or "utf-8",
        )
    )  # fmt: skip


def print_json(content: Sequence[Any]) -> None:
    """Print plain content as JSON, for scripts."""
    # JSON escapes all control characters but this one.
    _write(json.dumps(content, indent=2, allow_nan=False).replace("\x7f", "\\u007f"))


def print_title(text: str) -> None:
    """Print a line above a table that is one of several."""
    _write(f"\n{one_line(text)}\n")


def print_markdown(rows: Sequence[Row], *, group: str, title: str) -> None:
    """Print rows as Markdown, one section and table for each value of the key `group`."""
    _write(markdown(as_rows(rows), group=group, title=title))


def note(message: str) -> None:
    """Print one line on standard error, where it cannot mix with a table.

    That nobody can read it (a log that is full, a terminal that is gone) ends no run.
    """
    stream = sys.stderr
    if stream is not None:
        with contextlib.suppress(OSError):
            print(_encodable(printable(" ".join(message.splitlines())), stream), file=stream)


def warn(dataset: xr.Dataset, of: str = "") -> None:
    """Print a line for each population that left its regime; `of` says in which file."""
    from analysis.activity.regime import cautions_of

    for line in cautions_of(dataset):
        note(f"caution: {of}{line}")


def terminal() -> Console:
    """Return standard error for bars of progress; a terminal only if it is one that can redraw."""
    live = sys.stderr is not None and sys.stderr.isatty()
    console = Console(stderr=True, force_terminal=live)
    return Console(stderr=True, force_terminal=False) if console.is_dumb_terminal else console


class RunProgress:
    """Shows how far a run is: simulated time, phase and time left, on standard error.

    On a terminal a bar; elsewhere (a log, a pipe) one line for each phase reached. Use as a
    context manager and hand it to the simulation as its progress function.
    """

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        console = terminal()
        self.live = console.is_terminal
        self.phase = ""
        self.bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
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
        phase = one_line(" ".join(dict.fromkeys((window.session, window.name))))
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
        console = terminal()
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


def _write(text: str) -> None:
    """Write to standard output at once, so that a reader or disk that is gone is noticed here."""
    stream = sys.stdout
    if stream is None:
        return
    try:
        print(_encodable(text, stream), file=stream, flush=True)
    except OSError:
        with contextlib.suppress(OSError, ValueError):  # or Python tries again at its end
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
        raise


def _encodable(text: str, stream: TextIO) -> str:
    """Return `text` with escapes for what the stream has no characters for."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _width() -> int:
    """Columns of a table: those of COLUMNS, else of the terminal, else `PIPE_WIDTH`."""
    if asked := environment.columns():
        return asked
    if sys.stdout is None or not sys.stdout.isatty():
        return PIPE_WIDTH
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or UNKNOWN_WIDTH
    except OSError:
        return UNKNOWN_WIDTH
