"""A label of activity, and an opsin behind it."""

from __future__ import annotations

from models.mechanisms.mechanism import AWAKE, Mechanism, Tool

# Principal cells carry an opsin behind a label of activity (Reijmers et al. 2007, Science 317:1230,
# for the tool; chosen: as many channels as there is label).
TAG = """
tag : 1
tagging : 1
I_tag : amp
g_tag : siemens
"""

# A spike enters the label while tagging is on: by the rate so far, as expression of immediate early
# genes follows bursts and hardly single spikes (Reijmers et al. 2007 for the tool; chosen: a
# saturating integral of the rate squared, as there is a spike at the rate itself).
TAG_RESET = "tag = 1 - (1 - tag)*exp(-tagging*speed*y/y_tag)\n"

MECHANISM = Mechanism(
    name="label of activity",
    cells=("principal",),
    equations=TAG,
    clock=AWAKE,
    parameters=("optogenetics",),
    adds={"tagged_current": " + tag*I_tag", "tagged_conductance": " + tag*g_tag"},
    reset=TAG_RESET,
    tools=(
        Tool(
            "tagging", "activity-dependent label (doxycycline off, 4-hydroxytamoxifen)",
            "principal.tagging",
            "a spike: tag to 1 - (1 - tag)*exp(-tagging*speed*y/y_tag)",
            "1 = activity y_tag labels to 63 %", 1000.0,
            "Reijmers et al. 2007 for the tool (number not verified); kinetics chosen",
            labels=True,
        ),
    ),
)  # fmt: skip
