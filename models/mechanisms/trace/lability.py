"""Recall that errs makes memories labile for hours, and the factor in the domain saves them."""

from __future__ import annotations

from models.mechanisms.mechanism import AWAKE, SLOW, Mechanism, Record

# Dopamine in the domain, which signals that what was foretold did not come, and D-serine, without
# which NMDA receptors do not open, make synapses of cells at work unstable (Ben Mamou, Gamache &
# Nader 2006, Nat Neurosci 9:1237, for NMDA receptors; Merlo et al. 2015, eNeuro 2(1), for dopamine
# in the amygdala and an appetitive memory, directions; chosen: a product that follows within
# seconds).
INSTABILITY = """
dD_A/dt = -speed*Omega_DA*(1 - drug_DAT_block)*D_A : mmolar
drug_DAT_block : 1
dunstable/dt = speed*(gate*susceptible*D_A*D_A/(D_A*D_A + K_unstable*K_unstable) -
                      unstable)/tau_unstable : 1
opening = speed*unstable/tau_open : hertz
"""
DOPAMINE_RELEASE = "D_A_post += speed*frac*rho_DA"
HAND_OVER_INSTABILITY = "unstable_post = unstable_pre : 1 (summed)"

# The window in which a labile late phase can be saved, and what the factor does in it (chosen:
# first order; the window of hours is that of Nader, Schafe & LeDoux 2000, Nature 406:722). Recall
# that goes on and on makes nothing labile any more, it extinguishes (Suzuki et al. 2004, J Neurosci
# 24:4787: two processes, abstract read; that length decides between them is not re-read; chosen:
# minutes of open gate spend what can be made labile, and hours bring it back).
WINDOW = """
dsusceptible/dt = speed*(1 - susceptible)/tau_spared - opened*susceptible/tau_spent : 1
dwindow/dt = opening*(1 - window) - speed*window/tau_l : 1
"""
HAND_OVER_RESTORING = "restoring_post = factor_pre*window_pre : 1 (summed)"

# What a synapse needs to know of it at its next spike, with what the cell has to add: nothing is
# stable again without its protein, of which what there is at rest will do (Nader, Schafe & LeDoux
# 2000 for the need; chosen: two of it together, as one would leave a block of an hour without
# effect). The second integral is of what more than saves: much of the factor at a time (chosen).
RESTABILISATION = """
restoring : 1
saving = restoring*protein*protein/(protein*protein + K_back*K_back) : 1
drestored/dt = speed*saving : second
dstrengthened/dt = speed*saving*restoring/(restoring + K_more) : second
"""

UNSTABLE = Mechanism(
    name="instability",
    cells=("astrocyte",),
    equations=INSTABILITY,
    clock=AWAKE,
    parameters=("dopamine", "trace"),
    volume={"dopamine": DOPAMINE_RELEASE},
    hands_over={"instability": HAND_OVER_INSTABILITY},
    rates={
        "D_A": lambda value: value["speed"] * value["Omega_DA"],
        # and of what it opens, which goes at its pace
        "unstable": lambda value: value["speed"] / min(value["tau_unstable"], value["tau_open"]),
    },
)

MECHANISM = Mechanism(
    name="lability",
    cells=("astrocyte",),
    equations=WINDOW,
    clock=SLOW,
    parameters=("trace",),
    hands_over={"restoring": HAND_OVER_RESTORING},
    records=(
        Record("lability", "window", 1.0, "1", "window in which labile memories can be saved"),
    ),
    rates={
        "susceptible": lambda value: value["speed"] / value["tau_spared"],
        "window": lambda value: value["speed"] / value["tau_l"],
    },
)

CELL = Mechanism(
    name="restabilisation",
    cells=("principal",),
    equations=RESTABILISATION,
    clock=SLOW,
    parameters=("trace", "protein"),
)
