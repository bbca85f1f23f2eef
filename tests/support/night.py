"""Astrocytes alone through hours that a clock folds, and the same equations through real hours."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import brian2 as b2
import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from models.circuits.amygdala_mechanisms import composed, paced
from models.circuits.amygdala_paces import check_folds, make_paces
from models.circuits.amygdala_prefrontal import namespace
from models.circuits.amygdala_rest import at_rest
from models.machine.circuit import Cells, Circuit, TraceRecord, constants, starts
from models.machine.clocks import Clocks, choose_clocks
from models.mechanisms.astrocyte.gliotransmission import RELEASE_THRESHOLD
from models.mechanisms.mechanism import SLOW
from models.parameters import ParameterSet
from models.run import run_circuit

CELLS = "astrocyte"
SPEED = 10.0
HOUR = 3600.0


def numbers(parameters: ParameterSet, speed: float = SPEED) -> dict[str, float]:
    """Return the constants of the equations in SI units."""
    return {name: float(value) for name, value in namespace(parameters, speed).items()}


def rest(parameters: ParameterSet, levels: Mapping[str, float] | None = None) -> dict[str, float]:
    """Return where an astrocyte begins, by variable, with doses by variable."""
    given = {f"{CELLS}.{name}": np.full(3, level) for name, level in (levels or {}).items()}
    found = at_rest(parameters, numbers(parameters), given)
    return {name.split(".")[2]: float(value) for name, value in found.items()}


def slow_variables() -> tuple[str, ...]:
    """Return what keeps to the clock through a fold."""
    return tuple(
        name for (cells, _), mechanisms in paced().items()
        if cells == CELLS and mechanisms[0].clock == SLOW
        for mechanism in mechanisms
        for name in re.findall(r"\bd(\w+)/dt", mechanism.equations)
    )  # fmt: skip


@dataclass(frozen=True)
class Fold:
    """Hours that pass in `simulated` seconds of protocol time."""

    hours: float
    simulated: float

    def clocks(self, parameters: ParameterSet, device: str = "numpy") -> Clocks:
        return choose_clocks(parameters, SPEED, device)

    def slow_time(self, clocks: Clocks) -> NDArray[np.float64]:
        """Slow clock at each slow step, as `Inputs.slow_time`."""
        steps = np.arange(round(self.simulated / SPEED / clocks.slow) + 2)
        return steps * clocks.slow * self.hours * HOUR / (self.simulated / SPEED)

    def check(self, parameters: ParameterSet, **doses: float) -> None:
        """Refuse it as an animal is refused that lives through it."""
        clocks = self.clocks(parameters)
        check_folds(
            parameters, self.slow_time(clocks), clocks, {**numbers(parameters), **doses}
        )


def live(
    parameters: ParameterSet, fold: Fold, start: Mapping[str, float], variables: tuple[str, ...],
    samples: int = 25, levels: Mapping[str, float] | None = None, device: str = "numpy",
) -> tuple[NDArray[np.float64], dict[str, NDArray[np.float64]]]:  # fmt: skip
    """Let one astrocyte that nothing drives live through a fold.

    Parameters
    ----------
    parameters : ParameterSet
    fold : Fold
    start : mapping of str to float
        SI; what is not there starts at 0.
    variables : tuple of str
    samples : int
        Into how many parts of equal length its life is cut.
    levels : mapping of str to float
        Doses by variable.
    device : str

    Returns
    -------
    times : ndarray, shape (samples + 1,)
        Seconds of life.
    values : dict of str to ndarray
        SI.
    """
    clocks = fold.clocks(parameters, device)
    units, tables = constants(namespace(parameters, SPEED))
    courses, more = make_paces(fold.slow_time(clocks), clocks, numbers(parameters))
    tables |= more
    given = {**start, **(levels or {})}
    tables |= {f"initial.{CELLS}.{name}": np.array(value) for name, value in given.items()}
    tables["indices.traces"] = np.zeros(1, np.int32)
    duration = fold.simulated / SPEED
    step = round(duration / samples / clocks.astrocyte) * clocks.astrocyte
    circuit = Circuit(
        "night", clocks.neuron, units,
        (
            Cells(
                CELLS, 1, composed(CELLS), clocks.astrocyte, "rk4", threshold=RELEASE_THRESHOLD,
                reset=composed(CELLS, "reset"), refractory="tau_event/speed",
            ),
        ),
        (), (), starts(tables), tuple(each for each in courses if each.cells == CELLS),
        traces=(TraceRecord("traces", CELLS, variables, 1, step),),
    )  # fmt: skip
    found = run_circuit(circuit, tables, duration + 2 * clocks.astrocyte, device).records
    times = found["traces.t"] * fold.hours * HOUR / duration
    return times, {name: found[f"traces.{name}"][0] for name in variables}


def slopes(
    parameters: ParameterSet, speed: float = 1.0
) -> Callable[[Mapping[str, float]], dict[str, float]]:
    """Return what gives, for a state in SI units, the slope of each variable and all else.

    Every clock is at `speed`; doses may stand in the state, and what does not is 0. The slope of
    ``x`` is ``dx/dt``.
    """
    equations = b2.Equations(composed(CELLS))
    code = [
        (
            f"d{item.varname}/dt" if item.varname in equations.diff_eq_names else item.varname,
            compile(item.expr.code.strip(), item.varname, "eval"),
        )
        for item in equations.ordered if item.type != "parameter"
    ]  # fmt: skip
    space = {
        **vars(np), "int": float, **dict.fromkeys(equations.names, 0.0),
        **numbers(parameters, speed), "gain": 1.0,
        **{pace: speed for cells, pace in paced() if cells == CELLS},
    }  # fmt: skip

    def at(state: Mapping[str, float]) -> dict[str, float]:
        now = {**space, **state}
        for name, expression in code:
            now[name] = eval(expression, {"__builtins__": {}}, now)
        return now

    return at


def solve(
    parameters: ParameterSet, start: Mapping[str, float], times: NDArray[np.float64],
    variables: tuple[str, ...],
) -> dict[str, NDArray[np.float64]]:  # fmt: skip
    """Let SciPy solve the astrocyte's equations with every clock at one second a second.

    Events are not among them: give the state after the last one.
    """
    states = sorted(b2.Equations(composed(CELLS)).diff_eq_names)
    first = np.array([start.get(name, 0.0) for name in states])
    scale = np.maximum(abs(first), 1e-4)
    at = slopes(parameters)

    def flow(_: float, y: NDArray[np.float64]) -> NDArray[np.float64]:
        now = at(dict(zip(states, (y * scale).tolist(), strict=True)))
        return np.array([now[f"d{name}/dt"] for name in states]) / scale

    solved = solve_ivp(
        flow, (times[0], times[-1]), first / scale, "LSODA", times, rtol=1e-8, atol=1e-10
    )
    assert solved.success, solved.message
    now = at({name: solved.y[k] * scale[k] for k, name in enumerate(states)})
    return {name: np.asarray(now[name]) for name in variables}
