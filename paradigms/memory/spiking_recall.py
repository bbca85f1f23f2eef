"""Paradigm ``spiking_recall``: pattern completion by spiking cells, with and without transport.

Networks of `models.memory.spiking` stand side by side in one run: every seed three times, with
transport, without it, and as a pairwise network whose synapses hold the memories in the resting
calcium of their own processes. The three see the same patterns, cue and cells.
"""

from __future__ import annotations

import time as wall_clock
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from analysis.dataset.memory_tables import CONDITIONS
from analysis.dataset.parts import assemble_parts
from models.machine.circuit import Tables
from models.machine.devices import check_device
from models.memory.spiking import Wiring, spiking_circuit
from models.parameters import ParameterSet, load_parameters
from models.run import run_circuit
from models.streams import stream
from paradigms.parts.options import check_fits, check_seed
from paradigms.parts.table import PARADIGMS
from paradigms.run.provenance import run_provenance

NAME = "spiking_recall"
CIRCUIT = "associative_memory"
ROW_BYTES, LINK_BYTES = 400, 60
"""Memory of a synapse with its process, and of its links with one pool."""


def simulate_spiking(
    *,
    seed: int = 0,
    networks: int = 3,
    block: float = 0.0,
    overrides: Mapping[str, str] | None = None,
    device: str = "cpp",
    progress: Callable[[float], None] | None = None,
) -> xr.Dataset:
    """Cue every network with a part of its first pattern.

    Parameters
    ----------
    seed : int
        The networks have the seeds ``seed``, ``seed + 1``, ...
    networks : int
        Number of seeds; each is simulated in three conditions.
    block : float
        Share of transport that is blocked where there is any.
    overrides : mapping of str to str, optional
        ``{"spiking.name": "value unit"}``.
    device : str
        ``"cpp"``, ``"cython"``, ``"numpy"`` or ``"genn"``.
    progress : callable, optional
        Called with the completed fraction.

    Returns
    -------
    xarray.Dataset
        See `analysis.dataset.memory_tables`.

    Raises
    ------
    OptionError, ParameterError, ModelError, DeviceError
        Before the run, for what cannot be simulated.
    RegimeError
        If the run left the regime of the model: where and when.
    """
    PARADIGMS[NAME].check(networks=networks, block=block)
    check_seed(seed, networks)
    parameters = load_parameters(overrides, circuit=CIRCUIT)
    n, k = (int(parameters.value(f"spiking.{name}")) for name in ("n_neurons", "n_patterns"))
    check_fits(
        # every synapse has its row of variables, and a link with every pool in both directions
        len(CONDITIONS) * networks * n * n * (ROW_BYTES + LINK_BYTES * k),
        f"{networks} networks of {n} neurons and {k} patterns in three conditions",
        "--networks, spiking.n_neurons or spiking.n_patterns",
    )
    check_device(device)
    seeds = range(seed, seed + networks)
    wiring = draw_wiring(parameters, seeds, block)
    began = wall_clock.perf_counter()
    circuit, tables = spiking_circuit(parameters, wiring)
    duration = parameters.value("spiking.duration")
    records = run_circuit(circuit, tables, duration, device, progress=progress).records
    return assemble_parts(
        NAME,
        {**describe(parameters, wiring, records, len(CONDITIONS)), "seed_of": np.array(seeds)},
        {
            "title": "Spiking recall from a partial cue",
            "block": block,
            "cue_time": parameters.value("spiking.cue_time"),
            "summary": f"{NAME}: {networks} seeds in three conditions",
            **run_provenance(parameters, seed, device, began),
        },
    )


def draw_wiring(parameters: ParameterSet, seeds: Sequence[int], block: float = 0.0) -> Wiring:
    """Patterns, cues and cells of every seed, for the three conditions one after the other."""
    n, k = (int(parameters.value(f"spiking.{name}")) for name in ("n_neurons", "n_patterns"))
    patterns, cued, leak, start = [], [], [], []
    for seed in seeds:
        rng = stream(seed, "spiking")
        half = np.repeat([1, -1], [n // 2, n - n // 2])
        patterns.append([rng.permutation(half) for _ in range(k)])
        active = np.flatnonzero(patterns[-1][0] == 1)
        kept = round((1 - parameters.value("spiking.missing")) * len(active))
        cue = np.zeros(n)
        cue[rng.permutation(active)[:kept]] = 1
        cued.append(cue)
        spread = float(parameters.quantity("lif.E_L_sd")) * rng.standard_normal(n)
        leak.append(float(parameters.quantity("lif.E_L")) + spread)
        rest, fire = (float(parameters.quantity(f"lif.{name}")) for name in ("E_L", "V_th"))
        start.append(rest + (fire - rest) * rng.random(n))

    def thrice(values: list) -> NDArray:
        return np.concatenate([np.array(values)] * len(CONDITIONS))

    static = parameters.value("spiking.static") / np.sqrt(k)
    return Wiring(
        thrice(patterns).astype(np.int8),
        thrice(cued).astype(np.int8),
        open_share=np.repeat([1.0 - block, 0.0, 0.0], len(seeds)),
        static=np.repeat([0.0, 0.0, static], len(seeds)),
        E_L=thrice(leak),
        v_0=thrice(start),
    )


def describe(
    parameters: ParameterSet, wiring: Wiring, records: Tables, conditions: int
) -> dict[str, NDArray | tuple[str, ...]]:
    """Arrays of the dataset from what was recorded."""
    total, k, n = wiring.shape
    count = total // conditions
    when, cell = records["spikes.t"], records["spikes.i"]
    until, window = (parameters.value(f"spiking.{name}") for name in ("cue_time", "window"))
    late = (when >= until - window) & (when < until)
    rate = np.bincount(cell[late], minlength=total * n).reshape(conditions, count, n) / window
    active = np.where(rate > parameters.value("spiking.active"), 1, -1)
    patterns = wiring.patterns[:count]
    place = cell // n
    return {
        "condition": CONDITIONS,
        "network": np.arange(count),
        "neuron": np.arange(n),
        "memory": np.arange(k),
        "time": records["pools.t"],
        "pattern": patterns,
        "cued": wiring.cued[:count],
        "rate": rate,
        "overlap": np.mean(active * patterns[:, 0], axis=2),
        "pool": records["pools.c_pool"].reshape(conditions, count, k, -1),
        "spike_time": when,
        "spike_neuron": cell % n,
        "spike_network": place % count,
        "spike_condition": place // count,
    }
