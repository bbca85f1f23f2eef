"""How fast an astrocyte can be, and whether a time step resolves it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import brian2 as b2
import numpy as np

from models.checks import ModelError

# Time step times the fastest rate. The Runge-Kutta method of fourth order is stable up to 2.78; up
# to 1.5 calcium stays within 1 nM of the exact trace over three oscillations (a test holds it).
LARGEST_STEP = 1.5


def _calcium_rate(value: Mapping[str, float], size: int = 60) -> float:
    """Largest eigenvalue modulus of the C-h Jacobian where trajectories can be, 1/s."""
    top = value["C_T"] / (1 + value["rho_A"])  # fluxes from the reticulum vanish here
    # The pump is steepest near its affinity, however low that is.
    levels = np.union1d(np.linspace(0, top, 4 * size)[1:], np.geomspace(top * 1e-6, top, size))
    calcium, h, ip3 = np.meshgrid(
        levels,
        np.linspace(0, 1, size // 4),
        np.geomspace(value["d_1"] / 100, value["d_1"] * 100, size // 4),
        indexing="ij",
    )
    slope = 1 + value["rho_A"]
    free = value["C_T"] - slope * calcium
    m = ip3 / (ip3 + value["d_1"]) * calcium / (calcium + value["d_5"])
    m_slope = ip3 / (ip3 + value["d_1"]) * value["d_5"] / (calcium + value["d_5"]) ** 2
    q_2 = value["d_2"] * (ip3 + value["d_1"]) / (ip3 + value["d_3"])
    pump = value["K_P"] ** 2 + calcium**2
    cc = (
        value["Omega_C"] * h**3 * (3 * m**2 * m_slope * free - slope * m**3)
        - slope * value["Omega_L"]
        - value["O_P"] * 2 * calcium * value["K_P"] ** 2 / pump**2
    )
    ch = value["Omega_C"] * 3 * h**2 * m**3 * free
    hc = -value["O_2"] * h
    hh = -value["O_2"] * (q_2 + calcium)
    half, product = (cc + hh) / 2, cc * hh - ch * hc
    root = np.sqrt((half**2 - product).astype(complex))
    return float(np.maximum(abs(half + root), abs(half - root)).max())


def _calcium_with_pumps(value: Mapping[str, float]) -> float:
    """`_calcium_rate`, and what expressed pumps and store-operated entry add to it."""
    pumps = value.get("drug_CalEx", 0) * value["O_X"] / value["K_X"] if "O_X" in value else 0.0
    return _calcium_rate(value) + pumps


def fastest_rates(
    equations: str | b2.Equations, namespace: Mapping[str, object], only: str = ""
) -> dict[str, float]:
    """Rates (1/s) that a time step must resolve, by the variable that has them.

    Calcium: the largest eigenvalue of the Jacobian of (C, h) over all states that a trajectory can
    reach. IP3: the largest degradation rate. Transmitters and receptors: clearance, and binding at
    the concentration that one release event of a full store leaves, or saturated tonic release. A
    rate whose constants are not all in `namespace`, as when cells differ in them, is left out; a
    dose ``drug_NAME`` that is not there is 0. `only` asks for a single variable.
    """
    variables = b2.Equations(str(equations)).diff_eq_names
    value = {
        name: float(np.max(np.asarray(number, dtype=float)))
        for name, number in namespace.items()
        if isinstance(number, int | float | np.ndarray | b2.Quantity)
    }
    speed = value.get("speed", 1.0)

    def released(ratio: str, content: str, share: str = "") -> float:
        return value.get(ratio, 0) * value.get(content, 0) * value.get(share, 1.0)

    def dose(name: str) -> float:
        return value.get(name, 0.0)

    known: dict[str, Callable[[], float]] = {
        "C": lambda: speed * _calcium_with_pumps(value),
        "C_tot": lambda: (
            speed * (value["Omega_S"] + dose("drug_CalEx") * value["O_X"] / value["K_X"])
        ),
        "I": lambda: (
            speed * (value["O_3K"] / value["K_3K"]
                     + value["Omega_5P"] * (1 + dose("drug_IP3_phosphatase")))
        ),
        "Y_S": lambda: value["Omega_c"],
        "Gamma_A": lambda: (
            speed * value["O_N"] * released("rho_c", "Y_T")
            + speed * value["Omega_N"] * (1 + value["zeta"])
        ),
        "G_A": lambda: value["Omega_e"],
        "N_A": lambda: speed * value["Omega_NA"],
        "cAMP": lambda: speed * value["Omega_cAMP"],
        "A_d": lambda: speed * value["Omega_ado"],
        "x_A": lambda: speed * value["Omega_A"],
        "Ser": lambda: speed * value["Omega_ser"] * (1 + dose("drug_DAAO")),
    }  # fmt: skip
    if "G_A" in variables:
        known["Gamma_S"] = lambda: (
            speed * (value["O_G"] * released("rho_e", "G_T", "U_A") + value["Omega_G"])
        )
    elif "A_d" in variables:
        known["Gamma_S"] = lambda: (
            speed * (value["O_G"] * value["O_ATP"] / value["Omega_ado"]
                     + value["Omega_G"] * (1 + dose("drug_A1_agonist")))
        )  # fmt: skip
    rates = {}
    for name in {only} if only else variables & set(known):
        with contextlib.suppress(KeyError):
            rates[name] = known[name]()
    return rates


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
    step: Step, rates: Rates, constants: Mapping[str, object], largest: float,
    names: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    """Check that a step resolves all rates: step times the fastest is at most `largest`.

    Parameters
    ----------
    step : Step
    rates : callable
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
    found = rates(constants, "")
    if not found:
        return
    variable = max(found, key=found.__getitem__)
    fastest = found[variable]
    if step.seconds * fastest <= largest:
        return
    ms = 1e3 * step.factor
    slower = _what_slows(rates, constants, variable, names)
    mend = step.up_to(largest / fastest)
    raise ModelError(
        f"{step.name} = {step.seconds * ms:g} ms is too coarse for {variable}, whose fastest rate "
        f"is {fastest:.3g} /s; allowed: {', or '.join(filter(None, (mend, slower)))}"
    )


def _what_slows(
    rates: Rates, constants: Mapping[str, object], variable: str, names: Mapping[str, str] | None
) -> str:
    """Say which constants a rate hangs on, and which way they have to go."""
    now, found = rates(constants, variable)[variable], []
    for name, value in constants.items():
        if name == "speed" or (names is not None and name not in names):
            continue
        if isinstance(value, int | float | np.ndarray | b2.Quantity):
            then = rates({**constants, name: value * 1.1}, variable)[variable]
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
