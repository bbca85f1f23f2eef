"""How fast an astrocyte can be, and whether a time step resolves it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping

import brian2 as b2
import numpy as np

from models.checks import ModelError

# Time step times the fastest rate. The Runge-Kutta method of fourth order is stable up to 2.78; up
# to 1.5 calcium stays within 1 nM of the exact trace over three oscillations (a test holds it).
LARGEST_STEP = 1.5


def _calcium_rate(value: Mapping[str, float], size: int = 60) -> float:
    """Largest eigenvalue modulus of the C-h Jacobian where trajectories can be, 1/s."""
    top = value["C_T"] / (1 + value["rho_A"])  # fluxes from the reticulum vanish here
    calcium, h, ip3 = np.meshgrid(
        np.linspace(0, top, 4 * size)[1:],
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


def fastest_rates(
    equations: str | b2.Equations, namespace: Mapping[str, object]
) -> dict[str, float]:
    """Rates (1/s) that a time step must resolve, by the variable that has them.

    Calcium: the largest eigenvalue of the Jacobian of (C, h) over all states that a trajectory can
    reach. IP3: the largest degradation rate. Transmitters and receptors: clearance, and binding at
    the concentration that one release event of a full store leaves. A rate whose constants are not
    all in `namespace`, as when cells differ in them, is left out.
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

    known: dict[str, Callable[[], float]] = {
        "C": lambda: speed * _calcium_rate(value),
        "I": lambda: speed * (value["O_3K"] / value["K_3K"] + value["Omega_5P"]),
        "Y_S": lambda: value["Omega_c"],
        "Gamma_A": lambda: (
            speed * value["O_N"] * released("rho_c", "Y_T")
            + speed * value["Omega_N"] * (1 + value["zeta"])
        ),
        "G_A": lambda: value["Omega_e"],
    }
    if "G_A" in variables:
        known["Gamma_S"] = lambda: (
            speed * (value["O_G"] * released("rho_e", "G_T", "U_A") + value["Omega_G"])
        )
    rates = {}
    for name in variables & set(known):
        with contextlib.suppress(KeyError):
            rates[name] = known[name]()
    return rates


def check_time_step(
    dt: b2.Quantity, equations: str | b2.Equations, namespace: Mapping[str, object]
) -> None:
    """Check that `dt` resolves the dynamics: dt times the fastest rate is at most `LARGEST_STEP`.

    Raises
    ------
    ModelError
        If the step is too coarse; the message names the variable, its rate and the largest step.
    """
    rates = fastest_rates(equations, namespace)
    if not rates:
        return
    name = max(rates, key=rates.__getitem__)
    if float(dt) * rates[name] > LARGEST_STEP:
        raise ModelError(
            f"dt = {float(dt) * 1e3:g} ms is too coarse for {name}, whose fastest rate is "
            f"{rates[name]:.3g} /s; allowed: up to {1e3 * LARGEST_STEP / rates[name]:.3g} ms"
        )
