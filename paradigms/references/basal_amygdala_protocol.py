"""The conditions of the paradigm `basal_amygdala_2011`: networks, phases and inputs of each.

`_TABLE` is the whole of what one condition does otherwise than another.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.circuits.basal_amygdala_2011 import InputTables
from models.circuits.basal_amygdala_wiring import Wiring, draw_wiring
from models.parameters import ParameterSet


@dataclass(frozen=True)
class Phase:
    """A row of CS presentations.

    Attributes
    ----------
    name : str
    context : str
        ``"A"`` or ``"B"``: on from the first CS of the phase to the pause after its last.
    count : str or int
        Number of presentations, or the parameter that holds it.
    learning : bool
        Whether the modulator is on during the CS.
    silenced : float
        Share of inhibitory cells silenced from the first CS on.
    """

    name: str
    context: str
    count: str | int
    learning: bool = True
    silenced: float = 0.0


@dataclass(frozen=True)
class Condition:
    """Phases in a row, and the connection probabilities that are raised to protocol.p_gamma."""

    phases: tuple[Phase, ...]
    dense: tuple[str, ...] = ()


_CONDITIONING = Phase("conditioning", "A", "n_conditioning")
_EXTINCTION = Phase("extinction", "B", "n_extinction")
_RETURN = Phase("context_return", "A", 1)
_OSCILLATING = Phase("conditioning", "A", "n_gamma")

PHASES = tuple(phase.name for phase in (_CONDITIONING, _EXTINCTION, _RETURN))
FROZEN = "frozen_return"

_TABLE = {
    "spontaneous": Condition(()),
    "standard": Condition((_CONDITIONING, _EXTINCTION, _RETURN)),
    # Back in context A with the modulator on, as published, or off: then nothing that happens on
    # the return is plasticity.
    FROZEN: Condition((_CONDITIONING, _EXTINCTION, replace(_RETURN, learning=False))),
    "block_50": Condition((_CONDITIONING, replace(_EXTINCTION, silenced=0.5))),
    "block_90": Condition((_CONDITIONING, replace(_EXTINCTION, silenced=0.9))),
    # The replication's code raises all three, though both papers speak of the last only.
    "gamma": Condition((_OSCILLATING,), ("E_to_I", "I_to_E", "I_to_I")),
    "gamma_I_to_I": Condition((_OSCILLATING,), ("I_to_I",)),
}
CONDITIONS = tuple(_TABLE)
DENSE = tuple(name for name, condition in _TABLE.items() if condition.dense)


@dataclass(frozen=True)
class Presentation:
    """One CS: the phase that it stands in and its onset, ms."""

    phase: str
    onset: int


def schedule(parameters: ParameterSet, condition: str) -> tuple[list[Presentation], int]:
    """CS presentations of a condition and the end of its last phase, ms.

    The standard run is conditioning in context A, extinction in B, and one CS back in A.
    """
    value = {row.name: round(row.value) for row in parameters.rows() if row.group == "protocol"}
    cycle = value["cs_duration"] + value["cs_pause"]
    found, now = [], 0
    for phase in _TABLE[condition].phases:
        now += value["transient"]
        for _ in range(phase.count if isinstance(phase.count, int) else value[phase.count]):
            found.append(Presentation(phase.name, now))
            now += cycle
    return found, now


def draw_inputs(parameters: ParameterSet, condition: str, duration: int) -> InputTables:
    """Tables of a condition on a grid of one `input` step, for `duration` ms.

    Contexts are on from the first CS of their phase to the pause after its last, the modulator
    during every CS where the phase is one of learning.
    """
    phases = {phase.name: phase for phase in _TABLE[condition].phases}
    step = parameters.value("numerics.dt_input")
    length = parameters.value("protocol.cs_duration")
    pause = parameters.value("protocol.cs_pause")
    now = step * np.arange(round(duration / step)) + step / 2
    cs, learning, silenced = np.zeros((3, len(now)))
    context = {name: np.zeros(len(now)) for name in "AB"}
    presentations, _ = schedule(parameters, condition)
    for presentation in presentations:
        on = (now >= presentation.onset) & (now < presentation.onset + length)
        cs[on] = 1
        phase = phases[presentation.phase]
        learning[on] = phase.learning
        within = (now >= presentation.onset) & (now < presentation.onset + length + pause)
        context[phase.context][within] = 1
        if phase.silenced:
            silenced[now >= presentation.onset] = phase.silenced
    return InputTables(cs, np.column_stack(list(context.values())), learning, silenced)


def wire(parameters: ParameterSet, condition: str, seed: int, size: int | None) -> Wiring:
    """The network of a condition: dense inhibition where the condition asks for it."""
    p = parameters.value("protocol.p_gamma")
    return draw_wiring(parameters, seed, size, {name: p for name in _TABLE[condition].dense})
