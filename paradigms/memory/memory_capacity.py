"""Paradigm ``memory_capacity``: how many random patterns a network of N neurons recalls.

The largest K at which a share of the recalls succeeds, for the pairwise network of Hopfield and for
the neuron-astrocyte network in its limit of fast astrocytes, with and without the mean of the terms
of T that have repeated indices (`models.memory.transport.PatternTransport`).
"""

from __future__ import annotations

import time as wall_clock
from collections.abc import Callable, Mapping

import numpy as np
import xarray as xr
from numpy.random import Generator
from numpy.typing import NDArray

from analysis.dataset.parts import assemble_parts
from models.checks import ModelError
from models.memory.reduction import recall_signs
from models.parameters import ParameterSet, load_parameters
from models.streams import stream
from paradigms.memory.patterns import corrupt
from paradigms.parts.options import check_seed
from paradigms.run.provenance import run_provenance

NAME = "memory_capacity"
CIRCUIT = "associative_memory"
KINDS = ("pairwise", "astrocyte", "balanced")
SIZES = (20, 40, 60, 80, 100, 120)
"""Multiples of 20, so that 5 % of the bits is a whole number."""
CLOSE = 1.03
"""K_max is bracketed to this ratio, or to one pattern."""


def measure_capacity(
    *,
    sizes: tuple[int, ...] = SIZES,
    kinds: tuple[str, ...] = KINDS,
    seed: int = 0,
    overrides: Mapping[str, str] | None = None,
    progress: Callable[[float], None] | None = None,
) -> xr.Dataset:
    """Find K_max for each kind of network, size and set of patterns.

    Parameters
    ----------
    sizes : tuple of int
        Numbers of neurons.
    kinds : tuple of str
        Of `KINDS`.
    seed : int
        Patterns and cues follow from it.
    overrides : mapping of str to str, optional
        ``{"capacity.flips": "0.1"}``.
    progress : callable, optional
        Called with the completed fraction.

    Returns
    -------
    xarray.Dataset
        See `analysis.dataset.memory_tables`: ``k_max`` by kind, size and replicate, and compute
        units.

    Raises
    ------
    OptionError, ParameterError
        For what cannot be simulated.
    ModelError
        If recall does not fail at any load.
    """
    check_seed(seed)
    parameters = load_parameters(overrides, circuit=CIRCUIT)
    replicates = int(parameters.value("capacity.replicates"))
    began = wall_clock.perf_counter()
    k_max = np.zeros((len(kinds), len(sizes), replicates))
    for at, n in enumerate(sizes):
        for replicate in range(replicates):
            for row, kind in enumerate(kinds):
                rng = stream(seed, f"capacity/{n}/{replicate}")
                k_max[row, at, replicate] = largest_load(kind, n, rng, parameters)
            if progress is not None:
                progress((at + (replicate + 1) / replicates) / len(sizes))
    neurons = np.array(sizes, dtype=float)
    return assemble_parts(
        NAME,
        {
            "kind": kinds,
            "neurons": neurons,
            "replicate": np.arange(replicates),
            "k_max": k_max,
            # a unit is a variable of the dynamics: neurons, and for astrocytes also synapses and
            # processes of each pair
            "units": np.array(
                [neurons if kind == "pairwise" else neurons + 2 * neurons**2 for kind in kinds]
            ),
        },
        {
            "title": "Patterns recalled against network size",
            "summary": f"{NAME}: {', '.join(kinds)} networks of {sizes[0]} to {sizes[-1]} neurons",
            **run_provenance(parameters, seed, "numpy", began),
        },
    )


def largest_load(kind: str, n: int, rng: Generator, parameters: ParameterSet) -> float:
    """Number of random patterns at which just enough recalls succeed; 0 if one is too many.

    Doubling until recall fails, bisection, and linear interpolation of the share of successes
    between the last two loads. The patterns of a smaller load are among those of a larger one.

    Raises
    ------
    ModelError
        If recall does not fail with as many patterns as N^3, which no network of `KINDS` holds:
        what is asked of it is then no recall.
    """
    bank = _Bank(n, int(parameters.value("capacity.sets")), rng)
    wanted = parameters.value("capacity.share")
    good, bad = 0, 1
    shares = {0: 1.0}
    while (shares.setdefault(bad, recall_share(bank, bad, kind, parameters))) >= wanted:
        good, bad = bad, 2 * bad
        if bad > n**3:
            asked = ("flips", "overlap", "share")
            said = ", ".join(f"capacity.{name} = {parameters.value('capacity.' + name):g}"
                             for name in asked)
            raise ModelError(
                f"{n} neurons of kind {kind} still recall {good} patterns: with {said} recall "
                "cannot fail; ask for more flips, overlap or share"
            )
    while bad - good > 1 and bad > CLOSE * good:
        middle = round(np.sqrt(good * bad)) if good > 8 else (good + bad) // 2
        shares[middle] = recall_share(bank, middle, kind, parameters)
        if shares[middle] >= wanted:
            good = middle
        else:
            bad = middle
    return good + (bad - good) * (shares[good] - wanted) / (shares[good] - shares[bad])


def recall_share(bank: _Bank, k: int, kind: str, parameters: ParameterSet) -> float:
    """Share of cues, patterns with flipped bits, whose pattern is recalled among `k`."""
    rng = np.random.default_rng(k)
    cues, flips = int(parameters.value("capacity.cues")), parameters.value("capacity.flips")
    reached = []
    for patterns in bank.take(k):
        wanted = patterns[rng.integers(k, size=cues)]
        found = recall_signs(patterns, corrupt(wanted, flips, rng), kind)
        overlap = np.mean(found * wanted, axis=1)
        reached.append(np.mean(overlap >= parameters.value("capacity.overlap")))
    return float(np.mean(reached))


class _Bank:
    """Sets of random patterns that grow on demand, so that a load contains all smaller ones."""

    def __init__(self, n: int, sets: int, rng: Generator) -> None:
        self._rng, self._rows = rng, np.zeros((sets, 0, n), dtype=np.int8)

    def take(self, k: int) -> NDArray[np.int8]:
        """The first `k` patterns of every set, shape (set, k, N)."""
        sets, there, n = self._rows.shape
        if k > there:
            more = self._rng.integers(0, 2, (sets, k - there, n), dtype=np.int8) * 2 - 1
            self._rows = np.concatenate([self._rows, more], axis=1)
        return self._rows[:, :k]
