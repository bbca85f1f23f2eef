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
coagonist : 1
unstable : 1
T_slow : second
"""

# A spike enters the rate estimate (chosen: so that its time mean is the rate).
LEARNING_RESET = "y += 1/tau_y\n"

# A weight in two phases (Luboeinski & Tetzlaff 2021, Commun Biol 4:275, Methods): w_0 naive weight,
# h_S early phase, c_S what of it is tagged, and the late phase: z_S, and l_S which recall has made
# labile again (all relative to g_max). gate_S, R_S, X_S, T_S and P_0_S to P_2_S, chosen, hold the
# target's integrals and slow clock at the last presynaptic spike.
WEIGHT = """
w_0 : 1 (constant)
h_S : 1
c_S : 1
z_S : 1
l_S : 1
gate_S : second
R_S : second
X_S : second
T_S : second
P_0_S : second
P_1_S : second**2
P_2_S : second**3
"""

# One presynaptic spike; decayed(x) is 1 - exp(-x). First the slow story since the last one,
# solved exactly for each process but one: the open gate makes tags of early phase (rate kappa),
# then the rest of the early phase decays with the slow clock (early and late phase, tags and
# protein after Luboeinski & Tetzlaff 2021, Methods; number not verified; chosen: tags that are as
# strong as what they tag, first-order kinetics). A tag fades within hours (tau_tag), unless protein
# of the cell makes late phase of it (rate k_P), which fades over weeks (tau_z). What protein finds
# of a tag hangs on its course, of which integral, mean time and spread are known: it is taken for
# one that sets in a spread before its mean and decays. Then exp(-age_S) of the tag is left when it
# sets in, and the rest is 1 - M(1, 1 + spread_S, -g), Kummer's function, g = k_P*given_S; that is
# the mean of exp(-g*v) over a beta distribution of v, here a gamma distribution of its mean and
# variance (chosen; tests/against/scipy/test_late_phase.py says how far it errs). Of what is
# labile the factor of the domain and protein of the cell turn some back into late phase (rate k_r,
# by the integral that the cell holds of both in the open window), and where there was much of the
# factor into more than there was (by a second integral); what is left fades within hours (tau_l).
# What has both signs may fade to beyond the bounds; there the weight stays (chosen: the early phase
# makes it up). Reconsolidation after Nader, Schafe & LeDoux 2000 and Dewa et al. 2025 for the
# behaviour, all kinetics chosen. Then recall: late phase becomes labile where the cell fires at an
# unstable synapse, up to a share of it.
# Last the step of Bienenstock, Cooper & Munro 1982 on the early phase, in a chosen form: their
# y*(y - theta), which at high rates saturates at one (so that the pace of learning is eta's alone),
# times a share of the distance to the bound, below one at any rate (upwards the share falls with
# that distance, so that no weight runs into its bound). Modulators scale the threshold.
WEIGHT_ON_PRE = """
passed = T_slow_post - T_S
tagged = h_S*decayed(kappa*(gate_time_post - gate_S))
h_S = h_S - tagged
c_S = c_S + tagged
given_S = P_0_post - P_0_S
mean_S = (P_1_post - P_1_S)/(given_S + a_moment)
variance_S = ((P_2_post - P_2_S)/(given_S + a_moment) - mean_S*mean_S)/(tau_tag*tau_tag)
spread_S = sqrt(clip(variance_S, 0, passed*passed/(tau_tag*tau_tag)))
age_S = clip((mean_S - T_S)/tau_tag - spread_S, 0, passed/tau_tag)
found_S = k_P*given_S/(1 + spread_S)
caught = (1 - decayed(age_S))*(1 - survived(found_S, found_S*found_S*spread_S/(2 + spread_S)))
saved_S = restored_post - R_S
back = l_S*decayed(k_r*saved_S)
w_S = w_0 + h_S + c_S + z_S + l_S
gained = more*back*int(back > 0)*clip((strengthened_post - X_S)/(saved_S + a_moment), 0, 1)
more_S = (w_max - w_S)*decayed(gained/(w_max - w_min))
z_S = z_S*(1 - decayed(passed/tau_z)) + c_S*caught + back + more_S
h_S = h_S*(1 - decayed(passed/tau_h))
c_S = c_S*(1 - decayed(passed/tau_tag + k_P*given_S))
l_S = (l_S - back)*(1 - decayed(passed/tau_l))
w_S = w_0 + h_S + c_S + z_S + l_S
h_S = h_S + clip(w_S, w_min, w_max) - w_S
gate_S = gate_time_post
R_S = restored_post
X_S = strengthened_post
T_S = T_slow_post
P_0_S = P_0_post
P_1_S = P_1_post
P_2_S = P_2_post
at_work = speed*(1 - Gamma_post)*y_post/(y_post + theta_0)
lasting = z_S + l_S
room_S = labile_share*lasting - l_S
torn = room_S*int(room_S*lasting > 0)*decayed(k_l*unstable_post*at_work)
z_S = z_S - torn
l_S = l_S + torn
w_S = w_0 + h_S + c_S + z_S + l_S
{modulators}theta_S = theta_post{threshold}
phi = y_post*(y_post - theta_S)/(y_post*y_post + theta_0*theta_0)
pace_S = eta*speed*(nmda_0 + (1 - nmda_0)*coagonist_post){pace}
up_S = decayed(pace_S*phi*int(phi > 0)*(w_max - w_S)/(w_max - w_min))
down_S = decayed(-pace_S*phi*int(phi <= 0)*ltd)
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
    parameters=("plasticity", "protein", "trace"),
    on_pre=WEIGHT_ON_PRE,
)
