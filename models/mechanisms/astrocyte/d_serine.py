"""D-serine of astrocytes: the gate of late-phase plasticity."""

from __future__ import annotations

from models.mechanisms.mechanism import AWAKE, Mechanism, Record, Tool

# The plasticity gate (chosen; Henneberger et al. 2010, Nature 463:232, for D-serine): D-serine from
# the same store; its occupancy of the NMDA glycine site, and the integral of that, which is all
# that a synapse needs to know between two spikes. `opened` counts the seconds of life in which the
# gate is open, in a simulated one, for what keeps to the clock while D-serine is cleared.
# D-amino-acid oxidase takes D-serine away faster; a bath of D-serine, counted in units of K_ser,
# occupies the site beside the astrocyte's own.
PLASTICITY_GATE = """
dSer/dt = -speed*Omega_ser*(1 + drug_DAAO)*Ser : mmolar
Ser_site = Ser + drug_D_serine*K_ser : mmolar
gate = Ser_site*Ser_site/(Ser_site*Ser_site + K_ser*K_ser) : 1
opened = speed*gate : 1
dgate_integral/dt = opened : second
dcoagonist/dt = speed*(gate - coagonist)/tau_site : 1
drug_DAAO : 1
drug_D_serine : 1
"""

# What a release event adds (Stimberg et al. 2019, eqs. 20-21).
D_SERINE_RELEASE = "Ser += rho_e*G_T*U_A*x_A*(1 - drug_release)\n"

# What the astrocyte of its domain hands to a cell; chosen: all synapses of a domain share it.
HAND_OVER_GATE = "gate_time_post = gate_integral_pre : second (summed)"
HAND_OVER_COAGONIST = "coagonist_post = coagonist_pre : 1 (summed)"

MECHANISM = Mechanism(
    name="D-serine",
    cells=("astrocyte",),
    equations=PLASTICITY_GATE,
    clock=AWAKE,
    parameters=("gliotransmission",),
    adds={"released": D_SERINE_RELEASE},
    hands_over={"gate": HAND_OVER_GATE, "coagonist": HAND_OVER_COAGONIST},
    records=(Record("gate", "gate", 1.0, "1", "plasticity gate"),),
    rates={
        "Ser": lambda value: (
            value["speed"] * value["Omega_ser"] * (1 + value.get("drug_DAAO", 0.0))
        ),
        "coagonist": lambda value: value["speed"] / value["tau_site"],
    },
    tools=(
        Tool(
            "DAAO", "D-amino-acid oxidase", "astrocyte.drug_DAAO",
            "dSer/dt: -Omega_ser*(1 + drug_DAAO)*Ser", "1 = as fast as the tissue's own clearance",
            1000.0, "Henneberger et al. 2010 for the tool (number not verified); dose chosen",
        ),
        Tool(
            "D_serine", "D-serine in the bath", "astrocyte.drug_D_serine",
            "gate: Ser + drug_D_serine*K_ser", "1 = half of the NMDA glycine sites bound", 1000.0,
            "Henneberger et al. 2010 for the tool (number not verified); dose chosen",
        ),
    ),
)  # fmt: skip
