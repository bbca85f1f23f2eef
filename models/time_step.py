"""How fast an astrocyte can be, and whether a time step resolves it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import brian2 as b2
import numpy as np

from models.checks import ModelError
from models.compose import rates
from models.mechanisms.astrocyte import (
    adenosine,
    calcium,
    camp,
    d_serine,
    gliotransmission,
    glutamate,
    ip3,
)
from models.mechanisms.mechanism import Rate
from models.mechanisms.modulators import noradrenaline

# Time step times the fastest rate. The Runge-Kutta method of fourth order is stable up to 2.78; up
# to 1.5 calcium stays within 1 nM of the exact trace over three oscillations (a test holds it).
LARGEST_STEP = 1.5

# Of the parts of single astrocytes; a circuit has those of the mechanisms that it lists.
_PARTS = rates(
    (
        calcium.MECHANISM, ip3.MECHANISM, glutamate.MECHANISM, noradrenaline.MECHANISM,
        camp.MECHANISM, adenosine.MECHANISM, gliotransmission.MECHANISM, d_serine.MECHANISM,
    )
)  # fmt: skip


def fastest_rates(
    equations: str | b2.Equations, namespace: Mapping[str, object], only: str = "",
    known: Mapping[str, Rate] | None = None,
) -> dict[str, float]:  # fmt: skip
    """Rates (1/s) that a time step must resolve, by the variable that has them.

    Calcium: the largest eigenvalue of the Jacobian of (C, h) over all states that a trajectory can
    reach. IP3: the largest degradation rate. Transmitters and receptors: clearance, and binding at
    the concentration that one release event of a full store leaves, or saturated tonic release. A
    rate whose constants are not all in `namespace`, as when cells differ in them, is left out; a
    dose ``drug_NAME`` that is not there is 0. `only` asks for a single variable; `known` are the
    rates of a circuit's mechanisms, by default those of the parts of single astrocytes.
    """
    variables = b2.Equations(str(equations)).diff_eq_names
    value = {
        name: float(np.max(np.asarray(number, dtype=float)))
        for name, number in namespace.items()
        if isinstance(number, int | float | np.ndarray | b2.Quantity)
    }
    value.setdefault("speed", 1.0)
    of = _PARTS if known is None else known
    found = {}
    for name in {only} if only else variables & set(of):
        with contextlib.suppress(KeyError):
            found[name] = of[name](value)
    return found


@dataclass(frozen=True)
class Step:
    """A time step as a message names it.

    Attributes
    ----------
    seconds : float
    name : str
        The setting that it follows from.
    factor : float
        By what the setting is larger.
    smallest : float
        Smallest setting that is allowed, s.
    grid : float
        The setting is rounded to multiples of it, s; 0 if it is not.
    """

    seconds: float
    name: str = "dt"
    factor: float = 1.0
    smallest: float = 0.0
    grid: float = 0.0

    def up_to(self, seconds: float) -> str:
        """Say which settings give a step of at most `seconds`; ``""`` if none does."""
        setting = seconds * self.factor
        digits = self.grid or 10.0 ** (np.floor(np.log10(setting)) - 2)
        setting = np.floor(setting / digits * (1 + 1e-9)) * digits
        return f"up to {1e3 * setting:.3g} ms" if setting >= max(self.smallest, 1e-300) else ""


Rates = Callable[[Mapping[str, object], str], dict[str, float]]


def check_rates(
    step: Step, of: Rates, constants: Mapping[str, object], largest: float,
    names: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    """Check that a step resolves all rates: step times the fastest is at most `largest`.

    Parameters
    ----------
    step : Step
    of : callable
        Rates (1/s) by variable, from constants and the name of a single variable or "" for all.
    constants : mapping of str to number
    largest : float
    names : mapping of str to str, optional
        What a message calls a constant, where that is not its name. With it, only these are named.

    Raises
    ------
    ModelError
        If the step is too coarse. The message names the variable, its rate, the largest step, and
        the constants on which the rate hangs.
    """
    found = of(constants, "")
    if not found:
        return
    variable = max(found, key=found.__getitem__)
    fastest = found[variable]
    if step.seconds * fastest <= largest:
        return
    ms = 1e3 * step.factor
    slower = _what_slows(of, constants, variable, names)
    mend = step.up_to(largest / fastest)
    raise ModelError(
        f"{step.name} = {step.seconds * ms:g} ms is too coarse for {variable}, whose fastest rate "
        f"is {fastest:.3g} /s; allowed: {', or '.join(filter(None, (mend, slower)))}"
    )


def _what_slows(
    of: Rates, constants: Mapping[str, object], variable: str, names: Mapping[str, str] | None
) -> str:
    """Say which constants a rate hangs on, and which way they have to go."""
    now, found = of(constants, variable)[variable], []
    for name, value in constants.items():
        if name == "speed" or (names is not None and name not in names):
            continue
        if isinstance(value, int | float | np.ndarray | b2.Quantity):
            then = of({**constants, name: value * 1.1}, variable)[variable]
            slope = np.log(then / now) / np.log(1.1)
            if abs(slope) > 0.2:  # a change of ten percent changes the rate by two or more
                way = "lower" if slope > 0 else "higher"
                found.append((-abs(slope), f"a {way} {(names or {}).get(name, name)}"))
    return " or ".join(text for _, text in sorted(found)[:4])


def check_time_step(
    dt: b2.Quantity, equations: str | b2.Equations, namespace: Mapping[str, object]
) -> None:
    """Check that `dt` resolves the dynamics: dt times the fastest rate is at most `LARGEST_STEP`.

    Raises
    ------
    ModelError
        If the step is too coarse; see `check_rates`.
    """
    used = b2.Equations(str(equations)).identifiers | _BESIDE
    constants = {name: value for name, value in namespace.items() if name in used}
    check_rates(
        Step(float(dt)), partial(fastest_rates, equations), constants, LARGEST_STEP
    )


_BESIDE = frozenset({"speed", "rho_c", "Y_T", "rho_e", "G_T", "U_A", "Omega_e"})
"""Constants of statements at events, on which rates hang too."""
