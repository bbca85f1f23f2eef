"""The conditions of the paradigm `basal_amygdala_2011`: networks, phases and inputs of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.basal_amygdala_2011 import Inputs
from models.basal_amygdala_wiring import Wiring, draw_wiring
from models.parameters import ParameterSet

PHASES = ("conditioning", "extinction", "context_return")

# Share of inhibitory cells silenced in extinction, by condition.
BLOCKED = {"block_50": 0.5, "block_90": 0.9}
# Connection probabilities raised to protocol.p_gamma. The replication's code raises all three,
# though both papers speak of the last only.
DENSE = {"gamma": ("E_to_I", "I_to_E", "I_to_I"), "gamma_I_to_I": ("I_to_I",)}
# The standard run returns to context A with the modulator on, as published, or off: then nothing
# that happens on the return is plasticity.
FROZEN = "frozen_return"
CONDITIONS = ("spontaneous", "standard", FROZEN, *BLOCKED, *DENSE)


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
    if condition == "spontaneous":
        return [], 0
    if condition in DENSE:
        counts = {"conditioning": value["n_gamma"]}
    else:
        counts = {"conditioning": value["n_conditioning"], "extinction": value["n_extinction"]}
        if condition in ("standard", FROZEN):
            counts["context_return"] = 1
    found, now = [], 0
    for phase, count in counts.items():
        now += value["transient"]
        for _ in range(count):
            found.append(Presentation(phase, now))
            now += cycle
    return found, now


def draw_inputs(parameters: ParameterSet, condition: str, duration: int) -> Inputs:
    """Tables of a condition on a grid of one `input` step, for `duration` ms.

    Contexts are on from the first CS of their phase to the pause after its last, the modulator
    during every CS (but see `FROZEN`).
    """
    step = parameters.value("numerics.dt_input")
    length = parameters.value("protocol.cs_duration")
    pause = parameters.value("protocol.cs_pause")
    now = step * np.arange(round(duration / step)) + step / 2
    cs, learning, silenced = np.zeros((3, len(now)))
    context = {name: np.zeros(len(now)) for name in "AB"}
    presentations, _ = schedule(parameters, condition)
    for one in presentations:
        on = (now >= one.onset) & (now < one.onset + length)
        cs[on] = 1
        learning[on] = (condition, one.phase) != (FROZEN, "context_return")
        within = (now >= one.onset) & (now < one.onset + length + pause)
        context["B" if one.phase == "extinction" else "A"][within] = 1
        if one.phase == "extinction":
            silenced[now >= one.onset] = BLOCKED.get(condition, 0.0)
    return Inputs(cs, context["A"], context["B"], learning, silenced)


def wire(parameters: ParameterSet, condition: str, seed: int, size: int | None) -> Wiring:
    """The network of a condition: dense inhibition where the condition asks for it."""
    p = parameters.value("protocol.p_gamma")
    return draw_wiring(parameters, seed, size, {name: p for name in DENSE.get(condition, ())})
