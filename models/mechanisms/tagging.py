"""A label of activity, and an opsin behind it."""

from __future__ import annotations

from models.mechanisms.mechanism import AWAKE, Mechanism, Tool

# Cells carry an opsin behind a label of activity (Reijmers et al. 2007, Science 317:1230, for the
# tool; chosen: as many channels as there is label).
TAG = """
tag : 1
tagging : 1
bursting : hertz
t_burst : second
"""

# A spike enters the label while tagging is on: by the rate so far, as expression of immediate early
# genes follows bursts and hardly single spikes (Reijmers et al. 2007 for the tool; chosen: a
# saturating integral of the rate squared, as there is a spike at the rate itself). The rate
# `bursting` is known at spikes alone, where nothing else asks for it.
TAG_RESET = """
bursting = bursting*exp(-(t - t_burst)/tau_y)
t_burst = t
tag = 1 - (1 - tag)*exp(-tagging*speed*bursting/y_tag)
bursting = bursting + 1/tau_y
"""

MECHANISM = Mechanism(
    name="label of activity",
    cells=("principal", "other"),
    equations=TAG,
    clock=AWAKE,
    parameters=("optogenetics", "plasticity"),
    scaled={"g_light": "tag", "I_light": "tag"},
    reset=TAG_RESET,
    tools=(
        Tool(
            "tagging", "activity-dependent label (doxycycline off, 4-hydroxytamoxifen)",
            "tagging of the target",
            "a spike: tag to 1 - (1 - tag)*exp(-tagging*speed*bursting/y_tag)",
            "1 = activity y_tag labels to 63 %", 1000.0,
            "Reijmers et al. 2007 for the tool (number not verified); kinetics chosen",
            target="cells", labels=True,
        ),
    ),
)  # fmt: skip
