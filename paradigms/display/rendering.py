"""Tables as text: what does not fit is left out and named, or stands below; no number is broken.

A table is laid out in one way wherever it is shown. A number is written once and never wrapped.
Text is wrapped at blanks within its column. Where that is not enough, columns are left out in the
order that the caller gives, and named below; where what must stay does not fit either, every row
becomes a block of lines ``column: value``, which needs hardly any width.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.cells import cell_len, chop_cells

from astrogram.text import one_line

Row = Mapping[str, Any]
Plain = str | int | float | bool | None

GAP = 2
"""Blanks between columns."""

LEAST = 14
"""Text is not squeezed into fewer columns than these, unless it needs no more."""

WORD = 24
"""A word of up to so many columns is never broken."""

NARROWEST = 20
"""A terminal narrower than this is taken for one of this width."""


@dataclasses.dataclass(frozen=True)
class _Column:
    name: str
    cells: list[str]
    numbers: list[bool]

    def least(self) -> int:
        """Width below which a number or a readable word would be broken."""
        need = max((cell_len(part) for part in _pieces(self.name)), default=1)
        for text, number in zip(self.cells, self.numbers, strict=True):
            longest = max((cell_len(word) for word in text.split()), default=0)
            wrapped = max(min(cell_len(text), LEAST), min(longest, WORD))
            need = max(need, cell_len(text) if number else wrapped)
        return need

    def natural(self) -> int:
        """Width in which nothing is wrapped."""
        return max(cell_len(text) for text in (self.name, *self.cells))


def as_rows(items: Iterable[Any]) -> list[dict[str, Any]]:
    """Return dataclass instances or mappings as dictionaries of plain values."""
    rows = []
    for item in items:
        raw = item if isinstance(item, Mapping) else dataclasses.asdict(item)
        rows.append({str(key): plain(value) for key, value in raw.items()})
    return rows


def plain(value: object) -> Plain:
    """Return `value` as JSON knows it: NumPy scalars unpacked, NaN and infinities as None."""
    item = getattr(value, "item", None)
    if callable(item):
        value = item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (str, int)):
        return value
    return str(value)


def formatted(value: Plain, missing: str = "-") -> str:
    """Return a plain value as a table shows it, on one line and safe for a terminal.

    Whole numbers (counts, seeds) keep all their digits; other numbers have four significant ones.
    """
    if value is None:
        return missing
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value + 0.0:.4g}"  # a zero has no sign
    return one_line(str(value))


def is_number(value: object) -> bool:
    """Whether a plain value is a number, which `table` never breaks."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def table(
    rows: Sequence[Row], *, width: int, columns: Sequence[str] | None = None,
    expendable: Sequence[str] = (), encoding: str = "utf-8",
) -> str:  # fmt: skip
    """Lay out rows in `width` columns of a terminal.

    Parameters
    ----------
    rows : sequence of mapping
        Plain values (see `as_rows`).
    width : int
    columns : sequence of str, optional
        Keys shown, from left to right; by default all of the first row.
    expendable : sequence of str
        Columns that are left out where there is no room, the first one first. The first column of
        the table always stays.
    encoding : str
        Of the stream that is written to; what it does not have is shown as an escape.

    Returns
    -------
    str
        Lines without a line break at the end. Columns left out, and keys that hold numbers and
        are not among `columns`, are named at the end.
    """
    if not rows or not (shown := list(columns if columns is not None else rows[0])):
        return "(nothing to show)"
    width = max(width, NARROWEST)
    made = {name: _column(name, rows, encoding) for name in shown}
    least = {name: column.least() for name, column in made.items()}
    kept = list(shown)
    for name in expendable:
        if _total(least, kept) <= width:
            break
        if name in kept[1:]:
            kept.remove(name)
    if _total(least, kept) > width:
        kept = shown
        lines = _blocks([made[name] for name in kept], width)
    else:
        lines = _grid([made[name] for name in kept], width)
    hidden = dict.fromkeys(
        str(key) for row in rows for key, value in row.items()
        if is_number(value) and key not in shown
    )  # fmt: skip
    dropped = [name for name in shown if name not in kept]
    for names, why in ((dropped, " for want of width"), (list(hidden), "")):
        if names:
            named = ", ".join(_safe(name, encoding) for name in names)
            lines += _wrap(f"left out{why}: {named}; see --json", width)
    return "\n".join(lines)


def markdown(rows: Sequence[Row], *, group: str, title: str) -> str:
    """Return rows as Markdown, one section and table for each value of the key `group`."""
    lines = [f"# {one_line(title)}"]
    columns = [column for column in rows[0] if column != group] if rows else []
    for name in dict.fromkeys(row[group] for row in rows):
        lines += ["", f"## {formatted(name)}", ""]
        lines.append("| " + " | ".join(map(_markdown_cell, columns)) + " |")
        lines.append("|" + " --- |" * len(columns))
        for row in rows:
            if row[group] == name:
                cells = (_markdown_cell(row[column]) for column in columns)
                lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _markdown_cell(value: Plain) -> str:
    return formatted(value, missing="").replace("|", "\\|")


def _safe(text: str, encoding: str) -> str:
    return one_line(text).encode(encoding, "backslashreplace").decode(encoding)


def _column(name: str, rows: Sequence[Row], encoding: str) -> _Column:
    values = [row.get(name) for row in rows]
    return _Column(
        _safe(name, encoding),
        [_safe(formatted(value), encoding) for value in values],
        [is_number(value) for value in values],
    )


def _total(widths: Mapping[str, int], names: Sequence[str]) -> int:
    return sum(widths[name] for name in names) + GAP * (len(names) - 1)


def _grid(columns: Sequence[_Column], width: int) -> list[str]:
    """Lines of a table whose columns fit at their least widths; what is over goes to text."""
    widths = [column.least() for column in columns]
    wanted = [column.natural() for column in columns]
    spare = width - sum(widths) - GAP * (len(widths) - 1)
    while spare > 0 and (short := [k for k, own in enumerate(widths) if own < wanted[k]]):
        share = max(1, spare // len(short))
        for k in short:
            more = min(share, wanted[k] - widths[k], spare)
            widths[k] += more
            spare -= more
    right = [any(column.numbers) for column in columns]
    head = [_joined(_pieces(column.name), own) for column, own in zip(columns, widths, strict=True)]
    lines = _line(head, widths, right)
    lines.append((" " * GAP).join("-" * own for own in widths))
    for k in range(len(columns[0].cells)):
        cells = [
            [column.cells[k]] if column.numbers[k] else _wrap(column.cells[k], own)
            for column, own in zip(columns, widths, strict=True)
        ]
        lines += _line(cells, widths, right)
    return lines


def _line(cells: Sequence[list[str]], widths: Sequence[int], right: Sequence[bool]) -> list[str]:
    """Lines of one row, each cell given as its own lines."""
    lines = []
    for k in range(max(len(cell) for cell in cells)):
        parts = []
        for cell, width, to_right in zip(cells, widths, right, strict=True):
            text = cell[k] if k < len(cell) else ""
            pad = " " * (width - cell_len(text))
            parts.append(pad + text if to_right else text + pad)
        lines.append((" " * GAP).join(parts).rstrip())
    return lines


def _blocks(columns: Sequence[_Column], width: int) -> list[str]:
    """Every row as lines ``column: value``, an empty line between rows."""
    lines: list[str] = []
    for k in range(len(columns[0].cells)):
        lines += [""] if k else []
        for column in columns:
            name = _wrap(f"{column.name}:", width)
            value = column.cells[k]
            room = width - GAP
            beside = cell_len(name[-1]) + 1 + cell_len(value) <= width
            if beside:
                lines += [*name[:-1], f"{name[-1]} {value}".rstrip()]
            else:
                parts = [value] if column.numbers[k] else _wrap(value, room)
                lines += [*name, *(" " * GAP + part for part in parts)]
    return lines


def _wrap(text: str, width: int) -> list[str]:
    """Break text at blanks; words that are too long where a reader would, or else anywhere."""
    lines, line = [], ""
    for word in text.split():
        if line and cell_len(line) + 1 + cell_len(word) <= width:
            line += f" {word}"
            continue
        if line:
            lines.append(line)
        *full, line = [word] if cell_len(word) <= width else _joined(_pieces(word), width)
        lines += full
    return [*lines, line]


def _pieces(word: str) -> list[str]:
    """Parts of a word between which it may be broken: after ``_`` and all that is in no number."""
    return re.split(r"(?<=_)|(?<=[^\w.+-])", word)


def _joined(pieces: Sequence[str], width: int) -> list[str]:
    """Put the pieces of a word into lines of at most `width`."""
    lines, line = [], ""
    for piece in pieces:
        if cell_len(line) + cell_len(piece) > width:
            lines += [line] if line else []
            *full, piece = chop_cells(piece, width)
            lines += full
            line = piece
        else:
            line += piece
    return [*lines, line]
