"""Plasticity-related protein of a cell: made where much was learned and a modulator says it counts.

A cell makes it, all its synapses may take of it, and only those that are tagged do (Frey & Morris
1997, Nature 385:533; the equations after Luboeinski & Tetzlaff 2021 and Lehr et al. 2022).
"""

from __future__ import annotations

from models.mechanisms.mechanism import SLOW, Mechanism, Record, Tool

# How much the synapses of a cell have learned together, in steps of potentiation, as it forgets
# them: Luboeinski & Tetzlaff 2021 sum the changes of all early phases. A presynaptic spike can
# write one variable of its target, so it is counted at the cell's own spikes (chosen: the step of
# `models.mechanisms.learning` with the cell's threshold and dopamine, saturating).
EFFORT = "deffort/dt = -speed*effort/tau_h : 1\n"
EFFORT_RESET = """
{modulators}theta_c = theta{threshold}
phi_c = y*(y - theta_c)/(y*y + theta_0*theta_0)
effort = 1 - (1 - effort)*exp(-speed*phi_c*int(phi_c > 0)/steps_effort)
"""

# What a modulator has said of late: D1 and D5 receptors, which also bind the dopamine that locus
# coeruleus releases beside noradrenaline (Takeuchi et al. 2016, Nature 537:357, in hippocampus;
# chosen: in a constant share; squared, as their cyclic AMP binds twice to each kinase; first order
# over an hour), so that dopamine of rest says little, however long it lasts.
SIGNAL = """
D_all = D + co_release*N_P + drug_D1_agonist*K_D5 : mmolar
bound_D5 = D_all/(D_all + K_D5*(1 + drug_D1_block)) : 1
dsignal/dt = speed*(bound_D5*bound_D5 - signal)/tau_signal : 1
"""

# Protein (Luboeinski & Tetzlaff 2021, Methods, number not verified: first order over an hour, made
# above a threshold of all early changes; Lehr et al. 2022: the modulator divides that threshold;
# chosen: a steep function, power 8, for a step, and a little at all times, of which what
# recall makes labile is stable again), and what its synapses learn of it: its integral and the
# first two moments of that in time.
PROTEIN = """
stirred = (effort*(signal + signal_0){protein_stirred}/K_made)**8 : 1
made = (1 - drug_protein_block)*(made_at_rest + (1 - made_at_rest)*stirred/(1 + stirred)) : 1
dprotein/dt = speed*(made - protein)/tau_protein : 1
dP_0/dt = speed*protein : second
dP_1/dt = speed*protein*T_slow : second**2
dP_2/dt = speed*protein*T_slow*T_slow : second**3
drug_protein_block : 1
"""

MECHANISM = Mechanism(
    name="protein",
    cells=("principal",),
    equations=EFFORT + SIGNAL + PROTEIN,
    clock=SLOW,
    parameters=("plasticity", "protein"),
    reset=EFFORT_RESET,
    rates={
        "effort": lambda value: value["speed"] / value["tau_h"],
        "signal": lambda value: value["speed"] / value["tau_signal"],
        "protein": lambda value: value["speed"] / value["tau_protein"],
    },
    records=(
        Record("effort", "effort", 1.0, "1", "what synapses of the cell have learned of late"),
        Record("salience", "signal", 1.0, "1", "what transmitters said of late of its weight"),
        Record("protein", "protein", 1.0, "1", "plasticity-related protein of the cell"),
    ),
    tools=(
        Tool(
            "protein_block", "anisomycin", "principal.drug_protein_block",
            "protein: (1 - drug_protein_block)*made", "share of synthesis that is blocked", 1.0,
            "chosen: of what cells make for their synapses, nothing else",
        ),
    ),
)  # fmt: skip
