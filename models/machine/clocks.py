"""The time steps of one run, which depend on the device."""

from __future__ import annotations

from dataclasses import dataclass

from models.parameters import ParameterSet


@dataclass(frozen=True)
class Clocks:
    """Time steps, s: neurons and synapses (the default clock), astrocytes, slow clock and drugs."""

    neuron: float
    astrocyte: float
    slow: float


def choose_clocks(parameters: ParameterSet, speed: float, device: str) -> Clocks:
    """Time steps for `device`.

    Astrocytes step slowly except on GeNN, which knows one clock for all cells; the slow clock
    and the drugs are set by the host, at the same times on every device.
    """
    dt = float(parameters.quantity("numerics.dt"))

    def multiple(name: str) -> float:
        wanted = float(parameters.quantity(name)) / speed
        return max(1, round(wanted / dt)) * dt

    astrocyte = dt if device == "genn" else multiple("numerics.dt_astrocyte")
    return Clocks(dt, astrocyte, multiple("numerics.dt_slow"))
