"""Adenosine, the tonic output of astrocytes, and presynaptic A1 receptors."""

from __future__ import annotations

from models.mechanisms.astrocyte.gliotransmission import binding
from models.mechanisms.mechanism import AWAKE, Mechanism, Record, Tool

# Tonic output: adenosine (Martin-Fernandez et al. 2017, Nat Neurosci 20:1540, for the transmitter;
# chosen: Hill kinetics of ATP release, first-order clearance).
ADENOSINE = """
dA_d/dt = speed*(O_ATP*C*C/(C*C + K_ATP*K_ATP)*(1 - drug_release) -
          Omega_ado*A_d) : mmolar
"""

# The presynaptic receptors of `models.mechanisms.astrocyte.gliotransmission` for adenosine (A1),
# with a competitive antagonist, which leaves the share 1/(1 + drug_A1_block) of the receptors to
# agonists (Gaddum 1957, Pharmacol Rev 9:211, number not verified), and an agonist counted in units
# of the receptor's affinity Omega_G/O_G. It stands multiplied out, so that it binds where O_G is 0,
# too.
A1_DRUGS = """
dGamma_S/dt = speed*((O_G*A_d + drug_A1_agonist*Omega_G)/(1 + drug_A1_block)*(1 - Gamma_S) -
              Omega_G*Gamma_S) : 1
drug_A1_agonist : 1
drug_A1_block : 1
"""

# What the astrocyte of its domain hands to a cell; chosen: all synapses of a domain share it
# (docs/references.md measures what that costs).
HAND_OVER_RECEPTOR = "Gamma_post = Gamma_S_pre : 1 (summed)"

MECHANISM = Mechanism(
    name="adenosine",
    cells=("astrocyte",),
    equations=ADENOSINE + A1_DRUGS,
    clock=AWAKE,
    parameters=("gliotransmission",),
    hands_over={"receptor": HAND_OVER_RECEPTOR},
    records=(
        Record("presynaptic_receptor", "Gamma_S", 1.0, "1", "share of bound presynaptic receptors"),
    ),
    rates={"A_d": lambda value: value["speed"] * value["Omega_ado"], "Gamma_S": binding},
    tools=(
        Tool(
            "A1_antagonist", "DPCPX", "astrocyte.drug_A1_block",
            "dGamma_S/dt: O_G*A_d/(1 + drug_A1_block)*(1 - Gamma_S)",
            "concentration over its dissociation constant", 2000.0,
            "Gaddum 1957: competitive antagonist (number not verified)",
        ),
        Tool(
            "A1_agonist", "CPA (N6-cyclopentyladenosine)", "astrocyte.drug_A1_agonist",
            "dGamma_S/dt: (O_G*A_d + drug_A1_agonist*Omega_G)*(1 - Gamma_S)",
            "1 = half of the receptors bound without adenosine", 2000.0,
            "chosen: a full agonist, counted by its potency",
        ),
    ),
)  # fmt: skip
