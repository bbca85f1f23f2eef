"""Freezing and approach of a dataset, scored from its own spikes and its own constants.

Freezing is read out from the cells with the role ``output``, approach from those with the role
``approach``, by the rule of `analysis.behaviour.scoring`; they differ in the threshold alone.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from analysis.activity.cells import APPROACH, OUTPUT, with_label
from analysis.behaviour.scoring import Readout, Score, score_trials
from analysis.dataset.facets import needs
from analysis.dataset.schema import DatasetError, parameter, speed_of

MOST_SAMPLES = 10_000_000
"""Samples of all trials together that are scored; an animal has some thousands."""
_THRESHOLDS = {OUTPUT: "readout.cem_threshold", APPROACH: "readout.approach_threshold"}


@needs("trials", "model")
def readout_of(dataset: xr.Dataset, role: str = OUTPUT) -> Readout:
    """Read-out constants that travel in a dataset.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset.
    role : {"output", "approach"}
        Role of the cells that are read out.

    Raises
    ------
    DatasetError
        If one is missing or no time or rate, or so short that its trials cannot be scored.
    """
    found = Readout(
        threshold=parameter(dataset, _THRESHOLDS[role], "Hz"),
        bin=parameter(dataset, "readout.bin", "s"),
        sample=parameter(dataset, "readout.sample", "s"),
        tau=parameter(dataset, "readout.tau", "s"),
    )
    scored = float((dataset["trial_stop"] - dataset["trial_start"]).sum()) * speed_of(dataset)
    if scored > MOST_SAMPLES * min(found.sample, found.bin):
        raise DatasetError(
            f"read-out: {scored:.3g} s of trials in steps of {min(found.sample, found.bin):.3g} s; "
            f"allowed: {MOST_SAMPLES} steps; run the experiment again with longer ones"
        )
    return found


@needs("trials", "neurons", "spikes", "model")
def freezing_table(dataset: xr.Dataset) -> Score:
    """Score freezing of every trial of a dataset.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset.

    Returns
    -------
    Score
        See there.
    """
    return _score(dataset, OUTPUT)


@needs("trials", "neurons", "spikes", "model")
def approach_table(dataset: xr.Dataset) -> Score:
    """Score approach of every trial of a dataset; see `freezing_table`."""
    return _score(dataset, APPROACH)


def _score(dataset: xr.Dataset, role: str) -> Score:
    cells = with_label(dataset, f"role={role}")
    heard = np.isin(dataset["spike_neuron"].values, cells)
    return score_trials(
        dataset["spike_time"].values[heard],
        cells.size,
        dataset["trial_start"].values,
        dataset["trial_stop"].values,
        readout_of(dataset, role),
        speed_of(dataset),
    )
