"""Refuse what lies outside the regime where the model is defined, and stop a run that leaves it.

Before a run: `check_parameters`, `models.time_step.check_time_step` and
`models.tissue.wiring.check_graph`; the builders call them. During a run: `guard`. After a run, on
any device: `check_traces`.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import brian2 as b2
import numpy as np
from brian2.units.fundamentalunits import get_unit
from numpy.typing import ArrayLike

from astrogram.errors import AstrogramError

# A negative value closer to zero than this (mmolar) is rounding, not a wrong model: 1e-9 umolar.
ROUNDING = 1e-12
_CONCENTRATION = b2.mmolar.dim
_MARK = "left the regime: "


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


# The check inside compiled code, once per astrocyte and variable: prints one line and ends the run.
_WATCH = """
#include <cstdlib>
#include <iostream>
static double watch_%(name)s(double value, double t, int cell)
{
    if (!(value >= %(low)s) || !(value <= 1e300))
    {
        std::cout << "%(mark)s%(name)s %(kind)s " << cell << " " << value << " " << t << std::endl;
        std::exit(3);
    }
    return value;
}
"""


def _watch_compiled(
    group: b2.NeuronGroup, bounded: Sequence[tuple[str, bool]], every: b2.Quantity
) -> None:
    for name, concentration in bounded:
        unit = get_unit(group.variables[name].dim)
        function = b2.Function(
            lambda value, t, cell: value,
            arg_units=[unit, b2.second, 1],
            return_unit=unit,
            stateless=False,
        )
        low = f"{-ROUNDING:g}" if concentration else "-1e300"
        kind = "concentration" if concentration else "other"
        code = _WATCH % {"name": name, "kind": kind, "low": low, "mark": _MARK}
        function.implementations.add_implementation("cpp", code, name=f"watch_{name}")
        group.namespace[f"watch_{name}"] = function
        group.run_regularly(f"watched = watch_{name}({name}, t, i)", dt=every, when="end")


def guard(group: b2.NeuronGroup, every: b2.Quantity) -> None:
    """Stop the run when a variable of `group` is not finite or a concentration is negative.

    The check becomes part of `group`, so every network that holds the group holds it, the one of
    Brian2's own ``run()`` too. C++ standalone compiles it (see `raise_if_stopped`). GeNN can
    neither call Python nor end a run: there use `check_traces`.

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
    """
    names = sorted(group.equations.diff_eq_names)
    bounded = [(name, group.variables[name].dim is _CONCENTRATION) for name in names]
    device = type(b2.get_device()).__name__
    if device == "CPPStandaloneDevice":
        _watch_compiled(group, bounded, every)
        return
    if device != "RuntimeDevice":
        return

    positive = [name for name, concentration in bounded if concentration]
    watched = weakref.proxy(group)  # which holds the check

    def look(t: b2.Quantity) -> None:
        traces = {name: watched.variables[name].get_value()[:, np.newaxis] for name in names}
        check_traces([np.asarray(t).item()], traces, positive)

    group.contained_objects.append(
        b2.NetworkOperation(look, dt=every, when="end", name=f"{group.name}_guard*")
    )


def raise_if_stopped(directory: Path) -> None:
    """Raise what `guard` found in a C++ standalone run in `directory`.

    Raises
    ------
    RegimeError
        With variable, astrocyte and time.
    """
    log = directory / "results" / "stdout.txt"
    text = log.read_text(errors="replace") if log.exists() else ""
    if _MARK in text:
        name, kind, cell, value, time = text.rsplit(_MARK, 1)[1].split()[:5]
        concentration = kind == "concentration"
        raise RegimeError(_complaint(name, int(cell), float(value), concentration, float(time)))
