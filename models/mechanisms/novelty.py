"""Novelty: terminals that tire of what stays the same, and come back over days."""

from __future__ import annotations

from models.mechanisms.mechanism import PHYSICAL, SLOW, Mechanism

# What a terminal tells falls with each spike and comes back over days, so that a place or a tone
# which is new wakes an animal and one that it knows does not (locus coeruleus is especially
# sensitive to environmental novelty: Takeuchi et al. 2016, Nature 537:357, abstract; chosen: it
# lies in depression of these terminals, first order). The slow clock stands on the target.
SLOW_CLOCK = "T_slow : second\n"
HABITUATING = """
g : siemens (constant)
f_S : 1
T_S : second
"""
HABITUATING_ON_PRE = """
f_S = f_S*(1 - decayed((T_slow_post - T_S)/tau_novel))
T_S = T_slow_post
g_ampa_post += g*(1 - f_S)
f_S = f_S + (1 - f_S)*decayed(speed/spikes_novel)
"""

CELLS = Mechanism(
    name="slow clock of other cells",
    cells=("other",),
    equations=SLOW_CLOCK,
    clock=PHYSICAL,
)

TERMINAL = Mechanism(
    name="habituating terminal",
    cells=("habituating",),
    equations=HABITUATING,
    clock=SLOW,
    parameters=("salience",),
    on_pre=HABITUATING_ON_PRE,
)
