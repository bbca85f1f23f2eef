"""Background input that keeps every population at its resting rate.

Over days, synaptic scaling multiplies the synapses of a cell until it fires at its set point
(Turrigiano et al. 1998, Nature 391:892). The model takes the end of that: the background
conductances with which all populations together, at rest, fire at their resting rates.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from models.parameters import ParameterError, ParameterSet
from models.streams import stream
from models.tissue.wiring import Edges

STEP = 0.5e-3
"""Time step of the settling network, s. What is computed in it are sums, products and quotients of
rounded numbers, which come out alike on all machines."""
LEVELS, LEVEL_STEPS = 15, 400
"""The shared background fluctuates: each cycle goes once through that many levels (evenly spread
quantiles), each for so many steps. A cycle then is as long as it is representative."""
GAINS = (0.25, 0.25, 0.2, 0.16, 0.16, 0.1, 0.1, 0.1, 0.1)
"""Change of a log conductance for a log ratio of rates, cycle after cycle: a rate grows with the
sixth power of it or so. The result is the mean of the last `AVERAGED` ones."""
AVERAGED = 3
FARTHEST = 1.2
"""Log ratio of rates, over the averaged cycles, beyond which a rate counts as out of reach: wide,
as the steepest population still swings by a factor of two when it has settled."""
START = 110.0
"""First guess of all summed conductances, nS."""


@dataclass(frozen=True)
class RestingNetwork:
    """Cells, their fixed synapses and their background, as `settle` takes them.

    Attributes
    ----------
    names : tuple of str
        Populations.
    common : str
        Afferents of the background.
    population : ndarray of int, shape (n_cells,)
        Index into `names`.
    E_L : ndarray, shape (n_cells,)
        Leak reversals, V.
    adaptation : ndarray, shape (n_cells,)
        After-hyperpolarisation that a spike adds, nS.
    excitation, inhibition : Edges
        Among the cells; weights in nS.
    background : Edges
        From background afferents; weights are shares of the summed conductance of a cell.
    n_background : int
    """

    names: tuple[str, ...]
    common: str
    population: NDArray[np.int8]
    E_L: NDArray[np.float64]
    adaptation: NDArray[np.float64]
    excitation: Edges
    inhibition: Edges
    background: Edges
    n_background: int


def resting_rates(parameters: ParameterSet) -> dict[str, float]:
    """Return the rate (Hz) of every population that has one in the table ``resting``."""
    names = [row.name for row in parameters.rows() if row.group == "resting"]
    return {name: parameters.value(f"resting.{name}") for name in names}


def settle(parameters: ParameterSet, network: RestingNetwork) -> dict[str, float]:
    """Scale the background of every population until it fires at its resting rate.

    Parameters
    ----------
    parameters : ParameterSet
        Tables ``lif``, ``resting`` and the background of ``afferent``.
    network : RestingNetwork

    Returns
    -------
    dict of str to float
        Summed background conductance (nS) of a cell of each population of the table ``resting``.

    Raises
    ------
    ParameterError
        If the rates cannot be reached: nothing comes in, or other input alone is too much.
    """
    rates = resting_rates(parameters)
    resting = [network.names.index(name) for name in rates]
    target = np.array(list(rates.values()))
    total, log_total = np.zeros(len(network.names)), np.full(len(resting), np.log(START))
    tried, missed = [], []
    for number, name in enumerate(network.names):
        if name not in rates:
            total[number] = parameters.value(f"projection.{network.common}_to_{name}.total")
    cells = np.maximum(np.bincount(network.population, minlength=len(total)), 1)
    simulation = _Simulation(parameters, network)
    for gain in GAINS:
        total[resting] = np.exp(log_total)
        spikes = simulation.cycle(total[network.population])
        fired = np.bincount(network.population, weights=spikes, minlength=len(total)) / cells
        fired = fired[resting] / (LEVELS * LEVEL_STEPS * STEP)
        wrong = np.log((fired + 0.1 * target) / (1.1 * target))
        log_total = log_total - np.clip(gain * wrong, -0.4, 0.4)
        tried.append(log_total)
        missed.append(wrong)
    off = np.abs(np.mean(missed[-AVERAGED:], axis=0))
    for name, far, rate in zip(rates, off > FARTHEST, fired, strict=True):
        if far:
            raise ParameterError(
                f"no background input holds {name} at resting.{name} = {rates[name]:g} Hz (it "
                f"fires at {rate:.2g} Hz); change that rate, what projects to {name}, or "
                "afferent.rate_background"
            )
    return dict(zip(rates, np.exp(np.mean(tried[-AVERAGED:], axis=0)).tolist(), strict=True))


class _Simulation:
    """The network at rest: `models.mechanisms.membrane.LIF` without light, in mV, nS, pF and s."""

    def __init__(self, parameters: ParameterSet, network: RestingNetwork) -> None:
        self._p = {name: parameters.value(f"lif.{name}") for name in (
            "C_m", "g_L", "V_th", "V_reset", "tau_ref", "E_ampa", "E_gaba", "E_ahp", "tau_ampa",
            "tau_gaba", "tau_ahp")}  # fmt: skip
        n = len(network.population)
        self._rng = stream(0, "homeostasis")
        self._rate = parameters.value("afferent.rate_background")
        self._fluctuation = parameters.value("afferent.fluctuation")
        self._n_background = network.n_background
        self._b_ahp = network.adaptation
        self._E_L = np.round(network.E_L * 1e3, 6)
        self._v, self._wait = self._E_L.copy(), np.zeros(n)
        self._g = np.zeros((3, n))  # ampa, gaba, ahp
        self._out = [_by_source(edges, count) for edges, count in (
            (network.excitation, n), (network.inhibition, n),
            (network.background, network.n_background))]  # fmt: skip

    def cycle(self, total: NDArray[np.float64]) -> NDArray[np.float64]:
        """Run a cycle with summed background `total` (nS) of each cell; return spike counts."""
        counts = np.zeros(len(total))
        quantiles = np.round(ndtri((np.arange(LEVELS) + 0.5) / LEVELS), 6)
        for level in self._rng.permutation(quantiles):
            rate = self._rate * max(0.0, 1 + self._fluctuation * level)
            self._stretch(total, rate, counts)
        return counts

    def _stretch(
        self, total: NDArray[np.float64], rate: float, counts: NDArray[np.float64]
    ) -> None:
        p, g, v = self._p, self._g, self._v
        tau = np.array([[p["tau_ampa"]], [p["tau_gaba"]], [p["tau_ahp"]]]) * 1e-3
        decay = np.round(np.exp(-STEP / tau), 9)
        within = (1 - decay) * tau / STEP  # mean of a conductance over the step
        leak, scale = p["g_L"] * self._E_L, STEP * 1e3 / p["C_m"]
        excitation, inhibition, background = self._out
        arrivals = self._rng.poisson(rate * STEP * self._n_background, size=LEVEL_STEPS)
        for arriving in arrivals:
            ampa, gaba, ahp = g * within
            g_total = p["g_L"] + ampa + gaba + ahp
            current = leak + p["E_ampa"] * ampa + p["E_gaba"] * gaba + p["E_ahp"] * ahp
            x = scale * g_total
            share = x / (1 + x / 2 + x * x / 12)  # 1 - exp(-x)
            v += (current / g_total - v) * share * (self._wait <= 0)
            self._wait -= STEP * 1e3
            g *= decay
            for source in self._rng.integers(self._n_background, size=arriving):
                target, weight = background[source]
                g[0, target] += weight * total[target]
            for cell in np.flatnonzero(v > p["V_th"]):
                v[cell], self._wait[cell] = p["V_reset"], p["tau_ref"]
                counts[cell] += 1
                g[2, cell] += self._b_ahp[cell]
                for receptor, (target, weight) in enumerate((excitation[cell], inhibition[cell])):
                    g[receptor, target] += weight


def _by_source(
    edges: Edges, n_sources: int
) -> list[tuple[NDArray[np.int32], NDArray[np.float64]]]:
    """Targets and weights of every source; no source reaches a cell twice within a projection.

    Cells that two projections of one source share are summed, as ``+=`` would count them once.
    """
    result: list[tuple[NDArray[np.int32], NDArray[np.float64]]] = []
    for start, stop in pairwise(np.searchsorted(edges.source, np.arange(n_sources + 1))):
        target, where = np.unique(edges.target[start:stop], return_inverse=True)
        weight = np.zeros(len(target))
        np.add.at(weight, where, edges.weight[start:stop])
        result.append((target, weight.round(9)))
    return result
