"""Cells that answer the conditioned stimulus, and the ensembles of fear and of extinction.

No cell is labelled in advance.  A cell's rate in the parts of the stimulus window is paired with
its rate in the same parts of the matched baseline window before it; the signs of the differences
are flipped at random (two-sided), and the false discovery rate over cells is held at 5 %
(Benjamini-Hochberg).  So without any response about no cell is found, whatever their number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import stats

from analysis.activity.cells import cells_of
from analysis.activity.spikes import rates, within
from analysis.dataset.facets import SIGNAL, needs
from analysis.design.trials import ROLES
from analysis.design.windows import baseline_windows, cs_windows, role_trials

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Ints = NDArray[np.intp]
PERMUTATIONS = 9999
RATE = 0.05  # false discovery rate
PARTS = 6  # of a stimulus window, the published 5-s bins
SEED = 1
_CHUNK = 500


@dataclass(frozen=True)
class Responses:
    """Response of each cell to the stimulus in some trials.

    Attributes
    ----------
    cells : (cell,) array
        Positions along ``neuron``.
    change : (cell,) array
        Mean rate in the stimulus less baseline, Hz.
    p, q : (cell,) array
        Two-sided permutation P, and after Benjamini-Hochberg.
    """

    cells: Ints
    change: Floats
    p: Floats
    q: Floats

    @property
    def excited(self) -> Mask:
        """Cells whose rate rises."""
        return (self.q <= RATE) & (self.change > 0)

    @property
    def inhibited(self) -> Mask:
        """Cells whose rate falls."""
        return (self.q <= RATE) & (self.change < 0)


@dataclass(frozen=True)
class Overlap:
    """How many cells two ensembles share, against chance (hypergeometric)."""

    shared: int
    expected: float
    p_more: float
    p_fewer: float


@dataclass(frozen=True)
class Ensembles:
    """Ensembles of one animal, masks over `cells`; empty where the roles of epochs are missing.

    In the published design fear is recalled in early extinction and tested at extinction retrieval,
    and returns at renewal.

    Attributes
    ----------
    cells : (cell,) array
        Positions along ``neuron``.
    retrieval : (cell,) array
        Excited where fear is recalled.
    extinction : (cell,) array
        Excited at the test of extinction and not where fear is recalled.
    fear_cells, extinction_cells : (cell,) array
        Response falls over extinction and returns with fear; response rises over extinction and
        falls when fear returns.
    overlap : Overlap, optional
        Of the cells excited where fear is recalled and those excited at the test; None without.
    """

    cells: Ints
    retrieval: Mask
    extinction: Mask
    fear_cells: Mask
    extinction_cells: Mask
    overlap: Overlap | None


Respond = Callable[[Ints], Responses]
"""Responses in some trials, from wherever they are kept."""


@needs("trials", "neurons", SIGNAL)
def cs_responses(dataset: xr.Dataset, trials: Ints, population: str | None = None) -> Responses:
    """Test every cell of a population for a response to the stimulus.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset.
    trials : (n,) array of int
        Trials to test; those without a baseline before them are left out.
    population : str, optional
        Population tested; all cells whose inputs learn by default.

    Returns
    -------
    Responses
        See there; P = 1 throughout if no trial is left.
    """
    cells = cells_of(dataset, population)
    stimulus, before = _part_rates(dataset, trials, cells)
    difference = stimulus - before
    if not difference.size:
        certain = np.ones(cells.size)
        return Responses(cells, np.zeros(cells.size), certain, certain)
    difference = difference.reshape(-1, cells.size)
    p = sign_flip_p(difference)
    return Responses(cells, difference.mean(axis=0), p, stats.false_discovery_control(p))


def sign_flip_p(difference: Floats) -> Floats:
    """Two-sided sign-flip permutation P of the mean of each column.

    Parameters
    ----------
    difference : (pair, cell) array
        Paired differences, symmetric about 0 under the null hypothesis.

    Returns
    -------
    (cell,) array
        P values, at least 1 / (permutations + 1).
    """
    rng = np.random.default_rng(SEED)
    seen = np.abs(difference.sum(axis=0)) * (1 - 1e-9)
    extreme = np.zeros(difference.shape[1])
    for size in _chunks():
        sign = rng.integers(0, 2, (size, difference.shape[0])) * 2.0 - 1.0
        extreme += (np.abs(sign @ difference) >= seen).sum(axis=0)
    return (extreme + 1) / (PERMUTATIONS + 1)


def rise_p(low: Floats, high: Floats) -> Floats:
    """One-sided permutation P that each cell's mean is higher in `high` than in `low`.

    Parameters
    ----------
    low, high : (trial, cell) array
        Responses in the trials of two kinds.

    Returns
    -------
    (cell,) array
        P values; 1 if either kind has no trial.
    """
    if not len(low) or not len(high):
        return np.ones(low.shape[1])
    rng = np.random.default_rng(SEED)
    values = np.concatenate([low, high])
    weight = np.concatenate(
        [np.full(len(low), -1.0 / len(low)), np.full(len(high), 1.0 / len(high))]
    )
    seen = weight @ values
    slack = 1e-9 * np.abs(values).max(initial=1.0)
    extreme = np.zeros(values.shape[1])
    for size in _chunks():
        drawn = rng.permuted(np.broadcast_to(weight, (size, weight.size)), axis=1)
        extreme += (drawn @ values >= seen - slack).sum(axis=0)
    return (extreme + 1) / (PERMUTATIONS + 1)


def overlap(one: Mask, other: Mask) -> Overlap:
    """Compare the cells that two ensembles share with chance.

    Parameters
    ----------
    one, other : (cell,) array of bool
        Ensembles among the same cells.

    Returns
    -------
    Overlap
        `p_more` is the chance of at least as many shared cells, `p_fewer` of at most as many.
    """
    shared = int((one & other).sum())
    chance = stats.hypergeom(one.size, int(one.sum()), int(other.sum()))
    expected = one.sum() * other.sum() / one.size if one.size else 0.0
    return Overlap(shared, float(expected), float(chance.sf(shared - 1)), float(chance.cdf(shared)))


@needs("trials", "neurons", SIGNAL)
def find_ensembles(
    dataset: xr.Dataset, population: str | None = None, respond: Respond | None = None
) -> Ensembles:
    """Find the ensembles of fear retrieval and of extinction.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset.
    population : str, optional
        Population tested; all cells whose inputs learn by default.
    respond : callable, optional
        Gives the responses in some trials; those of `cs_responses` by default.

    Returns
    -------
    Ensembles
        See there.
    """
    respond = respond or (lambda chosen: cs_responses(dataset, chosen, population))
    cells = cells_of(dataset, population)
    trials = {role: role_trials(dataset, role) for role in ROLES}
    none = np.zeros(0, dtype=bool)
    early, late, falls, rises = none, none, none, none

    def response(*roles: str) -> Floats:
        chosen = np.concatenate([trials[role] for role in roles])
        stimulus, before = _part_rates(dataset, chosen, cells)
        return (stimulus - before).mean(axis=1)

    if trials["fear"].size:
        early = respond(trials["fear"]).excited
    if trials["fear"].size and trials["test"].size:
        late = respond(trials["test"]).excited
    if late.size and trials["return"].size:
        fear_1, calm, fear_2 = response("fear"), response("safe", "test"), response("return")
        # Both changes must hold: the larger P is a valid P for that (intersection-union).
        rises = _discovered(np.maximum(rise_p(fear_1, calm), rise_p(fear_2, calm)))
        falls = _discovered(np.maximum(rise_p(calm, fear_1), rise_p(calm, fear_2)))
    both = late.size > 0
    return Ensembles(
        cells, early, late & ~early if both else none, falls, rises,
        overlap(early, late) if both else None,
    )  # fmt: skip


def _part_rates(dataset: xr.Dataset, trials: Ints, cells: Ints) -> tuple[Floats, Floats]:
    """Rates (trial, part, cell) in the stimulus and in the baseline before it."""
    before, stimulus = baseline_windows(dataset), cs_windows(dataset)
    usable = (before.length > 0) & within(dataset, before.start, stimulus.stop)
    chosen = trials[usable[trials]]
    both = [windows.take(chosen).split(PARTS) for windows in (stimulus, before)]
    in_stimulus, in_baseline = (rates(dataset, bins.start, bins.stop, cells) for bins in both)
    return in_stimulus, in_baseline


def _discovered(p: Floats) -> Mask:
    return np.asarray(stats.false_discovery_control(p) <= RATE) if p.size else p.astype(bool)


def _chunks() -> list[int]:
    full, rest = divmod(PERMUTATIONS, _CHUNK)
    return [_CHUNK] * full + [rest] * bool(rest)
