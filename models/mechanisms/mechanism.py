"""What a mechanism is, and how a circuit is put together from those that it lists.

A mechanism is one file of this folder: equations, parameters, initial values, drugs and tools that
act on it, what of it is recorded, and the clock that it goes by. Everything that other rooms list
(constants of the equations, interventions, recorded traces, docs) is collected from the mechanisms
of a circuit, so a mechanism more is a file more, a word in the circuit's list, and the rows of its
parameters.

Mechanisms meet in places: a text such as ``{ip3_made}`` in the equations of one that others add a
term to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

import brian2 as b2

from models.checks import ModelError

PHYSICAL, AWAKE, SLOW = "physical", "awake", "slow"
"""Clocks: never scaled; that of the animal's life, in which seconds to minutes matter; and the same
where hours to days do. ``speed`` in the equations of the last two is the seconds of that life which
pass in a simulated one: as many as trials are compressed by, and more in the hours that a clock
folds. There what is slow keeps to the clock, while what is fast goes on as fast as a time step
allows, far enough to come to rest (`models.circuits.amygdala_paces`)."""

_PLACE = re.compile(r"\{(\w+)\}")
_SPEED = re.compile(r"\bspeed\b")


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
        ``CELLS.VARIABLE`` of the equations that carries the dose, or what else it moves.
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
        return "pace_slow" if self.clock == SLOW else f"pace_{re.sub(r"\W", "_", self.name)}"

    @property
    def paced(self) -> str:
        """Its equations with the pace in the place of ``speed``."""
        return _SPEED.sub(self.pace, self.equations) if self.pace else self.equations


def compose(mechanisms: Sequence[Mechanism], cells: str, kind: str = "equations") -> str:
    """Put a text of `cells` together, every place filled with what others add.

    Parameters
    ----------
    mechanisms : sequence of Mechanism
        Those of a circuit, in the order of their equations.
    cells : str
    kind : str
        ``"equations"``, ``"reset"`` or ``"on_pre"``.
    """
    here = [mechanism for mechanism in mechanisms if cells in mechanism.cells]
    if kind == "equations":
        paces = dict.fromkeys(mechanism.pace for mechanism in here if mechanism.pace)
        own = [mechanism.paced for mechanism in here] + [f"{pace} : 1" for pace in paces]
    else:
        own = [getattr(mechanism, kind) for mechanism in here]
    text = "\n".join(filter(None, own))
    added: dict[str, str] = {}
    for mechanism in mechanisms:
        for place, term in mechanism.adds.items():
            where, _, name = place.rpartition(".")
            if where == cells or (not where and cells in mechanism.cells):
                added[name] = added.get(name, "") + term
    while _PLACE.search(text):  # what is added may hold places itself
        text = _PLACE.sub(lambda match: added.get(match[1], ""), text)
    return text


def check_mechanisms(circuit: str, mechanisms: Sequence[Mechanism], constants: Set[str]) -> None:
    """Refuse mechanisms that need others which a circuit lacks.

    Parameters
    ----------
    circuit : str
        For messages.
    mechanisms : sequence of Mechanism
    constants : set of str
        Names that the parameters of the circuit give.

    Raises
    ------
    ModelError
        Naming the mechanism and what it adds to or asks for that nobody holds or provides.
    """
    places = {
        place
        for mechanism in mechanisms
        for text in (mechanism.equations, mechanism.reset, mechanism.on_pre,
                     *mechanism.adds.values())
        for place in _PLACE.findall(text)
    }  # fmt: skip
    for mechanism in mechanisms:
        for place in mechanism.adds:
            if place.rpartition(".")[2] not in places:
                raise ModelError(
                    f"mechanism '{mechanism.name}' of {circuit} adds to '{place}', which no other "
                    "holds; list the one that does, too"
                )
        for cells in mechanism.cells:
            provided = b2.Equations(compose(mechanisms, cells)).names
            asked = _identifiers(mechanism)
            missing = sorted(asked - provided - constants - _BUILT_IN)
            if missing:
                raise ModelError(
                    f"mechanism '{mechanism.name}' of {circuit} asks for {', '.join(missing)} of "
                    f"{cells}, which nobody provides; list the mechanism that has it, or give it "
                    "a parameter"
                )


def _identifiers(mechanism: Mechanism) -> set[str]:
    """Names that the equations of a mechanism read, what others add left aside."""
    text = _PLACE.sub("", mechanism.equations)
    return set(b2.Equations(text).identifiers) if text.strip() else set()


_BUILT_IN = frozenset(
    {"speed", "xi", "t", "dt", "i", *b2.DEFAULT_FUNCTIONS, *b2.DEFAULT_CONSTANTS,
     *b2.DEFAULT_UNITS}
)  # fmt: skip


def tools(mechanisms: Iterable[Mechanism]) -> tuple[Tool, ...]:
    """Return all tools, in the order of the mechanisms."""
    return tuple(tool for mechanism in mechanisms for tool in mechanism.tools)


def records(mechanisms: Iterable[Mechanism], cells: str) -> tuple[Record, ...]:
    """Return what is recorded of `cells`."""
    return tuple(
        row for mechanism in mechanisms if cells in mechanism.cells for row in mechanism.records
    )


def groups(mechanisms: Iterable[Mechanism]) -> tuple[str, ...]:
    """Return the groups of parameters that the constants of the equations stand in."""
    return tuple(
        dict.fromkeys(group for mechanism in mechanisms for group in mechanism.parameters)
    )


def initial(mechanisms: Iterable[Mechanism], cells: str) -> dict[str, str | float]:
    """Return values at the start of `cells` by variable, as `Mechanism.initial`."""
    found: dict[str, str | float] = {}
    for mechanism in mechanisms:
        if cells in mechanism.cells:
            found |= mechanism.initial
    return found


def rates(mechanisms: Iterable[Mechanism]) -> dict[str, Rate]:
    """Return the rates of all variables that have one."""
    return {name: rate for mechanism in mechanisms for name, rate in mechanism.rates.items()}
