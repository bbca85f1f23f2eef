"""Reference checks of the network with tag and capture: recall, and the neuromodulator."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import xarray as xr

from paradigms.references.table import Check, at_least, near
from paradigms.references.tag_and_capture_network import simulate

# Mean and standard deviation over 50 trials by the time from learning to recall. Means are those
# of the project's targets; they and the deviations are printed in a notebook of the published
# program (memory-consolidation-stc ac6d2ba, simulator_comparison_memory_recall).
RECALL = {
    "10 s": {"quality": (0.031, 0.0140), "information": (0.860, 0.0656)},
    "8 h": {"quality": (0.034, 0.0155), "information": (0.941, 0.0616)},
}
RECALL_SEEDS = range(1, 6)

# Percent of h_0 by neuromodulator (Lehr, Luboeinski & Tetzlaff 2022, figure 2a: where the
# distribution over cells has its peak). Stimuli are those of its program.
WEIGHTS = {0.0: 100.0, 0.06: 158.0, 0.12: 177.0, 0.18: 177.0}
WEIGHT_MARGIN = 15.0
WEIGHT_SEEDS = range(1, 3)
STIMULI_2022 = {
    "stimulus.learning.rate": "60 Hz",
    "stimulus.learning.inputs": "4",
    "stimulus.recall.inputs": "4",
    "stimulus.recall.after": "8 h",
}


def recall_checks() -> list[Check]:
    """Recall of half an assembly of 150 cells, seconds and hours after learning."""
    return recall_rows({
        after: simulate(RECALL_SEEDS, overrides={"stimulus.recall.after": after})
        for after in RECALL
    })  # fmt: skip


def recall_rows(datasets: Mapping[str, xr.Dataset]) -> list[Check]:
    """Rows from datasets of `tag_and_capture_network.simulate` by the time to recall."""
    return [
        near(
            f"tag and capture, network: {words} of recall at {after}",
            mean, float(datasets[after][name].mean()), absolute=2 * spread, unit=unit,
            note=f"program of Luboeinski & Tetzlaff 2021, 50 trials of sd {spread}; ours are "
            f"{datasets[after][name].size}, sd {float(datasets[after][name].std(ddof=1)):.3f}",
        )
        for after, published in RECALL.items()
        for (name, (mean, spread)), words, unit in zip(
            published.items(), ("quality", "mutual information"), ("1", "bit"), strict=True
        )
    ]  # fmt: skip


def neuromodulator_checks() -> list[Check]:
    """Weights within an assembly at 8 h by the neuromodulator from learning on."""
    return neuromodulator_rows({
        nm: simulate(WEIGHT_SEEDS, overrides={**STIMULI_2022, "late.nm": str(nm)})
        for nm in WEIGHTS
    })  # fmt: skip


def neuromodulator_rows(datasets: Mapping[float, xr.Dataset]) -> list[Check]:
    """Rows from datasets of `tag_and_capture_network.simulate` by neuromodulator."""
    ours = {nm: float(datasets[nm].weight.mean()) for nm in WEIGHTS}
    note = (
        "Lehr, Luboeinski & Tetzlaff 2022, peak over cells; ours is the mean over synapses of "
        f"{datasets[0.0].weight.size} networks"
    )
    rows = [
        near(
            f"tag and capture, network: weight in the assembly at 8 h, neuromodulator {nm:g}",
            weight, ours[nm], absolute=WEIGHT_MARGIN, unit="percent", note=note,
        )
        for nm, weight in WEIGHTS.items()
    ]  # fmt: skip
    levels = sorted(ours)
    steps = [ours[above] - ours[below] for below, above in pairwise(levels)]
    return [
        *rows,
        at_least(
            "tag and capture, network: smallest rise of that weight from level to level",
            0.0, min(steps), unit="percent", note="published: 58, 19 and 0, read off figure 2a",
        ),
    ]  # fmt: skip
