"""Reference checks: the network of neurons and astrocytes against the published formulation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.circuits import neuron_glia_2019 as neuron_glia
from models.circuits.neuron_glia_wiring import Wiring, draw_wiring
from models.machine.clocks import Clocks
from models.parameters import ParameterSet, load_parameters
from paradigms.references import neuron_glia_2019
from paradigms.references import per_synapse as reference_per_synapse
from paradigms.references.neuron_glia_2019 import Outcome
from paradigms.references.table import Check, near

# Rates of the published program at full size, Hz: rows are cell types, columns windows. One run.
PUBLISHED_RATES = (
    (0.351, 1.568, 1.264),
    (0.348, 1.552, 0.310),
    (0.0, 0.227, 0.009),
)
FULL_SIZE_SEEDS = (1, 2, 3)

EXAMPLE = "brian2's example 6 of Stimberg et al. 2019 (alpha = 0, cells placed as there)"
FORMULATIONS = ("per domain", "per synapse")
# Seen once, when nothing was left to choose; 1-5 were seen while the check was written.
SEEDS = (1101, 1102, 1103, 1104, 1105)
_DT, _DT_ASTROCYTE = 1e-4, 1e-2


def run_both(
    seeds: Sequence[int], size: int, dt_slow: float | None = None
) -> tuple[ParameterSet, list[Wiring], tuple[Outcome, Outcome]]:
    """Run the same networks in both of `FORMULATIONS`, with cells placed as published.

    Parameters
    ----------
    seeds : sequence of int
    size : int
        Number of cells of one network, about.
    dt_slow : float, optional
        Time step of our domains, s; by default that of the tables.

    Returns
    -------
    ParameterSet, list of Wiring, pair of Outcome
    """
    parameters = load_parameters(circuit=neuron_glia_2019.CIRCUIT)
    wirings = [draw_wiring(parameters, seed, size, "published") for seed in seeds]
    duration = float(parameters.quantity("stimulus.duration"))
    if dt_slow is None:
        dt_slow = float(parameters.quantity("numerics.dt_slow"))
    clocks = Clocks(_DT, _DT_ASTROCYTE, dt_slow)
    ours, reference = (
        neuron_glia_2019.run(parameters, wirings, clocks, duration, build=build)
        for build in (neuron_glia.assemble, reference_per_synapse.assemble)
    )
    return parameters, wirings, (ours, reference)


def neuron_glia_checks(
    seeds: Sequence[int] = SEEDS, size: int = 1000, dt_slow: float | None = None
) -> list[Check]:
    """Our network against the published formulation: means over seeds, within its spread.

    Parameters are those of `run_both`.
    """
    parameters, wirings, outcomes = run_both(seeds, size, dt_slow)
    ours, reference = (
        neuron_glia_2019.rates(parameters, wirings, outcome) for outcome in outcomes
    )
    return neuron_glia_rows(ours, reference, size)


def full_size_checks() -> list[Check]:
    """Our network at full size, cells placed as published, against one run of the program."""
    dataset = neuron_glia_2019.simulate(FULL_SIZE_SEEDS, placement="published")
    return full_size_rows(dataset.rate.values)


def full_size_rows(ours: NDArray) -> list[Check]:
    """Rows from an array of `paradigms.references.neuron_glia_2019.rates` of full-size networks.

    A row may be 15 % off, or 0.01 Hz where that is more: the reference is a single run with a seed
    of its own, our seeds differ among each other by 6 % (standard deviation) in the step of
    current, and 0.01 Hz is one release of every eighth astrocyte in twelve seconds.
    """
    rows = []
    for j, cell_type in enumerate(neuron_glia_2019.CELL_TYPES):
        for k, window in enumerate(neuron_glia_2019.WINDOWS):
            reference, found = PUBLISHED_RATES[j][k], ours[:, j, k]
            span = f"{found.min():.3g} to {found.max():.3g}"
            note = f"{EXAMPLE}, full size, one run; ours {span} over {len(found)} seeds"
            rows.append(
                near(
                    f"neuron-glia network, full size: {cell_type} rate {window}", reference,
                    float(found.mean()), absolute=max(0.15 * reference, 0.01), unit="Hz", note=note,
                )
            )
    return rows  # fmt: skip


def neuron_glia_rows(ours: NDArray, reference: NDArray, size: int) -> list[Check]:
    """Rows from two arrays of `paradigms.references.neuron_glia_2019.rates`."""
    rows = []
    for j, cell_type in enumerate(neuron_glia_2019.CELL_TYPES):
        for k, window in enumerate(neuron_glia_2019.WINDOWS):
            rows.append(
                _within_spread(
                    f"neuron-glia network: {cell_type} rate {window}",
                    ours[:, j, k],
                    reference[:, j, k],
                    "Hz",
                    size,
                )
            )
    for j, cell_type in enumerate(neuron_glia_2019.CELL_TYPES):
        rows.append(
            _within_spread(
                f"neuron-glia network: {cell_type} rate, step less before",
                ours[:, j, 1] - ours[:, j, 0],
                reference[:, j, 1] - reference[:, j, 0],
                "Hz",
                size,
            )
        )
    return rows


def _within_spread(check: str, ours: NDArray, reference: NDArray, unit: str, size: int) -> Check:
    spread = float(reference.std(ddof=1))
    note = (
        f"{EXAMPLE}, {size} cells, {len(ours)} seeds; "
        f"reference sd {spread:.2g}, ours sd {ours.std(ddof=1):.2g}; seed by seed the largest "
        f"difference is {np.abs(ours - reference).max():.2g}"
    )
    # Both share wiring and initial values and spike alike until rounding is amplified, after some
    # 2.5 s; from there on they are two samples of one network.
    return near(check, reference.mean(), ours.mean(), absolute=spread, unit=unit, note=note)


def placement_checks() -> list[Check]:
    """What the published placement of cells leaves of the astrocytes."""
    parameters: ParameterSet = load_parameters(circuit=neuron_glia_2019.CIRCUIT)
    rows = []
    for placement, expected in (("published", 226), ("tissue", 800)):
        domain = draw_wiring(parameters, 1, 1000, placement).domain
        rows.append(
            near(
                f"neuron-glia network, placement {placement}: astrocytes with synapses of 800",
                expected,
                len(np.unique(domain[domain >= 0])),
                relative=0.15,
                note="counted in the published program; it hangs on rounding"
                if placement == "published"
                else "every astrocyte should have some",
            )
        )
    return rows
