"""Acetylcholine of the basal forebrain: it wakes cells, opens afferents and speeds learning."""

from __future__ import annotations

from models.mechanisms.mechanism import AWAKE, Mechanism, Record, Tool

# Acetylcholine in a domain, from volume release; chosen: first-order clearance by its esterase,
# and receptors at equilibrium with it, each with a competitive antagonist (Gaddum 1957, Pharmacol
# Rev 9:211, number not verified) and an agonist that is counted by its potency. What they do
# follows within seconds.
ACETYLCHOLINE = """
dA_C/dt = -speed*Omega_ACh*(1 - drug_esterase_block)*A_C : mmolar
A_nicotinic = A_C + drug_nicotinic_agonist*K_nicotinic : mmolar
A_muscarinic = A_C + drug_muscarinic_agonist*K_muscarinic : mmolar
dnicotinic/dt = speed*(A_nicotinic/(A_nicotinic + K_nicotinic*(1 + drug_nicotinic_block)) -
                       nicotinic)/tau_coupled : 1
dmuscarinic/dt = speed*(A_muscarinic/(A_muscarinic + K_muscarinic*(1 + drug_muscarinic_block)) -
                        muscarinic)/tau_coupled : 1
drug_esterase_block : 1
drug_nicotinic_agonist : 1
drug_nicotinic_block : 1
drug_muscarinic_agonist : 1
drug_muscarinic_block : 1
"""
ACETYLCHOLINE_RELEASE = "A_C_post += speed*frac*rho_ACh"
HAND_OVER_NICOTINIC = "nicotinic_post = nicotinic_pre : 1 (summed)"
HAND_OVER_MUSCARINIC = "muscarinic_post = muscarinic_pre : 1 (summed)"

# What it does (Jiang et al. 2016, Neuron 90:1057, abstract: light on cholinergic terminals makes
# cells of the basolateral amygdala fire more, enhances glutamatergic transmission and lets
# cortico-amygdala synapses potentiate; Cole & Nicoll 1984, J Physiol 352:173, abstract: muscarinic
# receptors block the after-hyperpolarisation of hippocampal cells). Chosen: nicotinic receptors
# stand on terminals and raise their release; muscarinic ones speed learning, too.
HEARD = """
nicotinic : 1
muscarinic : 1
"""
MORE_RELEASE = "*(1 + nicotinic_opens*nicotinic{end})"
LESS_ADAPTATION = "*(1 - muscarinic_wakes*muscarinic)"
FASTER = "*(1 + muscarinic_speeds*muscarinic_post)"

DOMAIN = Mechanism(
    name="acetylcholine",
    cells=("astrocyte",),
    equations=ACETYLCHOLINE,
    clock=AWAKE,
    parameters=("acetylcholine", "salience"),
    adds={"terminal.opened": MORE_RELEASE.format(end="_post")},
    volume={"acetylcholine": ACETYLCHOLINE_RELEASE},
    hands_over={"nicotinic": HAND_OVER_NICOTINIC, "muscarinic": HAND_OVER_MUSCARINIC},
    records=(Record("acetylcholine", "A_C", 1e3, "umol L-1", "acetylcholine in the domain"),),
    rates={
        "A_C": lambda value: value["speed"] * value["Omega_ACh"],
        "nicotinic": lambda value: value["speed"] / value["tau_coupled"],
        "muscarinic": lambda value: value["speed"] / value["tau_coupled"],
    },
    tools=(
        Tool(
            "esterase_block", "physostigmine", "astrocyte.drug_esterase_block",
            "dA_C/dt: -Omega_ACh*(1 - drug_esterase_block)*A_C", "share of clearance blocked",
            0.95, "chosen: of acetylcholinesterase",
        ),
        Tool(
            "nicotinic_antagonist", "mecamylamine", "astrocyte.drug_nicotinic_block",
            "nicotinic: K_nicotinic*(1 + drug_nicotinic_block)",
            "concentration over its dissociation constant", 1000.0,
            "Gaddum 1957: competitive antagonist (number not verified)",
        ),
        Tool(
            "nicotinic_agonist", "nicotine", "astrocyte.drug_nicotinic_agonist",
            "nicotinic: A_C + drug_nicotinic_agonist*K_nicotinic",
            "1 = half of the receptors bound without acetylcholine", 1000.0,
            "chosen: a full agonist, counted by its potency; nothing desensitises",
        ),
        Tool(
            "muscarinic_antagonist", "scopolamine", "astrocyte.drug_muscarinic_block",
            "muscarinic: K_muscarinic*(1 + drug_muscarinic_block)",
            "concentration over its dissociation constant", 1000.0,
            "Gaddum 1957: competitive antagonist (number not verified)",
        ),
        Tool(
            "muscarinic_agonist", "oxotremorine", "astrocyte.drug_muscarinic_agonist",
            "muscarinic: A_C + drug_muscarinic_agonist*K_muscarinic",
            "1 = half of the receptors bound without acetylcholine", 1000.0,
            "chosen: a full agonist, counted by its potency",
        ),
    ),
)  # fmt: skip

MECHANISM = Mechanism(
    name="acetylcholine receptors of cells",
    cells=("principal",),
    equations=HEARD,
    clock=AWAKE,
    parameters=("acetylcholine",),
    adds={
        "principal.adaptation": LESS_ADAPTATION,
        "tripartite.opened": MORE_RELEASE.format(end="_post"),
        "tripartite.pace": FASTER,
    },
)
