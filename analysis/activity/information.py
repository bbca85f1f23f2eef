"""How much one neuron's spike count says about the stimulus."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from analysis.activity.cells import cells_of
from analysis.activity.spikes import counts
from analysis.dataset.facets import needs
from analysis.design.windows import baseline_windows, cs_windows

SHUFFLES = 100
PARTS = 6
MOST = 15  # larger counts are taken together
SEED = 1


@needs("trials", "neurons", "spikes")
def cs_information(
    dataset: xr.Dataset, trials: NDArray[np.intp], population: str | None = None
) -> NDArray[np.float64]:
    """Information of each cell's spike count about stimulus or baseline, bits per part of a trial.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset.
    trials : (n,) array of int
        Trials used; those whose baseline is shorter than their stimulus window are left out.
    population : str, optional
        Population looked at; all cells whose inputs learn by default.

    Returns
    -------
    (cell,) array
        Plug-in mutual information less its mean over shuffles within trials (the bias, and the
        control); about 0, of either sign, for a cell that knows nothing.  NaN without trials.
    """
    cells = cells_of(dataset, population)
    stimulus, before = cs_windows(dataset), baseline_windows(dataset)
    chosen = trials[before.length[trials] > 0.999 * stimulus.length[trials]]
    if not (chosen.size and cells.size):
        return np.full(cells.size, np.nan)
    both = [windows.take(chosen).split(PARTS) for windows in (stimulus, before)]
    table = np.stack([counts(dataset, bins.start, bins.stop, cells) for bins in both])
    pairs = np.minimum(table.reshape(2, -1, cells.size), MOST).astype(int)
    rng = np.random.default_rng(SEED)
    swaps = rng.integers(0, 2, (SHUFFLES, pairs.shape[1], 1))
    shuffled = [_bits(np.where(swap, pairs[1], pairs[0]), pairs) for swap in swaps]
    return np.asarray(_bits(pairs[0], pairs) - np.mean(shuffled, axis=0))


def _bits(stimulus: NDArray[np.int_], pairs: NDArray[np.int_]) -> NDArray[np.float64]:
    """Plug-in information (cell,) when the stimulus has these counts, of two equal classes."""
    every = _histogram(pairs.reshape(-1, pairs.shape[-1]))
    with_it = _histogram(stimulus)
    half = pairs.shape[1]
    without = every - with_it
    return _entropy(every, 2 * half) - (_entropy(with_it, half) + _entropy(without, half)) / 2


def _histogram(values: NDArray[np.int_]) -> NDArray[np.int_]:
    cells = values.shape[1]
    flat = values + (MOST + 1) * np.arange(cells)
    return np.bincount(flat.ravel(), minlength=cells * (MOST + 1)).reshape(cells, -1)


def _entropy(histogram: NDArray[np.int_], total: int) -> NDArray[np.float64]:
    share = histogram / total
    return -np.sum(share * np.log2(np.where(share > 0, share, 1.0)), axis=1)
