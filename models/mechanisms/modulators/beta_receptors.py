"""beta receptors of principal cells: they wake cells and ease learning."""

from __future__ import annotations

from models.mechanisms.mechanism import AWAKE, Mechanism

# Cells and astrocyte of a domain hear the same noradrenaline, by receptors of the same affinity
# (`models.mechanisms.astrocyte.camp`); what these do to cells follows within seconds, by way of
# their G protein (chosen: first order).
FOLLOWING = "dbeta/dt = speed*(Gamma_B - beta)/tau_coupled : 1\n"
HAND_OVER_BETA = "beta_post = beta_pre : 1 (summed)"
HAND_OVER_NORADRENALINE = "N_P_post = N_A_pre : mmolar (summed)"

# What cells hear, and what it does: less after-hyperpolarisation after a spike (Madison & Nicoll
# 1986, J Physiol 372:221, abstract: by beta1 receptors of hippocampal cells), and a lower threshold
# of potentiation (Pu, Krugers & Joels 2009, Learn Mem 16:155, abstract: isoproterenol enhances what
# weak stimuli leave in basolateral amygdala, and corticosterone hours before takes that away).
# Chosen: a share of each.
HEARD = """
beta : 1
N_P : mmolar
"""
LESS_ADAPTATION = "*(1 - beta_wakes*beta)"
LOWER_THRESHOLD = "*(1 - beta_lowers*beta{end}*(1 - GR_reverses*GR{end}))"

DOMAIN = Mechanism(
    name="beta receptors of a domain",
    cells=("astrocyte",),
    equations=FOLLOWING,
    clock=AWAKE,
    parameters=("salience",),
    hands_over={"beta": HAND_OVER_BETA, "noradrenaline": HAND_OVER_NORADRENALINE},
    rates={"beta": lambda value: value["speed"] / value["tau_coupled"]},
)

MECHANISM = Mechanism(
    name="beta receptors of cells",
    cells=("principal",),
    equations=HEARD,
    clock=AWAKE,
    parameters=("corticosterone", "salience"),
    adds={
        "principal.adaptation": LESS_ADAPTATION,
        "tripartite.threshold": LOWER_THRESHOLD.format(end="_post"),
        "principal.threshold": LOWER_THRESHOLD.format(end=""),
    },
)
