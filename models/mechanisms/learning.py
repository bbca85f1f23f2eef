"""Learning: a weight in two phases, and the rule of Bienenstock, Cooper & Munro that moves it.

A synapse is brought up to date by its own presynaptic spikes; of what went on in between it learns
through integrals that its cell carries.
"""

from __future__ import annotations

from models.mechanisms.mechanism import AWAKE, PHYSICAL, Mechanism

# What a cell adds whose synapses learn: the running rate estimate y and the sliding modification
# threshold theta (after Bienenstock, Cooper & Munro 1982, J Neurosci 2:32, numbers not verified;
# chosen: the threshold relaxes to the mean square of the rate), and what its astrocyte hands over.
# T_slow is the slow clock: protocol seconds so far, offline hours included.
LEARNING_CELL = """
dy/dt = -y/tau_y : hertz
dtheta/dt = speed*(theta_0 + y*y/y_0 - theta)/tau_theta : hertz
Gamma : 1
gate_time : second
T_slow : second
"""

# A spike enters the rate estimate (chosen: so that its time mean is the rate).
LEARNING_RESET = "y += 1/tau_y\n"

# A weight in two phases (Luboeinski & Tetzlaff 2021, Commun Biol 4:275, Methods): w_0 naive weight,
# h_S early phase, z_S late phase (all relative to g_max). gate_S and T_S, chosen, remember the
# target's gate integral and slow clock at the last presynaptic spike.
WEIGHT = """
w_0 : 1 (constant)
h_S : 1
z_S : 1
gate_S : second
T_S : second
"""

# One presynaptic spike. First the slow story since the last one, solved exactly: the open gate
# turns early into late phase (rate kappa), then the rest of the early phase decays with the slow
# clock (early and late phase after Luboeinski & Tetzlaff 2021, Methods; number not verified;
# chosen: capture as first-order kinetics). Then the step of Bienenstock, Cooper & Munro 1982 on the
# early phase, in a chosen form: their y*(y - theta), which at high rates saturates at one (so that
# the pace of learning is eta's alone), times a share of the distance to the bound, below one at any
# rate (upwards the share falls with that distance, so that no weight runs into its bound).
# Modulators scale the threshold.
WEIGHT_ON_PRE = """
kept = exp(-kappa*(gate_time_post - gate_S))
z_S = z_S + h_S*(1 - kept)
h_S = h_S*kept*exp(-(T_slow_post - T_S)/tau_h)
gate_S = gate_time_post
T_S = T_slow_post
w_S = w_0 + h_S + z_S
{modulators}theta_S = theta_post{threshold}
phi = y_post*(y_post - theta_S)/(y_post*y_post + theta_0*theta_0)
up_S = 1 - exp(-eta*speed*phi*int(phi > 0)*(w_max - w_S)/(w_max - w_min))
down_S = 1 - exp(eta*speed*phi*int(phi <= 0)*ltd)
h_S = h_S + up_S*(w_max - w_S) - down_S*(w_S - w_min)
"""

CELL = Mechanism(
    name="learning cell",
    cells=("principal",),
    equations=LEARNING_CELL,
    clock=AWAKE,
    parameters=("plasticity",),
    initial={"theta": "plasticity.theta_0"},
    reset=LEARNING_RESET,
    rates={
        "y": lambda value: 1 / value["tau_y"],
        "theta": lambda value: value["speed"] / value["tau_theta"],
    },
)

MECHANISM = Mechanism(
    name="learning",
    cells=("tripartite",),
    equations=WEIGHT,
    clock=PHYSICAL,
    parameters=("plasticity",),
    on_pre=WEIGHT_ON_PRE,
)
