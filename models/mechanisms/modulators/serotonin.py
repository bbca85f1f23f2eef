"""Serotonin of the dorsal raphe: 2A and 2C receptors of principal cells, 2A of interneurons."""

from __future__ import annotations

from models.mechanisms.mechanism import AWAKE, Mechanism, Record, Tool

# Serotonin in a domain, from volume release; chosen: first-order clearance by its transporter, and
# receptors at equilibrium with it, each with a competitive antagonist (Gaddum 1957, Pharmacol Rev
# 9:211, number not verified) and an agonist that is counted by its potency. What they do follows
# within seconds.
SEROTONIN = """
dS_T/dt = -speed*Omega_5HT*(1 - drug_SERT_block)*S_T : mmolar
S_2A = S_T + drug_2A_agonist*K_2A : mmolar
S_2C = S_T + drug_2C_agonist*K_2C : mmolar
dbound_2A/dt = speed*(S_2A/(S_2A + K_2A*(1 + drug_2A_block)) - bound_2A)/tau_coupled : 1
dbound_2C/dt = speed*(S_2C/(S_2C + K_2C*(1 + drug_2C_block)) - bound_2C)/tau_coupled : 1
drug_SERT_block : 1
drug_2A_agonist : 1
drug_2A_block : 1
drug_2C_agonist : 1
drug_2C_block : 1
"""
SEROTONIN_RELEASE = "S_T_post += speed*frac*rho_5HT"
HAND_OVER_2A = "bound_2A_post = bound_2A_pre : 1 (summed)"
HAND_OVER_2C = "bound_2C_post = bound_2C_pre : 1 (summed)"

# What it does to principal cells. Raphe fibres amplify the firing of cells of the basal amygdala
# that goes with fear, facilitate fear and impair extinction, and need 1A and 2A receptors for that
# (Sengupta & Holmes 2019, Neuron 103:489, abstract); a 2C antagonist takes away the fear that a
# block of reuptake adds (Burghardt et al. 2007, Biol Psychiatry 62:1111, abstract) and lowers
# freezing in training (Foilb & Christianson 2016, abstract). Chosen: 2C receptors excite cells by
# an unselective conductance, 2A receptors speed learning.
HEARD = """
bound_2A : 1
bound_2C : 1
"""
EXCITES = " + g_2C*bound_2C*(E_ampa - v)"
FASTER = "*(1 + speeds_2A*bound_2A_post)"

# Interneurons have it around them, too: 2A receptors excite those with parvalbumin (Bocchio et al.
# 2015, Neuropsychopharmacology 40:3015, abstract). Chosen: cells on which no fibre ends (0) have no
# receptors for an agonist either.
AROUND_INTERNEURONS = """
dS_I/dt = -speed*Omega_5HT*(1 - drug_SERT_block)*S_I : mmolar
S_I_2A = S_I + drug_2A_agonist*K_2A*ends_serotonin : mmolar
I_2A = g_2A*S_I_2A/(S_I_2A + K_2A*(1 + drug_2A_block))*(E_ampa - v) : amp
ends_serotonin : 1 (constant)
drug_SERT_block : 1
drug_2A_agonist : 1
drug_2A_block : 1
"""
RELEASE_AROUND_INTERNEURONS = "S_I_post += speed*frac*rho_5HT"

DOMAIN = Mechanism(
    name="serotonin",
    cells=("astrocyte",),
    equations=SEROTONIN,
    clock=AWAKE,
    parameters=("serotonin", "salience"),
    volume={"serotonin": SEROTONIN_RELEASE},
    hands_over={"2A": HAND_OVER_2A, "2C": HAND_OVER_2C},
    records=(Record("serotonin", "S_T", 1e3, "umol L-1", "serotonin in the domain"),),
    rates={
        "S_T": lambda value: value["speed"] * value["Omega_5HT"],
        "bound_2A": lambda value: value["speed"] / value["tau_coupled"],
        "bound_2C": lambda value: value["speed"] / value["tau_coupled"],
    },
    tools=(
        Tool(
            "SERT_block", "citalopram", "astrocyte.drug_SERT_block other.drug_SERT_block",
            "dS_T/dt: -Omega_5HT*(1 - drug_SERT_block)*S_T", "share of reuptake blocked", 0.95,
            "chosen: of the serotonin transporter; acute, nothing adapts",
        ),
        Tool(
            "5HT2A_antagonist", "volinanserin", "astrocyte.drug_2A_block other.drug_2A_block",
            "bound_2A: K_2A*(1 + drug_2A_block)",
            "concentration over its dissociation constant", 1000.0,
            "Gaddum 1957: competitive antagonist (number not verified)",
        ),
        Tool(
            "5HT2A_agonist", "TCB-2", "astrocyte.drug_2A_agonist other.drug_2A_agonist",
            "bound_2A: S_T + drug_2A_agonist*K_2A",
            "1 = half of the receptors bound without serotonin", 1000.0,
            "chosen: a full agonist, counted by its potency",
        ),
        Tool(
            "5HT2C_antagonist", "SB 242084", "astrocyte.drug_2C_block",
            "bound_2C: K_2C*(1 + drug_2C_block)",
            "concentration over its dissociation constant", 1000.0,
            "Gaddum 1957: competitive antagonist (number not verified)",
        ),
        Tool(
            "5HT2C_agonist", "MK-212", "astrocyte.drug_2C_agonist",
            "bound_2C: S_T + drug_2C_agonist*K_2C",
            "1 = half of the receptors bound without serotonin", 1000.0,
            "chosen: a full agonist, counted by its potency",
        ),
    ),
)  # fmt: skip

MECHANISM = Mechanism(
    name="serotonin receptors of cells",
    cells=("principal",),
    equations=HEARD,
    clock=AWAKE,
    parameters=("serotonin",),
    adds={"principal.current": EXCITES, "tripartite.pace": FASTER},
)

INTERNEURONS = Mechanism(
    name="serotonin around interneurons",
    cells=("other",),
    equations=AROUND_INTERNEURONS,
    clock=AWAKE,
    parameters=("serotonin",),
    adds={"other.current": " + I_2A"},
    volume={"serotonin": RELEASE_AROUND_INTERNEURONS},
    rates={"S_I": lambda value: value["speed"] * value["Omega_5HT"]},
)
