"""What a mechanism is.

A mechanism is one file of this folder: equations, parameters, initial values, drugs and tools that
act on it, what of it is recorded, and the clock that it goes by. Everything that other rooms list
(constants of the equations, interventions, recorded traces, docs) is collected from the mechanisms
of a circuit, so a mechanism more is a file more, a word in the circuit's list, and the rows of its
parameters.

Mechanisms meet in places: a text such as ``{ip3_made}`` in the equations of one that others add a
term to (`models.compose`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

PHYSICAL, AWAKE, SLOW = "physical", "awake", "slow"
"""Clocks: never scaled; that of the animal's life, in which seconds to minutes matter; and the same
where hours to days do. ``speed`` in the equations of the last two is the seconds of that life which
pass in a simulated one: as many as trials are compressed by, and more in the hours that a clock
folds. There what is slow keeps to the clock, while what is fast goes on as fast as a time step
allows, far enough to come to rest (`models.circuits.amygdala_paces`)."""

_SPEED = re.compile(r"\bspeed\b")
_NOT_IN_NAMES = re.compile(r"\W")


@dataclass(frozen=True)
class Tool:
    """A drug, light or lesion: the quantity that it moves.

    Attributes
    ----------
    kind : str
        Name on the command line and in a protocol.
    tool : str
        What an experimenter would use.
    variable : str
        ``CELLS.VARIABLE`` of the equations that carries the dose, several where receptors are on
        several kinds of cells, or what else it moves.
    equation : str
        Where it acts.
    dose_unit : str
        What a dose of one means.
    highest : float
        Largest dose with a meaning; the smallest is 0.
    source : str
    target : str
        What has to be named with it: ``"cells"``, ``"population"`` (those that carry a label, too),
        ``"pathway"``, ``""`` for nothing; with ``"astrocytes"`` all or those with a label may be.
    conductance, reversal : str
        Of a conductance that it opens: the parameters that hold them at dose 1.
    permanent : bool
        Whether it can only be given for the whole experiment.
    labels : bool
        Whether it labels cells, which others then act on.
    """

    kind: str
    tool: str
    variable: str
    equation: str
    dose_unit: str
    highest: float
    source: str
    target: str = ""
    conductance: str = ""
    reversal: str = ""
    permanent: bool = False
    labels: bool = False

    @property
    def variables(self) -> tuple[str, ...]:
        """What it moves, where receptors are on several kinds of cells each of them."""
        return tuple(self.variable.split())


@dataclass(frozen=True)
class Record:
    """A variable of the cells whose traces a dataset holds.

    Attributes
    ----------
    name : str
        In the dataset.
    variable : str
        In the equations.
    factor : float
        From SI to `unit`.
    unit, meaning : str
    """

    name: str
    variable: str
    factor: float
    unit: str
    meaning: str


Rate = Callable[[Mapping[str, float]], float]
"""The fastest rate (1/s) of a variable, from constants in SI units and doses ``drug_NAME``."""


@dataclass(frozen=True)
class Mechanism:
    """One mechanism of one kind of cells.

    Attributes
    ----------
    name : str
        In messages and docs.
    cells : tuple of str
        Groups of cells, or kinds of synapses, whose equations it belongs to.
    equations : str
        May hold places for others, ``{name}``; so may statements.
    clock : str
        Of its own rates: `PHYSICAL`, `AWAKE` or `SLOW`.
    parameters : tuple of str
        Groups of parameters that its constants stand in.
    adds : mapping of str to str
        What it adds at the places of others, with the sign before it: at ``place`` of its own
        cells, or at ``cells.place`` of others.
    initial : mapping of str to str or float
        Value at the start by variable: a parameter, or a number in SI units; 0 if it is not there.
    reset : str
        What an event of its cells (a spike, a release) does to it.
    on_pre : str
        What a presynaptic spike does, where its cells are synapses.
    volume : mapping of str to str
        By transmitter: what a spike of a cell that releases it into a volume does to these cells.
    hands_over : mapping of str to str
        What an astrocyte hands to the cells of its domain, each summed by links of its own.
    hears : mapping of str to str
        By role of a population, or what afferents fire in: what a spike of one of them does to
        these cells, ``frac`` being one over their number.
    overhears : str
        What a spike of a principal cell does to the astrocyte of its domain, ``frac`` being one
        over the number of principal cells there.
    moves : mapping of str to str
        By cells: what an event of these does to all of them.
    gated : tuple of str
        Variables whose level in time also hangs on whether ``crossings`` of each cell, a count, is
        even or odd.
    scaled : mapping of str to str
        Variables whose level has a second part, and the variable of each cell that scales it.
    tools : tuple of Tool
    records : tuple of Record
    rates : mapping of str to Rate
        By variable; a time step must resolve them.
    """

    name: str
    cells: tuple[str, ...]
    equations: str
    clock: str
    parameters: tuple[str, ...] = ()
    adds: Mapping[str, str] = field(default_factory=dict)
    initial: Mapping[str, str | float] = field(default_factory=dict)
    reset: str = ""
    on_pre: str = ""
    volume: Mapping[str, str] = field(default_factory=dict)
    hands_over: Mapping[str, str] = field(default_factory=dict)
    hears: Mapping[str, str] = field(default_factory=dict)
    overhears: str = ""
    moves: Mapping[str, str] = field(default_factory=dict)
    gated: tuple[str, ...] = ()
    scaled: Mapping[str, str] = field(default_factory=dict)
    tools: tuple[Tool, ...] = ()
    records: tuple[Record, ...] = ()
    rates: Mapping[str, Rate] = field(default_factory=dict)

    @property
    def pace(self) -> str:
        """Variable of its cells that ``speed`` of its equations is; ``""`` if they have none.

        All slow mechanisms share one; a fast one has its own, as each is held up by its own rates.
        """
        if self.clock == PHYSICAL or not _SPEED.search(self.equations):
            return ""
        return f"pace_{'slow' if self.clock == SLOW else _NOT_IN_NAMES.sub('_', self.name)}"

    @property
    def paced(self) -> str:
        """Its equations with the pace in the place of ``speed``."""
        return _SPEED.sub(self.pace, self.equations) if self.pace else self.equations
