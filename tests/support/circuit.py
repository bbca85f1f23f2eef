"""The whole circuit in small, drawn once and run on any device: for tests that need Brian2."""

from __future__ import annotations

from collections.abc import Mapping

import brian2 as b2
import numpy as np

from models.machine.clocks import Clocks, choose_clocks
from models.machine.objects import Objects, make_objects, recorded
from models.machine.session import device_session
from models.parameters import Value, load_parameters
from models.run import run_circuit
from models.tissue.individual import individual
from paradigms.protocol.files import Protocol, load_protocol, parse_protocol
from paradigms.protocol.timeline import animal_timeline
from paradigms.run.animal import Animal as DrawnAnimal
from paradigms.run.animal import draw_animal

SIZE = 250

# Some tests build a circuit only to look at it; Brian2 would remark on that at the end of the run.
b2.BrianLogger.suppress_name("unused_brian_object")

#: What is fast must live through a fold at its own rates, so in 1 s it can be no longer.
PAUSE = "2.1 s"

#: A CS that ends with a US, a folded pause and the CS again, in 0.9 s of simulated time.
BLINK = """
name = "blink"
title = "One pairing, a pause and one test, as short as can be"
reference = "none"
default_clock = "compressed"
[clock.compressed]
time_scale = 0.1
[[session]]
name = "pairing"
context = "A"
[[session.phase]]
name = "pairing"
stage = "conditioning"
trials = 1
trial = "4 s"
cs = true
us = "2 s"
interval = "0 s"
[[session]]
name = "night"
offline = "%s"
simulated = "1 s"
[[session]]
name = "test"
context = "B"
[[session.phase]]
name = "test"
stage = "retrieval"
trials = 1
trial = "4 s"
cs = true
interval = "0 s"
"""
BLINK %= PAUSE

#: The schedule that GeNN follows.
SCHEDULE = ["start", "synapses", "groups", "thresholds", "resets", "end"]


def blink(offline: str = PAUSE) -> Protocol:
    """Return the shortest protocol that has everything; with another `offline` only to be drawn."""
    return parse_protocol(BLINK.replace(f'"{PAUSE}"', f'"{offline}"'), "blink.toml")


def _sum_like_genn(objects: Objects) -> None:
    """Let what is summed over links arrive where GeNN lets it.

    Synapses that a spike reaches read the sum of the step before, and the sum does not know yet
    what this step's spikes release into the volume.
    """
    for links in objects.named.values():
        if isinstance(links, b2.Synapses):
            for pathway in links._pathways:
                pathway.order *= 2  # room between synapses, -1, and volume release, 0
            for updater in links.summed_updaters.values():
                updater.when, updater.order = "synapses", -1


class Animal(DrawnAnimal):
    """One animal before its run, and ways to run it."""

    def clocks(self, device: str) -> Clocks:
        """Return the clocks that `device` chooses."""
        return choose_clocks(self.parameters, self.timeline.speed, device)

    def run(
        self, device: str, duration: float | None = None, *, like_genn: bool = False
    ) -> dict[str, np.ndarray]:
        """Run on `device` for `duration` (s; all by default) and return what was recorded.

        `like_genn` takes GeNN's single clock and its schedule on another device.
        """
        recorder, tables = self.circuit(self.clocks("genn" if like_genn else device))
        duration = self.timeline.duration if duration is None else duration
        if not like_genn:
            run = run_circuit(recorder.circuit, tables, duration, device)
            return recorder.arrays(run.records, self.tissue)
        with device_session(device) as session:
            b2.prefs["core.network.default_schedule"] = SCHEDULE
            objects = make_objects(recorder.circuit, tables)
            _sum_like_genn(objects)
            session.run(objects.network, duration)
            return recorder.arrays(recorded(recorder.circuit, objects), self.tissue)


def draw(
    protocol: Protocol | str = "quick_conditioning",
    seed: int = 1,
    size: int = SIZE,
    overrides: Mapping[str, Value] | None = None,
) -> Animal:
    """Draw the animal `seed`."""
    if isinstance(protocol, str):
        protocol = load_protocol(protocol)
    parameters = individual(load_parameters(overrides), seed)
    timeline = animal_timeline(protocol, None, seed)
    return Animal(**vars(draw_animal(parameters, timeline, size, seed)))
