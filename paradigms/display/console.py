"""What the command line shows: tables, as text or JSON, and notes.

Text of strangers (titles, names, labels) goes to the terminal here alone, and only as
`astrogram.text` makes it safe.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from rich.console import Console

from astrogram import environment
from astrogram.text import one_line, printable
from paradigms.display.rendering import Row, as_rows, markdown, table

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


def print_json(content: Sequence[Any] | Mapping[str, Any]) -> None:
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
