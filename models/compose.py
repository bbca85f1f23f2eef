"""How the equations of a circuit are put together from the mechanisms that it lists.

And what else is collected from them: tools, records, groups of parameters, initial values, rates.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set

import brian2 as b2

from models.checks import ModelError
from models.mechanisms.mechanism import Mechanism, Rate, Record, Tool

_PLACE = re.compile(r"\{(\w+)\}")


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
    provided = {
        cells: b2.Equations(compose(mechanisms, cells)).names
        for cells in dict.fromkeys(name for mechanism in mechanisms for name in mechanism.cells)
    }
    for mechanism in mechanisms:
        for place in mechanism.adds:
            if place.rpartition(".")[2] not in places:
                raise ModelError(
                    f"mechanism '{mechanism.name}' of {circuit} adds to '{place}', which no other "
                    "holds; list the one that does, too"
                )
        for cells in mechanism.cells:
            asked = _identifiers(mechanism)
            missing = sorted(asked - provided[cells] - constants - _BUILT_IN)
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
