"""What the figures of the reference checks show, computed: one dataset for each figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import xarray as xr

from paradigms.references import basal_amygdala_2011, neuron_glia_2019
from paradigms.references.astrocyte import (
    REGIMES,
    convergence_errors,
    li_rinzel_traces,
    numbers,
    settled_cells,
)
from paradigms.references.basal_amygdala_protocol import DENSE
from paradigms.references.neuron_glia import FORMULATIONS, SEEDS, run_both
from paradigms.references.stability import bifurcation_points

BIN = 0.02
"""Bin of the population rate of `neuron_glia`, s."""


def single_astrocyte() -> xr.Dataset:
    """Li-Rinzel calcium: traces, oscillatory range and order of convergence.

    Returns
    -------
    xarray.Dataset
        ``calcium`` and ``exact`` (regime, time), ``lowest`` and ``highest`` calcium after 150 s
        (regime, level), ``bifurcation`` (regime, side) and ``error`` (step); umol/L and s.
    """
    levels = np.arange(0.2, 1.2, 0.025)
    time, ours, exact = li_rinzel_traces()
    _, calcium = settled_cells(levels)
    points = [bifurcation_points(numbers() | {"K_P": k_p}) for k_p, _ in REGIMES.values()]
    error = dict(sorted(convergence_errors().items()))
    return xr.Dataset(
        {
            "calcium": (("regime", "time"), ours),
            "exact": (("regime", "time"), exact),
            "lowest": (("regime", "level"), calcium.min(axis=2)),
            "highest": (("regime", "level"), calcium.max(axis=2)),
            "bifurcation": (("regime", "side"), np.array(points)),
            "error": ("step", list(error.values())),
        },
        coords={"regime": list(REGIMES), "time": time, "level": levels, "step": list(error)},
        attrs={"figure": "single_astrocyte"},
    )


def neuron_glia(seed: int = SEEDS[0], size: int = 1000) -> xr.Dataset:
    """One network in our formulation and in that of the paper.

    Returns
    -------
    xarray.Dataset
        ``activity`` (formulation, cell_type, bin) and ``rate`` (formulation, cell_type, window),
        events per cell and second.
    """
    parameters, wirings, outcomes = run_both([seed], size)
    counts = (wirings[0].n_E, wirings[0].n_I, wirings[0].n_A)
    edges = np.arange(round(float(parameters.quantity("stimulus.duration")) / BIN) + 1) * BIN
    activity = []
    for outcome in outcomes:
        excitatory = outcome.spike_cell < counts[0]
        times = (outcome.spike_time[excitatory], outcome.spike_time[~excitatory])
        activity.append(
            [
                np.histogram(when, edges)[0] / count / BIN
                for when, count in zip((*times, outcome.event_time), counts, strict=True)
            ]
        )
    rates = [neuron_glia_2019.rates(parameters, wirings, outcome)[0] for outcome in outcomes]
    return xr.Dataset(
        {
            "activity": (("formulation", "cell_type", "bin"), np.array(activity)),
            "rate": (("formulation", "cell_type", "window"), np.array(rates)),
        },
        coords={
            "formulation": list(FORMULATIONS),
            "cell_type": list(neuron_glia_2019.CELL_TYPES),
            "window": list(neuron_glia_2019.WINDOWS),
            "bin": edges[:-1],
        },
        attrs={
            "figure": "neuron_glia_2019",
            "seed": seed,
            "size": wirings[0].n_cells,
            "start": parameters.value("stimulus.start"),
            "stop": parameters.value("stimulus.stop"),
        },
    )


def fear_network() -> xr.Dataset:
    """The fear network in all conditions, with the spectra of dense inhibition.

    Returns
    -------
    xarray.Dataset
        ``rate`` of `paradigms.references.basal_amygdala_2011.simulate`, and ``power`` (dense,
        frequency), mean over seeds of the spectrum of all spikes.
    """
    dataset = basal_amygdala_2011.simulate()
    dense = ("standard", *DENSE)
    power = []
    for condition in dense:
        activity = basal_amygdala_2011.last_presentations(dataset, condition)
        frequency, found = basal_amygdala_2011.spectrum(activity.sum("cell_type").values, 1e-3)
        power.append(found.mean(axis=0))
    return xr.Dataset(
        {"rate": dataset.rate, "power": (("dense", "frequency"), np.array(power))},
        coords={"dense": list(dense), "frequency": frequency},
        attrs={"figure": "basal_amygdala_2011"},
    )


FIGURES: Mapping[str, Callable[[], xr.Dataset]] = {
    "single_astrocyte": single_astrocyte,
    "neuron_glia_2019": neuron_glia,
    "basal_amygdala_2011": fear_network,
}
"""The figures of ``docs/references.md`` by name of the file."""
