"""Where an animal begins: its astrocytes at rest, as after a night in which nothing happened."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from types import CodeType

import brian2 as b2
import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from models.checks import ModelError
from models.circuits.amygdala_mechanisms import MECHANISMS, composed, paced
from models.compose import initial
from models.machine.circuit import Tables
from models.mechanisms.mechanism import SLOW
from models.parameters import ParameterSet

CELLS = "astrocyte"
SOME, LONG = 1200.0, 1e6
"""Seconds after which one sees whether calcium settles, and after which whatever settles has. What
is slow lives the long ones in both, so that it is at rest where calcium goes round for ever."""
CYCLE, STILL = ("C", "h", "I"), 1e-4
"""What goes round, and its change in a second, relative to what it sets out from, if it settles."""


def at_rest(
    parameters: ParameterSet, constants: Mapping[str, float],
    levels: Mapping[str, NDArray[np.float64]],
) -> Tables:  # fmt: skip
    """Return initial values of astrocytes that nothing has reached for long.

    Where calcium oscillates of itself, as with some doses of Gq, they are those of its cycle after
    twenty minutes.

    Parameters
    ----------
    parameters : ParameterSet
        Values from which they set out.
    constants : mapping of str to float
        Of the equations, in SI units.
    levels : mapping of str to ndarray
        Doses in time, by ``CELLS.VARIABLE``: what is given from the first moment on has been
        there for long, too.

    Returns
    -------
    Tables
        ``initial.astrocyte.VARIABLE``.

    Raises
    ------
    ModelError
        If nothing that stays finite comes of these constants.
    """
    given = {
        name.partition(".")[2]: float(np.ravel(values)[0])
        for name, values in levels.items() if name.startswith(f"{CELLS}.")
    }
    start = {
        variable: float(parameters.quantity(value)) if isinstance(value, str) else float(value)
        for variable, value in initial(MECHANISMS, CELLS).items()
    }
    used = b2.Equations(composed(CELLS)).identifiers
    known = {name: value for name, value in constants.items() if name in used}
    rest = _steady(*(tuple(sorted(each.items())) for each in (known, given, start)))
    return {f"initial.{CELLS}.{name}": np.array(value) for name, value in rest.items()}


@cache
def _code() -> tuple[tuple[tuple[str, CodeType], ...], tuple[str, ...], tuple[str, ...]]:
    """Statements of the equations in order, variables that settle, and those that are set."""
    equations = b2.Equations(composed(CELLS))
    statements = tuple(
        (item.varname, compile(item.expr.code.strip(), item.varname, "eval"))
        for item in equations.ordered if item.type != "parameter"
    )  # fmt: skip
    asked = {name for item in equations.ordered if item.expr for name in item.identifiers}
    # an integral on which nothing hangs goes on for ever, and begins at nought
    settling = tuple(sorted(equations.diff_eq_names & asked))
    return statements, settling, tuple(sorted(equations.parameter_names))


@lru_cache(maxsize=64)
def _steady(
    constants: tuple[tuple[str, float], ...], given: tuple[tuple[str, float], ...],
    start: tuple[tuple[str, float], ...],
) -> dict[str, float]:  # fmt: skip
    statements, settling, others = _code()
    space = {
        **vars(np), "int": float, **dict.fromkeys(others, 0.0), **dict(constants), **dict(given),
    }  # fmt: skip
    kinds = {pace: mechanisms[0].clock for (cells, pace), mechanisms in paced().items()
             if cells == CELLS}  # fmt: skip
    paces = dict.fromkeys(kinds, 1.0)
    slow_paces = [pace for pace, clock in kinds.items() if clock == SLOW]
    first = np.array([dict(start).get(name, 0.0) for name in settling])
    # each in units of its own size, so that one tolerance serves concentrations and shares
    scale = np.where(first > 0, first, 1e-3)

    def slope(_: float, state: NDArray[np.float64], slow: float = 1.0) -> NDArray[np.float64]:
        now = {
            **space, **paces, **dict.fromkeys(slow_paces, slow),
            **dict(zip(settling, (state * scale).tolist(), strict=True)),
        }  # fmt: skip
        change: dict[str, float] = {}
        for name, code in statements:
            value = eval(code, {"__builtins__": {}}, now)  # noqa: S307 - our own equations
            (change if name in settling else now)[name] = value
        return np.array([change[name] for name in settling]) / scale

    state = first / scale
    cycle = [settling.index(name) for name in CYCLE]
    for duration in (SOME, LONG):
        found = solve_ivp(
            slope, (0, duration), state, method="LSODA", rtol=1e-6, atol=1e-9,
            args=(LONG / duration,),
        )  # fmt: skip
        if not found.success or not np.isfinite(found.y).all():
            raise ModelError(
                "astrocytes do not come to rest with these parameters; change those of the tables "
                "calcium, ip3 or noradrenaline"
            )
        state = found.y[:, -1]
        if np.abs(slope(0, state)[cycle]).max() > STILL:
            break
    return dict(zip(settling, (state * scale).tolist(), strict=True))
