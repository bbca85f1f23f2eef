"""Reading one table of a protocol file with typed, explained refusals.

A protocol may come from a stranger: it is data. Nothing here executes what it reads, and every
refusal is one line that names the place, what was given, what is allowed and how to mend it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from astrogram.text import printable, shown, suggestion
from paradigms.protocol.key import CHOICE, NAME, TEXT, Key
from paradigms.protocol.values import LONGEST_NAME, ProtocolError, checked, listed, parse_time

__all__ = ["ProtocolError", "Table", "listed", "named", "parse_time", "refuse_twice"]

LONGEST_VALUE = 100

_SETTING = re.compile(r"[A-Za-z0-9_.+-]+")


def refuse_twice(where: str, what: str, names: Sequence[str]) -> None:
    """Refuse a name that is given twice."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ProtocolError(f"{where}: {what} {name!r} is given twice; give each its own name")
        seen.add(name)


def named(where: str, item: Mapping[str, Any], keys: tuple[Key, ...]) -> tuple[str, Table]:
    """Return the name of one of several tables, and the table, whose messages say that name."""
    name = Table(where, item, keys).read("name")
    return name, Table(f"{where} {name!r}", item, keys)


@dataclass
class Table:
    """One TOML table being read; remembers which keys were asked for, so the rest can be refused.

    Parameters
    ----------
    where : str
        Place named in every message, for example ``fear.toml: session 'conditioning'``.
    values : Mapping
        The table.
    keys : tuple of Key
        What `read` may be asked for.
    """

    where: str
    values: Mapping[str, Any]
    keys: tuple[Key, ...] = ()
    known: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """All its keys are known, whether they are asked for or not."""
        self.known |= {key.name for key in self.keys}

    def refuse(self, key: str, must: str) -> ProtocolError:
        """Return the error for `key`, naming what was given."""
        return ProtocolError(f"{self.where}: {key} = {shown(self.values.get(key))} {must}")

    def has(self, key: str) -> bool:
        """Return whether the table holds `key`."""
        self.known.add(key)
        return key in self.values

    def get(self, key: str, example: str) -> Any:
        """Return a required value; `example` shows how to write it."""
        if not self.has(key):
            raise ProtocolError(f"{self.where}: {key} is missing; add a line such as {example}")
        return self.values[key]

    def key(self, name: str) -> Key:
        """Return what one of `keys` may hold."""
        return next(key for key in self.keys if key.name == name)

    def read(self, name: str, allowed: Collection[str] = (), besides: str = "") -> Any:
        """Return what a key of `keys` holds; where it is left out its default, else None.

        Parameters
        ----------
        name : str
        allowed : collection of str
            Words of a choice that follow from the rest of the file.
        besides : str
            What else such a choice may be, for the message.
        """
        key = self.key(name)
        if not key.required and not self.has(name):
            return None if key.default is None else checked(key, key.default)
        if key.kind == CHOICE and not key.choices:
            key = replace(key, choices=tuple(allowed))
        return self._checked(key, besides)

    def text(self, name: str, example: str) -> str:
        """Return a required string on one line."""
        return self._checked(Key(name, TEXT, "", example.partition(" = ")[2]))

    def label(self, name: str, example: str) -> str:
        """Return a required name: it becomes a label in the dataset, so it holds no spaces."""
        return self._checked(Key(name, NAME, "", example.partition(" = ")[2]))

    def _checked(self, key: Key, besides: str = "") -> Any:
        value = self.get(key.name, key.line)
        try:
            return checked(key, value, besides)
        except ProtocolError as error:
            raise self.refuse(key.name, str(error)) from None

    def tables(self, key: str) -> list[Mapping[str, Any]]:
        """Return a list of tables (``[[key]]``), empty when absent."""
        value = self.values.get(key, [])
        self.known.add(key)
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.refuse(key, f"must be written as [[{key}]] tables")
        return value

    def settings(self, key: str) -> dict[str, str]:
        """Return parameters by ``group.name``, their values as text; none when absent.

        Values may be text or numbers, and names quoted or not: without quotes TOML reads
        ``plasticity.eta`` as a table within a table.
        """
        self.known.add(key)
        given = self.values.get(key, {})
        if not isinstance(given, dict):
            raise self.refuse(key, 'must be a table such as { "plasticity.eta" = 0 }')
        result: dict[str, str] = {}
        waiting = list(given.items())
        for name, value in waiting:
            where = f"{self.where}: {key}.{shown(name)}"
            if isinstance(value, dict) and value and len(name) <= LONGEST_NAME:
                waiting += [(f"{name}.{inner}", item) for inner, item in value.items()]
                continue
            if name in result:
                raise ProtocolError(f"{where} stands twice; write it once")
            if not _SETTING.fullmatch(name) or len(name) > LONGEST_NAME:
                raise ProtocolError(f"{where} is no name of a parameter")
            result[name] = _setting(where, value)
        return result

    def finish(self) -> None:
        """Refuse keys nobody asked for."""
        for key in self.values:
            if key not in self.known:
                allowed = ", ".join(sorted(self.known))
                near = suggestion(key, self.known)
                raise ProtocolError(
                    f"{self.where}: {shown(key)} is not a key here; allowed: {allowed}{near}"
                )


def _setting(where: str, value: object) -> str:
    """Return the value of a parameter as ``--set`` takes it."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    try:
        text = value if isinstance(value, str) else repr(value) if number else ""
    except ValueError:  # of thousands of digits
        text = ""
    if not text.strip() or len(text) > LONGEST_VALUE or printable(text) != text:
        raise ProtocolError(
            f'{where} = {shown(value)} must be a number, or text with a unit such as "30 Hz"'
        )
    return text
