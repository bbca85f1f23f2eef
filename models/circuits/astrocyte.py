"""Single astrocytes, composed from parts.

The parts are equation strings in `models.mechanisms`: calcium, IP3, glutamate, gap junctions,
gliotransmission; their sum is a model. `speed` scales every process slower than
about a second, so that a protocol whose trial times are compressed by 1/speed meets the same
astrocyte; transmitter clearance (25 ms) is never scaled.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import brian2 as b2
import numpy as np

from models.checks import ModelError, check_parameters
from models.machine.circuit import Cells, Tables
from models.mechanisms.astrocyte.calcium import CALCIUM, CALCIUM_NOISE, GIVEN_IP3
from models.mechanisms.astrocyte.gap_junction import COUPLED
from models.mechanisms.astrocyte.gliotransmission import RELEASE_THRESHOLD
from models.mechanisms.astrocyte.glutamate import GLUTAMATE, MGLUR
from models.mechanisms.astrocyte.ip3 import DEGRADATION, EXOGENOUS, PLC_BETA, PLC_DELTA, ip3_balance
from models.parameters import Value, load_parameters
from models.time_step import check_time_step

# Calcium at a given IP3 level (Li & Rinzel 1994).
LI_RINZEL = CALCIUM + GIVEN_IP3

# IP3 made from outside and by calcium itself; gap junctions (De Pitta et al. 2009, ChI model).
CHI = (
    CALCIUM
    + PLC_DELTA
    + DEGRADATION
    + EXOGENOUS
    + COUPLED
    + ip3_balance("J_delta", "J_ex", "J_gap")
)

# Glutamate drives IP3 production; gap junctions (De Pitta et al. 2009, G-ChI model), deterministic
# and with channel noise.
_G_CHI = (
    GLUTAMATE
    + MGLUR
    + PLC_BETA
    + PLC_DELTA
    + DEGRADATION
    + COUPLED
    + ip3_balance("J_beta", "J_delta", "J_gap")
)
G_CHI = _G_CHI + CALCIUM
G_CHI_NOISE = _G_CHI + CALCIUM_NOISE

# Overrides of `published` for the single astrocyte driven by synapses of Stimberg et al. 2019:
# quiet without input, and one of few that pulses; the published one of the network never rests.
SINGLE_CELL = {
    "ip3.O_beta": "5 umolar/second",
    "ip3.O_delta": "0.2 umolar/second",
    "ip3.K_delta": "0.3 umolar",
    "ip3.K_D": "0.5 umolar",
    "ip3.Omega_5P": "0.1 1/second",
    "synapse.rho_c": "0.001",
}

def published(overrides: Mapping[str, Value] | None = None) -> dict[str, object]:
    """Constants of all parts as published: the namespace of `astrocyte_group`.

    Parameters
    ----------
    overrides : mapping, optional
        As in `models.parameters.load_parameters`, for the circuit ``astrocyte_g_chi``:
        ``{"ip3.O_delta": "1.2 umolar/second"}``.

    Returns
    -------
    dict of str to brian2.Quantity
    """
    rows = load_parameters(overrides, circuit="astrocyte_g_chi").rows()
    return {row.name: row.quantity() for row in rows}


def astrocyte_cells(
    name: str, n: int, equations: str, namespace: Mapping[str, object], step: float,
    reset: str = "",
) -> tuple[Cells, Tables]:  # fmt: skip
    """`n` astrocytes of a `models.machine.circuit.Circuit`, and the tables of their rest.

    Parameters
    ----------
    name : str
    n : int
    equations, namespace, reset
        As for `astrocyte_group`; without noise.
    step : float
        Time step, s.

    Returns
    -------
    cells : Cells
    tables : Tables
        Initial values.

    Raises
    ------
    ModelError
        If a constant or initial value, or the time step, lies outside the regime of the model.
    """
    rest = _checked(equations, namespace, step * b2.second)
    events = (RELEASE_THRESHOLD, reset, RELEASE_THRESHOLD) if reset else ()
    return Cells(name, n, equations, step, "rk4", *events), {
        f"initial.{name}.{variable}": np.array(float(value)) for variable, value in rest.items()
    }


def astrocyte_group(
    n: int,
    equations: str,
    namespace: Mapping[str, object],
    reset: str = "",
    dt: b2.Quantity | None = None,
    name: str = "astrocyte*",
    check_step: bool = True,
) -> b2.NeuronGroup:
    """`n` astrocytes with the given parts, at rest.

    Parameters
    ----------
    n : int
    equations : str
        A sum of parts, such as `LI_RINZEL` or `G_CHI`.
    namespace : mapping of str to quantity
        Constants by name, such as `published` gives; `speed` is 1 unless it is there. Initial
        values are ``C_0``, ``h_0`` and ``I_0``.
    reset : str, optional
        Statements of a release event (`models.mechanisms.astrocyte.gliotransmission.release`);
        none, no events.
    dt : brian2.Quantity, optional
        Time step; by default that of Brian2.
    name : str
    check_step : bool
        Whether to refuse a time step that would not resolve the release of all terminals at once;
        False where the astrocyte's terminals are many and cannot.

    Returns
    -------
    brian2.NeuronGroup
        Integrated with the Runge-Kutta method of fourth order, or Milstein's if there is noise.

    Raises
    ------
    ModelError
        If a constant or initial value, or the time step, lies outside the regime of the model, or
        for equations with noise on GeNN.
    """
    constants = {"speed": 1.0, **namespace}
    noisy = "xi" in b2.Equations(equations).identifiers
    if noisy and type(b2.get_device()).__name__ == "GeNNDevice":
        raise ModelError(
            "the noise xi of these equations is drawn at every step, which GeNN does not do as "
            "the other devices; use cpp, cython or numpy, or equations without noise"
        )
    rest = _checked(equations, constants, (dt or b2.defaultclock.dt) if check_step else None)
    events = {"threshold": RELEASE_THRESHOLD, "refractory": RELEASE_THRESHOLD, "reset": reset}
    group = b2.NeuronGroup(
        n,
        equations,
        method="milstein" if noisy else "rk4",
        namespace=constants,
        dt=dt,
        name=name,
        **(events if reset else {}),
    )
    for variable, value in rest.items():
        setattr(group, variable, value)
    return group


def _checked(
    equations: str, namespace: Mapping[str, object], dt: b2.Quantity | None
) -> dict[str, Any]:
    """Check constants and, where it is given, the time step; return the initial values."""
    constants = {"speed": 1.0, **namespace}
    known = b2.Equations(equations)
    used = known.identifiers | {"C_0", "h_0", "I_0"}
    check_parameters({key: value for key, value in constants.items() if key in used})
    if dt is not None:
        check_time_step(dt, equations, constants)
    start = {"C": "C_0", "h": "h_0", "I": "I_0", "C_tot": "C_T"}
    rest = {variable: constants[key] for variable, key in start.items() if variable in known}
    return rest | ({"x_A": 1.0} if "x_A" in known else {})
