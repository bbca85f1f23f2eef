"""Paradigm ``associative_recall``: store patterns in the transport of calcium, cue, recall.

The full three-layer dynamics of `models.memory.network`, many cues at once. Cues are stored
patterns with a share of their bits flipped; they hold the neurons while synapses and processes
settle, and are then let go.
"""

from __future__ import annotations

import time as wall_clock
from collections.abc import Callable, Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from analysis.dataset.memory_tables import TERMS
from analysis.dataset.parts import assemble_parts
from astrogram.text import shown
from models.memory.energy import energy
from models.memory.network import (
    Network,
    State,
    at_rest,
    clamped,
    integrate,
    memory_network,
    refinement,
)
from models.memory.reduction import reduce_network
from models.memory.transport import pattern_transport
from models.parameters import ParameterSet, load_parameters
from models.streams import stream
from paradigms.memory.latent_autoencoder import latent_encoder
from paradigms.memory.patterns import choose, corrupt
from paradigms.parts.options import OptionError, check_fits, check_seed
from paradigms.parts.table import PARADIGMS
from paradigms.run.provenance import run_provenance

NAME = "associative_recall"
CIRCUIT = "associative_memory"
N_NEURONS = 768
ABREAST = 10
"""Cues integrated at once."""
REACHED = 0.99
"""Overlap at which a recall has a sign."""


def simulate_recall(
    patterns: str = "random",
    n_patterns: int = 25,
    corruption: float = 0.2,
    *,
    size: int | None = None,
    block: float = 0.0,
    group: str = "recall",
    latent: bool = False,
    seed: int = 0,
    overrides: Mapping[str, str] | None = None,
    progress: Callable[[float], None] | None = None,
) -> xr.Dataset:
    """Store, cue and recall.

    Parameters
    ----------
    patterns : str
        Source, see `paradigms.memory.patterns.choose`.
    n_patterns : int
        Number of memories K.
    corruption : float
        Share of flipped bits in a cue.
    size : int, optional
        Number of neurons of random patterns.
    block : float
        Share of transport that is blocked.
    group : str
        Constants: ``"recall"`` or ``"gradient"``, see `models.memory.network.memory_network`.
    latent : bool
        Store the code of an autoencoder that is trained on the images (needs torch), instead of
        their brighter and darker pixels.
    seed : int
        Patterns and cues follow from it.
    overrides : mapping of str to str, optional
        ``{"group.name": "value unit"}``.
    progress : callable, optional
        Called with the completed fraction.

    Returns
    -------
    xarray.Dataset
        See `analysis.dataset.memory_tables`.

    Raises
    ------
    OptionError, PatternError
        For options that mean nothing, and patterns that cannot be had or do not fit into memory.
    ParameterError, ModelError
        For what cannot be simulated.
    """
    parameters = load_parameters(overrides, circuit=CIRCUIT)
    check_seed(seed)
    options = PARADIGMS[NAME]
    options.check(block=block, corruption=corruption, n_patterns=n_patterns)
    if patterns != "random" and size is not None:
        raise OptionError(
            f"--size is for random patterns; those of {shown(patterns)} have a size of their own"
        )
    size = N_NEURONS if size is None else size
    options.check(size=size)
    check_memory(n_patterns, size)
    encode = latent_encoder(patterns, parameters, seed) if latent else None
    rng = stream(seed, "patterns")
    stored, images = choose(patterns, n_patterns, size, rng, encode)
    check_memory(*stored.shape)
    count = int(parameters.value("recall.cues"))
    memory = np.arange(count) % n_patterns
    cues = corrupt(stored[memory], corruption, stream(seed, "cues"))
    began = wall_clock.perf_counter()
    network = memory_network(
        parameters,
        pattern_transport(stored, (1 - block) * parameters.value(f"{group}.strength")),
        group,
    )
    arrays = run_cues(network, cues, parameters, group, progress)
    overlap = np.mean(np.sign(arrays["x"]) * stored[memory], axis=2).T
    last = overlap[:, -1]
    n, k = stored.shape[::-1]
    return assemble_parts(
        NAME,
        {
            "memory": np.arange(k),
            "neuron": np.arange(n),
            "cue": np.arange(count),
            "term": TERMS,
            "pattern": stored,
            "cue_pattern": cues,
            "cue_memory": memory,
            "overlap": overlap,
            "sign": np.where(np.abs(last) >= REACHED, np.sign(last), 0),
            "image": np.zeros((0, 1, 1, 1)) if images is None else images.pixels,
            **arrays,
        },
        {
            "title": f"Recall of {k} {patterns} patterns from cues with {corruption:.0%} flipped",
            "patterns": patterns,
            "corruption": corruption,
            "block": block,
            "constants": group,
            "summary": f"{NAME}: {k} {patterns} patterns in {n} neurons, {count} cues",
            **run_provenance(parameters, seed, "numpy", began),
        },
    )


def check_memory(k: int, n: int) -> None:
    """Refuse, before anything is allocated, patterns that do not fit into this machine's memory.

    Raises
    ------
    OptionError
        With the size that would be needed.
    """
    check_fits(
        2 * 8 * k * n + 12 * 8 * ABREAST * n * n,
        f"{k} patterns of {n} neurons", "--n-patterns or --size",
    )  # fmt: skip


def run_cues(
    network: Network,
    cues: NDArray[np.int8],
    parameters: ParameterSet,
    group: str,
    progress: Callable[[float], None] | None = None,
) -> dict[str, NDArray]:
    """Recall from every cue; arrays ``time``, ``x``, ``energy`` and ``effective_energy``."""
    dt = float(parameters.quantity(f"{group}.dt"))
    steps, hold = (int(parameters.value(f"{group}.{name}")) for name in ("steps", "hold"))
    finer = refinement(network, dt)
    dt, steps, hold = dt / finer, steps * finer, hold * finer
    sample = int(parameters.value("recall.sample")) * finer
    seen: list[dict[str, NDArray]] = []
    for start in range(0, len(cues), ABREAST):
        some = cues[start : start + ABREAST].astype(np.float32)
        state = integrate(clamped(network), at_rest(network, some), dt, hold)
        seen.append(_let_go(network, state, dt, steps, sample))
        if progress is not None:
            progress(min(1.0, (start + ABREAST) / len(cues)))
    time = np.arange(0, steps + 1, sample) * dt
    joined = {name: np.concatenate([batch[name] for batch in seen], axis=1) for name in seen[0]}
    return {"time": time, **joined, "effective_energy": joined["effective_energy"].T}


def _let_go(
    network: Network, state: State, dt: float, steps: int, sample: int
) -> dict[str, NDArray]:
    x, terms, effective = [], [], []
    fast = reduce_network(network)

    def observe(step: int, now: State) -> None:
        if step % sample == 0:
            x.append(now.x)
            terms.append(list(vars(energy(network, now)).values()))
            effective.append(fast.energy(now.x.astype(np.float64)))

    integrate(network, state, dt, steps, observe=observe)
    return {
        "x": np.array(x),
        "energy": np.array(terms).transpose(1, 2, 0),
        "effective_energy": np.array(effective),
    }
