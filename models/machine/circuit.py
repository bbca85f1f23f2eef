"""What a circuit is, as plain data: cells, links, inputs and records, and the tables that fill it.

A `Circuit` says which equations, how many cells and which clocks: all that a compiled program
depends on. What differs between animals, conditions and sweep points stands in its `Tables`:
constants, initial values, wiring, spikes and levels in time. So one program serves them all.
Links act at once, without delays, and nothing is drawn while a circuit runs.

Tables are arrays in SI units by name:

===============================  ===============================================================
``constant.NAME``                a constant of the equations, one number
``initial.OBJECT.VARIABLE``      values at the start, one number or one for each cell or link
``edges.LINKS.source, .target``  wiring, int32, sorted by source
``spikes.SOURCE.cell, .step``    host-drawn spikes, int32, sorted by time step
``course.CELLS.VARIABLE``        level at each step of the course, or a single one that holds, the
                                 same for all cells; or one column, or two with a gate, for each
                                 value of the integer variable that tells cells apart
``scaled.CELLS.VARIABLE``        the same, of what a variable of each cell scales
``rows.CELLS.VARIABLE``          that variable of each cell, int32
``indices.TRACES``               what a trace record records, int32
===============================  ===============================================================

What was recorded comes back in the same way: ``SPIKES.i``, ``SPIKES.t`` (s), ``TRACES.t`` and
``TRACES.VARIABLE``, the latter of shape (n_recorded, n_times).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
from brian2 import Quantity
from numpy.typing import NDArray

from models.units import base_unit

Tables = dict[str, NDArray]


@dataclass(frozen=True)
class Cells:
    """`n` cells with the same equations, stepping every `step` seconds.

    `threshold`, `reset` and `refractory` are empty where the cells have no events.
    """

    name: str
    n: int
    equations: str
    step: float
    method: str
    threshold: str = ""
    reset: str = ""
    refractory: str = ""


@dataclass(frozen=True)
class Source:
    """`n` cells whose spikes are drawn on the host."""

    name: str
    n: int


@dataclass(frozen=True)
class Links:
    """Synapses, junctions or hand-overs between two objects.

    What is summed over links is brought up to date every `step` seconds.
    `order` sorts what happens in the same step: links of a lower order act first.
    """

    name: str
    source: str
    target: str
    step: float
    model: str
    on_pre: str = ""
    order: int = -1


@dataclass(frozen=True)
class Course:
    """A variable of `cells` that the host sets every `step` seconds.

    For all cells alike, or for each by its integer variable `row`, a column of the table; with
    a `gate`, a variable that counts, a row has a column for even and one for odd counts; with a
    `scale`, a variable, that times the level of a second table like it is added.
    """

    cells: str
    variable: str
    step: float
    row: str = ""
    gate: str = ""
    scale: str = ""

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of its tables."""
        of = f"{self.cells}.{self.variable}"
        return (f"course.{of}", *((f"scaled.{of}",) if self.scale else ()))


@dataclass(frozen=True)
class SpikeRecord:
    """All events of a group of cells."""

    name: str
    of: str


@dataclass(frozen=True)
class TraceRecord:
    """`variables` of `n` cells or links, every `step` seconds."""

    name: str
    of: str
    variables: tuple[str, ...]
    n: int
    step: float


@dataclass(frozen=True)
class Guard:
    """A variable that must stay finite and from `lowest` to `highest`, where those are given.

    Both are in the SI unit that `unit` names for messages. Of several variables that leave their
    bounds in the same step the first in the circuit's order is named.
    """

    cells: str
    variable: str
    lowest: float | None = None
    unit: str = ""
    highest: float | None = None


@dataclass(frozen=True)
class Circuit:
    """A circuit before any device has seen it.

    Attributes
    ----------
    name : str
    step : float
        Time step of neurons and synapses, s.
    constants : mapping of str to str
        Unit of each constant of the equations, in base units: ``{"g_L": "siemens"}``.
    initial : tuple of str
        Tables of the initial values; a variable without one starts at zero.
    cells, sources, links, courses, spikes, traces, guards : tuple
    mend : str
        Parameters of the time steps, as the message of a run that left the regime names them.
    """

    name: str
    step: float
    constants: Mapping[str, str]
    cells: tuple[Cells, ...]
    sources: tuple[Source, ...]
    links: tuple[Links, ...]
    initial: tuple[str, ...] = ()
    courses: tuple[Course, ...] = ()
    spikes: tuple[SpikeRecord, ...] = ()
    traces: tuple[TraceRecord, ...] = ()
    guards: tuple[Guard, ...] = ()
    mend: str = "the time step"

    def fingerprint(self, *more: str) -> str:
        """Return a hash of the circuit and of `more` texts that a program depends on."""
        text = json.dumps([asdict(self), *more], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:24]

    def used(self, *texts: str) -> list[str]:
        """Return the constants that stand in equation strings, sorted."""
        return sorted(set(self.constants) & set(re.findall(r"[A-Za-z_]\w*", "\n".join(texts))))

    def sizes(self) -> dict[str, int]:
        """Return the number of cells of every group and source."""
        cells = {item.name: item.n for item in self.cells}
        return {**cells, **{item.name: item.n for item in self.sources}}

    def rows(self) -> list[tuple[str, str]]:
        """Return cells and variable of every integer variable that courses go by."""
        return sorted({(item.cells, item.row) for item in self.courses if item.row})

    def check(self, tables: Tables) -> None:
        """Check that `tables` fill the circuit: none is missing, too long, or leads astray.

        A program reads them unseen, so this is done before every run.

        Raises
        ------
        ValueError
            Naming the table, what it has and what it should have; or what draws noise, which no
            seed of the host would reach.
        """
        drawing: tuple[Cells | Links, ...] = (*self.cells, *self.links)
        for item in drawing:
            if noise := _NOISE.search(" ".join(str(text) for text in vars(item).values())):
                raise ValueError(
                    f"'{item.name}' draws noise inside the run ({noise.group()}), which a circuit "
                    "does not: draw it on the host, or run these equations in Brian2 itself"
                )
        sizes = self.sizes()
        for name in self.constants:
            _number(tables, f"constant.{name}")
        for link in self.links:
            ends = ("source", "target")
            edges = [_table(tables, f"edges.{link.name}.{end}") for end in ends]
            one, other = map(len, edges)
            if one != other:
                raise ValueError(f"edges.{link.name} has {one} sources and {other} targets")
            for end, where, index in zip(ends, (link.source, link.target), edges, strict=True):
                _indices(f"edges.{link.name}.{end}", index, sizes[where])
            if np.any(np.diff(edges[0]) < 0):
                raise ValueError(f"edges.{link.name} must be sorted by source")
            sizes[link.name] = len(edges[0])
        for source in self.sources:
            cell, step = (_table(tables, f"spikes.{source.name}.{x}") for x in ("cell", "step"))
            _indices(f"spikes.{source.name}.cell", cell, source.n)
            if len(cell) != len(step) or np.any(np.diff(step) < 0) or np.any(step[:1] < 0):
                raise ValueError(f"spikes.{source.name} must have sorted steps, one for each cell")
        for course in self.courses:
            self._check_course(course, tables, sizes[course.cells])
        for trace in self.traces:
            index = _table(tables, f"indices.{trace.name}")
            _indices(f"indices.{trace.name}", index, sizes[trace.of])
            if len(index) != trace.n:
                raise ValueError(f"indices.{trace.name} has {len(index)} entries, not {trace.n}")
        for name in self.initial:
            values, size = _table(tables, name), sizes[name.split(".")[1]]
            if values.size not in (1, size) or not np.isfinite(values).all():
                raise ValueError(
                    f"{name} has {values.size} values, some perhaps not finite; "
                    f"give 1 or {size} finite ones"
                )

    @staticmethod
    def _check_course(course: Course, tables: Tables, n: int) -> None:
        for name in course.tables:
            levels = _table(tables, name)
            if not np.isfinite(levels).all():
                raise ValueError(f"{name} must be finite")
            if not course.row and (course.gate or course.scale):
                what = f"gate, '{course.gate}'" if course.gate else f"scale, '{course.scale}'"
                raise ValueError(f"{name} has a {what}; give it a row, too")
            if course.row:
                row = _table(tables, f"rows.{course.cells}.{course.row}")
                _indices(f"rows.{course.cells}.{course.row}", row, n)
                columns = (int(row.max()) + 1) * (2 if course.gate else 1)
                if len(row) != n or levels.shape[1:] != (columns,):
                    raise ValueError(
                        f"{name} has shape {levels.shape}; give it {columns} columns for the "
                        f"{row.max() + 1} rows of {n} cells"
                    )


# What Brian2 draws at every step: noise of equations, and functions.
_NOISE = re.compile(r"\bxi(_\w+)?\b|\b(rand|randn|poisson|binomial)(?=\()")


def constants(space: Mapping[str, Quantity | float]) -> tuple[dict[str, str], Tables]:
    """Return units and tables of the constants of a namespace."""
    units = {name: base_unit(value) for name, value in space.items()}
    return units, {f"constant.{name}": np.array(float(value)) for name, value in space.items()}


def starts(tables: Tables) -> tuple[str, ...]:
    """Return the names of the tables of initial values, for `Circuit.initial`."""
    return tuple(sorted(name for name in tables if name.startswith("initial.")))


def _table(tables: Tables, name: str) -> NDArray:
    if name not in tables:
        raise ValueError(f"table '{name}' is missing")
    return tables[name]


def _number(tables: Tables, name: str) -> None:
    values = _table(tables, name)
    if values.size != 1 or not np.isfinite(values).all():
        raise ValueError(f"{name} must be one finite number, not {values}")


def _indices(name: str, index: NDArray, size: int) -> None:
    if len(index) and not 0 <= index.min() <= index.max() < size:
        raise ValueError(
            f"{name} leads to {int(index.min())} and {int(index.max())}; allowed: 0 to {size - 1}"
        )
