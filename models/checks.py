"""Refuse what lies outside the regime where the model is defined, and stop a run that leaves it.

Before a run: `check_parameters`, `models.time_step.check_time_step` and
`models.tissue.wiring.check_graph`; the builders call them. During a run: `guard`, or the guards of
a `models.machine.circuit.Circuit`, compiled or not. After a run: `check_traces`.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Mapping

import brian2 as b2
import numpy as np
from numpy.typing import ArrayLike

from astrogram.errors import AstrogramError

# A negative value closer to zero than this (mmolar) is rounding, not a wrong model: 1e-9 umolar.
ROUNDING = 1e-12
_CONCENTRATION = b2.mmolar.dim
CONCENTRATIONS = {_CONCENTRATION: (-ROUNDING, None, "mmolar")}
"""What `models.machine.circuit.guards` asks of astrocytes: no concentration is negative."""


class ModelError(AstrogramError, ValueError):
    """Parameters, initial values, a graph or a time step outside the model's regime; one line."""


class RegimeError(AstrogramError, RuntimeError):
    """A run that left the regime: which variable of which astrocyte, and when; one line."""


def check_parameters(namespace: Mapping[str, object]) -> None:
    """Check the constants and initial values of an astrocyte.

    Parameters
    ----------
    namespace : mapping of str to quantity
        Names as in ``models/tables/astrocyte_g_chi``; what is not there is not checked.

    Raises
    ------
    ModelError
        For a constant that is negative or not finite, initial calcium above the total C_T, or an
        initial fraction h_0 outside 0 to 1.
    """
    for name, value in namespace.items():
        if not isinstance(value, int | float | np.ndarray | b2.Quantity):
            continue
        numbers = np.asarray(value, dtype=float)
        if not np.all(np.isfinite(numbers)):
            raise ModelError(f"{name} = {value} is not finite; give a number")
        if np.any(numbers < 0):
            what = "concentration" if b2.get_dimensions(value) is _CONCENTRATION else "constant"
            raise ModelError(f"{name} = {value} is a negative {what}; allowed: 0 or more")
    if "C_T" in namespace:
        total = float(namespace["C_T"])  # type: ignore[arg-type]
        if total == 0:
            raise ModelError("C_T = 0: a cell without calcium has no dynamics; give more than 0")
        if np.any(np.asarray(namespace.get("C_0", 0), dtype=float) > total):
            raise ModelError(
                f"C_0 = {namespace['C_0']} is above the total calcium C_T = {namespace['C_T']}; "
                "allowed: 0 to C_T"
            )
    if np.any(np.asarray(namespace.get("h_0", 0), dtype=float) > 1):
        raise ModelError(f"h_0 = {namespace['h_0']} is a fraction; allowed: 0 to 1")


def _complaint(name: str, cell: int, value: float, concentration: bool, time: float) -> str:
    shown = f"{value * 1e3:.4g} uM" if concentration else f"{value:.4g}"
    return (
        f"{name} of astrocyte {cell} is {shown} at t = {time:.6g} s; a smaller time step or "
        "parameters within the published ranges keep it defined"
    )


def check_traces(
    time: ArrayLike, traces: Mapping[str, ArrayLike], concentrations: Iterable[str] = ("C", "I")
) -> None:
    """Check recorded traces, wherever they were made.

    Parameters
    ----------
    time : array_like, shape (n_times,)
        s.
    traces : mapping of str to array_like, shape (n_astrocytes, n_times)
        Concentrations in mmolar.
    concentrations : iterable of str
        The variables that must not be negative.

    Raises
    ------
    RegimeError
        At the earliest value that is not finite or negative.
    """
    times, allowed = np.asarray(time, dtype=float), set(concentrations)
    worst: tuple[float, str] | None = None
    for name, trace in traces.items():
        values = np.asarray(trace, dtype=float)
        wrong = ~np.isfinite(values)
        if name in allowed:
            wrong |= values < -ROUNDING
        if wrong.any():
            step = int(np.argmax(wrong.any(axis=0)))
            cell = int(np.argmax(wrong[:, step]))
            if worst is None or times[step] < worst[0]:
                text = _complaint(name, cell, values[cell, step], name in allowed, times[step])
                worst = (times[step], text)
    if worst is not None:
        raise RegimeError(worst[1])


def guard(group: b2.NeuronGroup, every: b2.Quantity) -> None:
    """Stop the run when a variable of `group` is not finite or a concentration is negative.

    The check becomes part of `group`, so every network that holds the group holds it, the one of
    Brian2's own ``run()`` too. A program of C++ standalone or GeNN cannot call it: there use
    `check_traces`.

    Parameters
    ----------
    group : brian2.NeuronGroup
        Astrocytes; all variables with a differential equation are watched.
    every : brian2.Quantity
        Time between two checks: how exact the time in the message is, and what it costs.

    Raises
    ------
    RegimeError
        From the run, with variable, astrocyte and time.
    ModelError
        On a device whose programs cannot call Python.
    """
    if type(b2.get_device()).__name__ != "RuntimeDevice":
        raise ModelError(
            "guard looks from Python, which a compiled program cannot call; use it on numpy or "
            "cython, and models.checks.check_traces on what was recorded elsewhere"
        )
    names = sorted(group.equations.diff_eq_names)
    positive = [name for name in names if group.variables[name].dim is _CONCENTRATION]
    watched = weakref.proxy(group)  # which holds the check

    def look(t: b2.Quantity) -> None:
        traces = {name: watched.variables[name].get_value()[:, np.newaxis] for name in names}
        check_traces([np.asarray(t).item()], traces, positive)

    group.contained_objects.append(
        b2.NetworkOperation(look, dt=every, when="end", name=f"{group.name}_guard*")
    )
