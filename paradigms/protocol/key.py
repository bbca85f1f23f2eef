"""One key of a protocol file, as data: reader, schema and page of keys follow from it."""

from __future__ import annotations

from dataclasses import dataclass

NAME = "name"
TEXT = "text"
TIME = "time"
PAUSE = "time or range"
COUNT = "whole number"
NUMBER = "number"
FLAG = "true or false"
CHOICE = "choice"
SIMILAR = "similarities"
TABLES = "tables"
NAMED = "named tables"
WINDOWS = "names"
SETTINGS = "parameters"
"""Kinds of values: what a key may hold."""

Default = str | float | bool | None


@dataclass(frozen=True)
class Key:
    """What one key may hold.

    Attributes
    ----------
    name : str
    kind : str
        One of the constants of this module.
    meaning : str
        One sentence without its full stop.
    example : str
        The value as TOML writes it, or the head of a table.
    default : str, float, bool or None
        What stands for the key where it is left out, as TOML gives it. None where nothing can.
    optional : bool
        May be left out without a default: nothing is done then.
    low, high : float
        Bounds of a number, whole number, time (s) or number of tables; None where there is none.
    above : bool
        Whether `low` itself is refused.
    choices : tuple of str
        Words allowed; empty where they follow from the rest of the file.
    of : str
        Table of `paradigms.protocol.keys.TABLES_OF_KEYS` that tables under this key follow.
    """

    name: str
    kind: str
    meaning: str
    example: str
    default: Default = None
    optional: bool = False
    low: float | None = None
    high: float | None = None
    above: bool = False
    choices: tuple[str, ...] = ()
    of: str = ""

    @property
    def required(self) -> bool:
        """Whether a file without it is refused."""
        return self.default is None and not self.optional

    @property
    def line(self) -> str:
        """Return a line that gives it."""
        if self.kind == NAMED or self.example.startswith("[["):
            return self.example
        return f"{self.name} = {self.example}"

    @property
    def bounds(self) -> str:
        """Return what a number must be, as a message says it; empty where anything will do."""
        if self.low is None:
            return "" if self.high is None else f"at most {self.high:g}"
        if self.high is None:
            return f"above {self.low:g}" if self.above else f"at least {self.low:g}"
        if self.above:
            return f"above {self.low:g} and at most {self.high:g}"
        return f"from {self.low:g} to {self.high:g}"

    def holds(self, number: float) -> bool:
        """Whether `number` is within the bounds."""
        if self.low is not None and (number <= self.low if self.above else number < self.low):
            return False
        return self.high is None or number <= self.high
