"""Paradigm ``transport_block``: calcium transport blocked in recall, in storage, and by degrees.

The prediction of Kozachkov, Slotine & Krotov 2025: blocking transport within astrocytes impairs
recall while synapses work. Storage is learning on transported calcium
(`models.memory.storage`), so blocking it then impairs what is stored.
"""

from __future__ import annotations

import time as wall_clock
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from analysis.dataset.memory_tables import BLOCKS
from analysis.dataset.parts import assemble_parts
from models.checks import ModelError
from models.memory.network import (
    Network,
    at_rest,
    clamped,
    integrate,
    memory_network,
)
from models.memory.storage import ConduitTransport, lose, store
from models.memory.transport import pattern_transport
from models.parameters import ParameterSet, load_parameters
from models.streams import stream
from paradigms.memory.patterns import choose, corrupt
from paradigms.parts.options import check_fits, check_seed
from paradigms.run.provenance import run_provenance

NAME = "transport_block"
CIRCUIT = "associative_memory"
DOSES = (0.0, 0.2, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.9, 1.0)
LOSSES = (0.0, 0.1, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.8, 1.0)


@dataclass(frozen=True)
class Setting:
    """One set of patterns: network, cues, what they stand for, and the parameters."""

    network: Network
    stored: NDArray[np.int8]
    wanted: NDArray[np.int8]
    cues: NDArray[np.int8]
    parameters: ParameterSet

    def learn(self, open_share: float) -> NDArray[np.float64]:
        """Present every pattern once; conduits, shape (K, N, N)."""
        value = self.parameters.value
        dt = float(self.parameters.quantity("recall.dt"))
        steps = round(float(self.parameters.quantity("storage.present")) / dt)
        return np.array(
            [
                store(
                    self.network, pattern, eta=value("storage.eta"),
                    tau_c=float(self.parameters.quantity("storage.tau_c")),
                    open_share=open_share, dt=dt, steps=steps,
                )
                for pattern in self.stored
            ]
        )  # fmt: skip

    def recall(self, conduits: NDArray[np.float64], open_share: float) -> tuple[float, float]:
        """Mean overlap, and the size of what synapses give to neurons when they are let go."""
        strength = self.parameters.value("recall.strength")
        network = replace(self.network, transport=ConduitTransport(conduits, strength, open_share))
        dt = float(self.parameters.quantity("recall.dt"))
        hold, steps = (int(self.parameters.value(f"recall.{name}")) for name in ("hold", "steps"))
        state = integrate(clamped(network), at_rest(network, self.cues), dt, hold)
        carried = float(np.mean(np.abs(network.g(state.s)))) * network.n_neurons
        state = integrate(network, state, dt, steps)
        return float(np.mean(np.sign(state.x) * self.wanted)), carried


def simulate_block(
    *,
    seed: int = 0,
    overrides: Mapping[str, str] | None = None,
    progress: Callable[[float], None] | None = None,
) -> xr.Dataset:
    """Store and recall with transport blocked at different times and degrees.

    Parameters
    ----------
    seed : int
        Patterns, cues and lost conduits follow from it.
    overrides : mapping of str to str, optional
        ``{"storage.flips": "0.3"}``.
    progress : callable, optional
        Called with the completed fraction.

    Returns
    -------
    xarray.Dataset
        See `analysis.dataset.memory_tables`.

    Raises
    ------
    OptionError, ParameterError, ModelError
        For what cannot be simulated.
    """
    check_seed(seed)
    parameters = load_parameters(overrides, circuit=CIRCUIT)
    n, k, cues = (
        int(parameters.value(f"storage.{name}")) for name in ("n_neurons", "n_patterns", "cues")
    )
    check_fits(
        8 * n * n * (4 * k + 12 * cues),
        f"{k} patterns and {cues} cues of {n} neurons",
        "storage.n_patterns, storage.cues or storage.n_neurons",
    )
    replicates = int(parameters.value("storage.replicates"))
    began = wall_clock.perf_counter()
    found: dict[str, list] = {
        name: []
        for name in (
            "overlap", "synaptic_drive", "stored", "dose_recall", "dose_storage", "loss_recall",
        )
    }  # fmt: skip
    for replicate in range(replicates):
        setting = draw_setting(parameters, seed, replicate)
        for name, values in _one_set(setting, stream(seed, f"loss/{replicate}")).items():
            found[name].append(values)
        if progress is not None:
            progress((replicate + 1) / replicates)
    return assemble_parts(
        NAME,
        {
            "blocked": BLOCKS,
            "dose": np.array(DOSES),
            "loss": np.array(LOSSES),
            "replicate": np.arange(replicates),
            **{name: np.array(values).T for name, values in found.items()},
        },
        {
            "title": "Calcium transport blocked in recall and in storage",
            "summary": f"{NAME}: {replicates} sets of patterns",
            **run_provenance(parameters, seed, "numpy", began),
        },
    )


def draw_setting(parameters: ParameterSet, seed: int, replicate: int) -> Setting:
    """Patterns and cues of one set."""
    n, k = (int(parameters.value(f"storage.{name}")) for name in ("n_neurons", "n_patterns"))
    rng = stream(seed, f"storage/{replicate}")
    stored, _ = choose("random", k, n, rng)
    wanted = stored[np.arange(int(parameters.value("storage.cues"))) % k]
    cues = corrupt(wanted, parameters.value("storage.flips"), rng)
    # the transport of the network that learns is replaced before recall; here it carries nothing
    network = memory_network(parameters, pattern_transport(stored, 0.0))
    return Setting(network, stored, wanted, cues, parameters)


def _one_set(setting: Setting, rng: np.random.Generator) -> dict[str, list[float]]:
    learned, blocked = setting.learn(1.0), setting.learn(0.0)
    size = float(np.linalg.norm(learned))
    if size == 0:
        value = setting.parameters.value
        raise ModelError(
            f"nothing was stored with storage.eta = {value('storage.eta'):g} /s and "
            f"storage.present = {value('storage.present'):g} s; raise them"
        )
    never, drive = setting.recall(learned, 1.0)
    in_recall, drive_blocked = setting.recall(learned, 0.0)
    unblocked, drive_again = setting.recall(learned, 1.0)
    in_storage, drive_storage = setting.recall(blocked, 1.0)
    weak = float(np.linalg.norm(blocked)) / size
    return {
        "overlap": [never, in_recall, unblocked, in_storage],
        "synaptic_drive": [
            given / drive for given in (drive, drive_blocked, drive_again, drive_storage)
        ],
        "stored": [1.0, 1.0, 1.0, weak],
        "dose_recall": [setting.recall(learned, 1 - dose)[0] for dose in DOSES],
        "dose_storage": [setting.recall(setting.learn(1 - dose), 1.0)[0] for dose in DOSES],
        "loss_recall": [setting.recall(lose(learned, loss, rng), 1.0)[0] for loss in LOSSES],
    }
