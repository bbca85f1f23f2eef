"""Single astrocytes, composed from parts.

The parts are equation strings in `models.mechanisms`: calcium, IP3, glutamate, gap junctions,
gliotransmission; their sum is a model. `speed` scales every process slower than
about a second, so that a protocol whose trial times are compressed by 1/speed meets the same
astrocyte; transmitter clearance (25 ms) is never scaled.
"""

from __future__ import annotations

from collections.abc import Mapping

import brian2 as b2

from models.checks import ModelError, check_parameters
from models.mechanisms.calcium import CALCIUM, CALCIUM_NOISE, GIVEN_IP3
from models.mechanisms.gap_junction import COUPLED
from models.mechanisms.gliotransmission import RELEASE_THRESHOLD
from models.mechanisms.glutamate import GLUTAMATE, MGLUR
from models.mechanisms.ip3 import DEGRADATION, EXOGENOUS, PLC_BETA, PLC_DELTA, ip3_balance
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
        Statements of a release event (`models.mechanisms.gliotransmission.release`); none, no
        events.
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
    used = b2.Equations(equations).identifiers | {"C_0", "h_0", "I_0"}
    check_parameters({key: value for key, value in constants.items() if key in used})
    noisy = "xi" in b2.Equations(equations).identifiers
    if noisy and type(b2.get_device()).__name__ == "GeNNDevice":
        raise ModelError(
            "the noise xi of these equations is drawn at every step, which GeNN does not do as "
            "the other devices; use cpp, cython or numpy, or equations without noise"
        )
    if check_step:
        check_time_step(b2.defaultclock.dt if dt is None else dt, equations, constants)
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
    for variable in ("C", "h", "I"):
        if variable in group.variables:
            setattr(group, variable, constants[f"{variable}_0"])
    if "C_tot" in group.variables:
        group.C_tot = constants["C_T"]
    if "x_A" in group.variables:
        group.x_A = 1
    return group
