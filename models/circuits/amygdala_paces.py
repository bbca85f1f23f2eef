"""How fast mechanisms live: seconds of the animal's life that pass for them in a simulated one.

While the animal is awake all of its life passes at the compression of the clock. In the hours that
a clock folds, far more of it passes in a step than a fast process can be stepped through. So what
is slow keeps to the clock, and a fold that is too coarse for it is refused; what is fast lives as
much of the fold as its own rates allow in a step, and a fold in which that is not enough to come to
rest is refused, too. Nothing drives it there: no cell fires, so at rest it stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from models.checks import ModelError
from models.circuits.amygdala_mechanisms import paced
from models.machine.circuit import Course, Tables
from models.machine.clocks import Clocks
from models.mechanisms.mechanism import SLOW, Mechanism
from models.parameters import ParameterSet
from models.tissue.anatomy import OTHER, PRINCIPAL

LARGEST_STEP = {"astrocyte": 1.28, "body": 0.5, PRINCIPAL: 0.5, OTHER: 0.5}
"""A step of a fold times the fastest rate of what is held up by it, by cells: where Runge-Kutta and
Euler methods still follow a decay. Above 1.29 the last stage of the Runge-Kutta method lies below
zero (1 - z + z**2/2 - z**3/4), and receptors read a transmitter there that cannot be."""

FINEST = 0.1
"""A step of a fold times the rate of what is slow: there a step is right to a millionth."""


def make_paces(
    slow_time: NDArray[np.float64], clocks: Clocks, constants: Mapping[str, float]
) -> tuple[tuple[Course, ...], Tables]:
    """Return the courses of all paces, and their tables.

    Parameters
    ----------
    slow_time : ndarray, shape (n_steps,)
        Slow clock at each slow step, s.
    clocks : Clocks
    constants : mapping of str to float
        Of the equations, in SI units, and the largest dose of each ``drug_NAME``.
    """
    courses, tables = [], {}
    passed = _passed(slow_time, clocks)
    for (cells, pace), mechanisms in paced().items():
        courses.append(Course(cells, pace, clocks.slow))
        tables[f"course.{cells}.{pace}"] = np.minimum(
            passed, _fastest_pace(mechanisms, cells, clocks, constants)
        )
    return tuple(courses), tables


def check_folds(
    parameters: ParameterSet, slow_time: NDArray[np.float64], clocks: Clocks,
    constants: Mapping[str, float],
) -> None:  # fmt: skip
    """Refuse folds that are too coarse for what is slow, or too short for what is fast to rest.

    Parameters
    ----------
    parameters : ParameterSet
        ``numerics.rest``: how much of its life rest takes.
    slow_time, clocks, constants
        As for `make_paces`.

    Raises
    ------
    ModelError
        Naming the fold, the mechanism and what to change; one line.
    """
    rest = float(parameters.quantity("numerics.rest"))
    passed, speed = _passed(slow_time, clocks), constants["speed"]
    folded = passed > speed * 1.001
    edges = np.flatnonzero(np.diff(np.concatenate([[False], folded, [False]]).astype(int)))
    for start, stop in edges.reshape(-1, 2):
        within, simulated = passed[start:stop], (stop - start) * clocks.slow * speed
        hours = within.sum() * clocks.slow / 3600
        # all of them, so that who does as the message says is not refused for another
        times, why = max(_lacks(within, min(rest, hours * 3600), clocks, constants))
        if times > 1 + 1e-6:
            allowed = simulated * times
            # whole steps of the slow clock, which any protocol can have
            digit = max(10.0 ** (np.floor(np.log10(allowed)) - 2), clocks.slow * speed)
            raise ModelError(
                f"a fold of {hours:.4g} h into {simulated:.4g} s of protocol time is {why}; "
                f"allowed: at least {np.ceil(allowed / digit) * digit:.4g} s (simulated), or a "
                "smaller numerics.dt_astrocyte"
            )


def _lacks(
    within: NDArray[np.float64], rest: float, clocks: Clocks, constants: Mapping[str, float]
) -> Iterator[tuple[float, str]]:
    """By how much longer a fold must be for each mechanism, and why."""
    for (cells, _), mechanisms in paced().items():
        step = _step(cells, clocks)
        if mechanisms[0].clock == SLOW:
            rates = {key: rate({**constants, "speed": 1.0}) for one in mechanisms
                     for key, rate in one.rates.items()}  # fmt: skip
            variable = max(rates, key=rates.__getitem__)
            yield (
                float(within.max()) * step * rates[variable] / FINEST,
                f"too coarse for {variable}, whose fastest rate is {3600 * rates[variable]:.3g} /h",
            )
        else:
            most = _fastest_pace(mechanisms, cells, clocks, constants)
            lived = float(np.minimum(within, most).sum() * clocks.slow)
            yield (
                rest / lived,
                f"too short for {mechanisms[0].name} to come to rest, of which {lived:.3g} s pass "
                "in it",
            )


def _passed(slow_time: NDArray[np.float64], clocks: Clocks) -> NDArray[np.float64]:
    passed = np.diff(slow_time) / clocks.slow
    return np.append(passed, passed[-1])


def _step(cells: str, clocks: Clocks) -> float:
    return clocks.neuron if cells in (PRINCIPAL, OTHER) else clocks.astrocyte


def _fastest_pace(
    mechanisms: list[Mechanism], cells: str, clocks: Clocks, constants: Mapping[str, float]
) -> float:
    """Largest pace that a step of `cells` takes; without end for what keeps to the clock."""
    if mechanisms[0].clock == SLOW:
        return np.inf
    most = np.inf
    for mechanism in mechanisms:
        for variable, rate in mechanism.rates.items():
            if f"d{variable}/dt" not in mechanism.equations:  # of another circuit's form of it
                continue
            own = rate({**constants, "speed": 0.0})  # of what no clock scales
            slope = rate({**constants, "speed": 1.0}) - own
            if slope > 0:
                left = LARGEST_STEP[cells] / _step(cells, clocks) - own
                most = min(most, max(left / slope, constants["speed"]))
    return most
