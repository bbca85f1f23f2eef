"""What astrocytes give back to neurons.

Calcium above a threshold releases from a depleting store. What is released can bind presynaptic
receptors, of which `alpha` says what they do to release: below the resting release probability they
lower it, above it they raise it (`models.mechanisms.synapse`). The slow inward current acts on the
postsynaptic cell. Beside it there is a tonic output (`models.mechanisms.astrocyte.adenosine`).
"""

from __future__ import annotations

from collections.abc import Mapping

from models.mechanisms.mechanism import AWAKE, Mechanism, Tool

# A release event (Stimberg et al. 2019, eqs. 20-21). There and in single astrocytes upward
# crossings only, as the cell stays refractory while above the threshold; in the amygdala (chosen)
# again each `tau_event` while it is.
RELEASE_THRESHOLD = "C > C_theta"

# Releasable store (De Pitta et al. 2011, PLoS Comput Biol 7:e1002293; Stimberg et al. 2019,
# eqs. 18-19).
STORE = "dx_A/dt = speed*Omega_A*(1 - x_A) : 1\n"
GLUTAMATE_RELEASED = "dG_A/dt = -Omega_e*G_A : mmolar\n"

# A clamp of everything that is released (chosen: of all by the same share).
RELEASE_BLOCK = "drug_release : 1\n"

# Slow inward current into nearby neurons, a function of astrocyte calcium (Nadkarni & Jung 2003,
# Phys Rev Lett 91:268101; number not verified): the logarithm of calcium above 196.69 nM, nothing
# below it.
SLOW_INWARD_CURRENT = "sic = log(clip(C/C_unit - C_sic/C_unit, 1, 1e9)) : 1\n"

# Hands it to a neuron (chosen: the sum over its astrocytes) that has the variable ``I_sic : amp``;
# `I_sic_max` is the current of one astrocyte at sic = 1.
HAND_OVER_SIC = "I_sic_post = I_sic_max*sic_pre : amp (summed)"


def presynaptic_receptor(ligand: str) -> str:
    """Share of bound presynaptic receptors, one equation for all synapses of the domain.

    Parameters
    ----------
    ligand : str
        Concentration that binds: ``"G_A"`` (vesicular glutamate) or ``"A_d"`` (adenosine).

    Returns
    -------
    str
        The equation of Gamma_S (De Pitta et al. 2011; Stimberg et al. 2019, eq. 16).
    """
    return f"dGamma_S/dt = speed*(O_G*{ligand}*(1 - Gamma_S) - Omega_G*Gamma_S) : 1\n"


def release(transmitter: str, share: str = "") -> str:
    """Reset statements of a release event into the concentration `transmitter`.

    Parameters
    ----------
    transmitter : str
        ``"G_A"`` or ``"Ser"``.
    share : str, optional
        A further factor, such as ``"(1 - drug_release)"``.

    Returns
    -------
    str
        Statements for `models.circuits.astrocyte.astrocyte_group` (Stimberg et al. 2019, eqs.
        20-21).
    """
    factor = f"*{share}" if share else ""
    return f"""
{transmitter} += rho_e*G_T*U_A*x_A{factor}
x_A -= U_A*x_A
"""


def binding(value: Mapping[str, float]) -> float:
    """Rate of Gamma_S at the most that its ligand reaches.

    Adenosine is saturated where its release is among the constants; otherwise one event of a full
    store leaves its transmitter.
    """
    if "O_ATP" in value:
        agonist = value.get("drug_A1_agonist", 0.0)
        return value["speed"] * (value["O_G"] * value["O_ATP"] / value["Omega_ado"]
                                 + value["Omega_G"] * (1 + agonist))  # fmt: skip
    left = value.get("rho_e", 0.0) * value.get("G_T", 0.0) * value.get("U_A", 1.0)
    return value["speed"] * (value["O_G"] * left + value["Omega_G"])


# A release event in the amygdala (Stimberg et al. 2019, eqs. 20-21): what each of its transmitters
# gains, then what the store loses.
EVENT = "{released}x_A -= U_A*x_A\n"

MECHANISM = Mechanism(
    name="vesicular release",
    cells=("astrocyte",),
    equations=STORE + RELEASE_BLOCK,
    clock=AWAKE,
    parameters=("gliotransmission",),
    initial={"x_A": 1.0},
    reset=EVENT,
    rates={
        "x_A": lambda value: value["speed"] * value["Omega_A"],
        "G_A": lambda value: value["Omega_e"],
        "Gamma_S": binding,
    },
    tools=(
        Tool(
            "release_block", "clamp of vesicular and ATP release", "astrocyte.drug_release",
            "ATP and D-serine release*(1 - drug_release)", "1 = nothing is released", 1.0,
            "Stimberg et al. 2019, eqs. 18-21",
        ),
    ),
)  # fmt: skip
