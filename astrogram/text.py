"""Text that may come from a stranger, made safe to show: one line, no control characters."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable

LONGEST = 60
"""Characters of a value that a message quotes."""


def printable(text: str) -> str:
    """Return `text` with each control, format or surrogate character written as an escape.

    A terminal obeys escape sequences, so text of a dataset or protocol is never printed raw.
    Line breaks and tabs are kept; `one_line` takes them too.
    """
    return "".join(
        character
        if character in "\n\t" or not unicodedata.category(character).startswith("C")
        else character.encode("unicode_escape", "surrogatepass").decode("ascii")
        for character in text
    )


def one_line(text: str) -> str:
    """Return `text` printable, with every run of white space as one blank."""
    return printable(" ".join(text.split()))


def shown(value: object) -> str:
    """Return `value` quoted on one line and cut to a readable length.

    A whole number of more digits than Python writes out is shown by their count.
    """
    try:
        text = one_line(repr(value))
    except (ValueError, RecursionError):
        text = "a number of thousands of digits" if isinstance(value, int) else "a value too deep"
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def suggestion(given: str, allowed: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"`` for a near miss, or nothing."""
    near = difflib.get_close_matches(given[:LONGEST], list(allowed), n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""
