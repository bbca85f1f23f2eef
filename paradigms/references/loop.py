"""The closed loop of a tripartite synapse against what was published."""

from __future__ import annotations

import numpy as np

from analysis.astrocytes.loops import describe_loop
from paradigms.parts.tripartite_synapse import CASES, SAMPLE, STEP, simulate_loop
from paradigms.references.table import Check, at_least, at_most, near


def loop_checks() -> list[Check]:
    """What gliotransmission does to release in the closed loop."""
    dataset = simulate_loop()
    loop = describe_loop(dataset)
    base, lower, higher = (loop.release[case] for case in CASES)
    at, case = dataset["event_time"].values, dataset["event_case"].values
    early = dataset["released"].sel(time=at.min() - SAMPLE, method="nearest").values
    pulses = np.bincount(case[(at > 2 * STEP) & (at <= 3 * STEP)], minlength=len(CASES))
    source = "Stimberg et al. 2019, closed loop; De Pitta et al. 2011"
    return [
        at_most(
            "closed loop, alpha = 0: release per spike at 1 Hz over that without gliotransmission",
            0.7, lower[2] / base[2], note=source,
        ),
        at_least(
            "closed loop, alpha = 1: release per spike at 1 Hz over that without gliotransmission",
            1.1, higher[2] / base[2], note=source,
        ),
        near(
            "closed loop, alpha = 0: released before the first calcium event, over that without",
            1.0, early[1] / early[0], relative=1e-9, note="gliotransmission acts by events only",
        ),
        at_least(
            "closed loop at 1 Hz: calcium events with alpha = 0 over those without", 1.5,
            pulses[1] / pulses[0],
            note="less glutamate keeps the astrocyte pulsing where it would saturate",
        ),
    ]  # fmt: skip
