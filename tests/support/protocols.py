"""A protocol for tests of what is read and refused."""

from paradigms.protocol.interventions import TargetedTool as Row

KINDS = {
    kind: Row(kind, "tool", "astrocyte.drug", "dose", "1", 10.0, "nobody")
    for kind in ("tool_one", "tool_two")
}
GOOD = """
name = "small"
title = "A small one"
reference = "nobody"
default_clock = "real"

[clock.real]
time_scale = 1

[[session]]
name = "day"
context = "A"
lead = "5 s"

[[session.phase]]
name = "pairing"
stage = "conditioning"
trials = 2
trial = "30 s"
cs = true
us = "2 s"
interval = ["60 s", "90 s"]

[[session]]
name = "night"
offline = "24 h"
simulated = "50 s"

[[intervention]]
kind = "tool_one"
during = ["day.pairing", "night"]
"""


def changed(old: str, new: str) -> str:
    """The good protocol with one thing replaced, once."""
    assert old in GOOD
    return GOOD.replace(old, new, 1)
