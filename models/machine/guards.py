"""What is watched of cells while a circuit runs: that no variable leaves what it can be."""

from __future__ import annotations

from collections.abc import Mapping

from brian2 import Equations

from models.machine.circuit import Cells, Guard

# By dimension, what a variable can be: lowest, highest, and the unit for messages.
Possible = Mapping[object, tuple[float | None, float | None, str]]


def guards(cells: Cells, possible: Possible) -> tuple[Guard, ...]:
    """Watch all state variables of `cells`: each is finite, and within what is `possible`."""
    known, anything = Equations(cells.equations), (None, None, "")
    return tuple(
        Guard(cells.name, name, low, unit, high)
        for name in sorted(known.diff_eq_names)
        for low, high, unit in [possible.get(known[name].dim, anything)]
    )
