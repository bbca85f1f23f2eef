"""A place test as short as can be: what is labelled is lit while the body is in one zone."""

from __future__ import annotations

from paradigms.protocol.files import Protocol, parse_protocol

#: The body is fast and turns often, so that it crosses the middle several times in 0.8 s.
BOX = """
name = "blink_box"
title = "A label of granule cells, then light on it in one zone"
reference = "none"
default_clock = "compressed"
[clock.compressed]
time_scale = 0.1
[context.box]
[[session]]
name = "box"
kind = "place"
context = "box"
[[session.phase]]
name = "label"
stage = "label"
trials = 1
trial = "3 s"
interval = "0 s"
[[session.phase]]
name = "lit"
stage = "lit"
trials = 1
trial = "5 s"
interval = "0 s"
[[intervention]]
kind = "tagging"
target = "DG"
dose = 900
during = ["box.label"]
[[intervention]]
kind = "opto_excite"
target = "tagged"
during = ["box.lit"]
in_zone = true
[[intervention]]
kind = "opto_excite"
target = "NAc"
during = ["box.lit"]
in_zone = true
"""
#: Parameters that go with it.
FAST = {"body.pace": "60 cm/second", "body.k_linger": "0", "afferent.rate_turns": "2 Hz"}


def box() -> Protocol:
    """Return the shortest place test that has everything."""
    return parse_protocol(BOX, "box.toml")
