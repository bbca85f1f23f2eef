"""What an astrocyte hears of the principal cells in its own domain."""

from __future__ import annotations

from models.mechanisms.mechanism import PHYSICAL, Mechanism

# The running mean rate of the principal cells of the domain, as what they release next to their
# own somata follows it, and how far it is that of an engram at work (chosen: both; that glutamate
# of the engram itself is needed is of Dewa et al. 2025). `at_work` counts the seconds of the
# animal's life in which it is, in a simulated one: no clock moves the rate, so in the first moments
# of a night it is still there, and they are minutes for what keeps to the clock. `struck` counts
# those in which the domain fires as under an unconditioned stimulus (chosen).
LOCAL_ACTIVITY = """
dr_P/dt = -r_P/tau_y : hertz
engram = r_P*r_P/(r_P*r_P + r_half*r_half) : 1
at_work = speed*engram : 1
struck = speed*r_P*r_P/(r_P*r_P + r_made*r_made) : 1
"""

MECHANISM = Mechanism(
    name="local activity",
    cells=("astrocyte",),
    equations=LOCAL_ACTIVITY,
    clock=PHYSICAL,
    parameters=("plasticity", "trace"),
    overhears="r_P_post += frac/tau_y",
    rates={"r_P": lambda value: 1 / value["tau_y"]},
)
