"""Paradigm ``tripartite_synapse``: one astrocyte and the terminals of its domain, in a closed loop.

Afferents fire at rates that rise in steps. What their terminals release drives the astrocyte; its
calcium releases gliotransmitter; that binds receptors on the same terminals and changes what the
next spikes release. Three astrocytes meet the same spikes: one without gliotransmission, one that
lowers release and one that raises it (Stimberg et al. 2019, closed loop; De Pitta et al. 2011).
"""

from __future__ import annotations

import time as wall_clock
from collections.abc import Callable, Mapping

import brian2 as b2
import numpy as np
import xarray as xr
from numpy.random import Generator
from numpy.typing import NDArray

from analysis.dataset.parts import assemble_parts
from models.circuits.astrocyte import G_CHI, SINGLE_CELL, astrocyte_group
from models.machine.devices import check_device
from models.mechanisms.gliotransmission import (
    GLUTAMATE_RELEASED,
    STORE,
    presynaptic_receptor,
    release,
)
from models.mechanisms.synapse import TERMINAL, TERMINAL_ON_PRE
from models.parameters import ParameterSet, load_parameters
from models.streams import stream
from paradigms.parts.options import check_seed
from paradigms.run.guarded import guarded_session
from paradigms.run.provenance import provenance

NAME = "tripartite_synapse"
CIRCUIT = "astrocyte_g_chi"
CASES = ("none", "decreasing", "increasing")
AFFERENTS = 200
RATES = (0.01, 0.1, 1.0, 10.0)
"""Hz; each for `STEP` seconds."""
STEP = 30.0
DT = 5e-3
"""s; afferents fire at most once in a step."""
SAMPLE = 0.05

# What the loop adds to a G-ChI astrocyte. `releases` switches gliotransmission; `released` counts
# what left the terminals, as all of it is cleared.
LOOP = (
    G_CHI
    + STORE
    + GLUTAMATE_RELEASED
    + presynaptic_receptor("releases*G_A")
    + """
dreleased/dt = Omega_c*Y_S/(rho_c*Y_T) : 1
releases : 1 (constant)
"""
)


def simulate_loop(
    *,
    seed: int = 0,
    overrides: Mapping[str, str] | None = None,
    device: str = "numpy",
    progress: Callable[[float], None] | None = None,
) -> xr.Dataset:
    """Run the three astrocytes on the same afferent spikes.

    Parameters
    ----------
    seed : int
        The afferent spikes follow from it.
    overrides : mapping of str to str, optional
        ``{"group.name": "value unit"}``.
    device : str
        ``"numpy"`` (no compiler needed), ``"cython"`` or ``"cpp"``.
    progress : callable, optional
        Called with the completed fraction.

    Returns
    -------
    xarray.Dataset
        See `analysis.dataset.parts`.

    Raises
    ------
    OptionError, ParameterError, ModelError, DeviceError
        Before the run, for what cannot be simulated.
    RegimeError
        If the run left the regime of the model: where and when.
    """
    check_seed(seed)
    check_device(device)
    parameters = load_parameters({**SINGLE_CELL, **(overrides or {})}, circuit=CIRCUIT)
    cell, time = draw_afferents(stream(seed, "afferents"))
    began = wall_clock.perf_counter()
    arrays = _run(parameters, cell, time, device, progress)
    return assemble_parts(
        NAME,
        {
            "case": CASES,
            "rate": np.array(RATES)[(arrays["time"] / STEP).astype(int)],
            "spike_time": time,
            "spike_afferent": cell,
            **arrays,
        },
        {
            "title": "Tripartite synapse: gliotransmission in a closed loop",
            "afferents": AFFERENTS,
            "seed": seed,
            "device": device,
            "wall_time_s": wall_clock.perf_counter() - began,
            "summary": f"{NAME}: {AFFERENTS} afferents, three kinds of gliotransmission",
            **provenance(parameters),
        },
    )


def draw_afferents(rng: Generator) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Poisson spikes of all afferents at the rising rates: cells and times (s), sorted by time."""
    steps = round(STEP / DT)
    rate = np.repeat(RATES, steps)
    fired = rng.random((len(rate), AFFERENTS)) < rate[:, np.newaxis] * DT
    at, cell = np.nonzero(fired)
    return cell.astype(np.int32), np.asarray(at * DT, dtype=np.float64)


def _run(
    parameters: ParameterSet,
    cell: NDArray[np.int32],
    spike_time: NDArray[np.float64],
    device: str,
    progress: Callable[[float], None] | None,
) -> dict[str, np.ndarray]:
    constants = parameters.group("calcium", "ip3", "receptors", "gliotransmission", "synapse")
    resting_alpha = constants.pop("alpha")
    with guarded_session(device, progress) as run:
        dt = DT * b2.second
        afferents = b2.SpikeGeneratorGroup(
            AFFERENTS, cell, spike_time * b2.second, dt=dt, name="afferents"
        )
        astrocytes = astrocyte_group(
            len(CASES), LOOP, constants, reset=release("G_A"), dt=dt, name="astrocyte"
        )
        astrocytes.releases = [0, 1, 1]
        terminals = b2.Synapses(
            afferents, astrocytes, model=TERMINAL + "\nalpha : 1 (constant)",
            on_pre=TERMINAL_ON_PRE, namespace=constants, dt=dt, name="terminals",
        )  # fmt: skip
        target = np.repeat(np.arange(len(CASES)), AFFERENTS)
        terminals.connect(i=np.tile(np.arange(AFFERENTS), len(CASES)), j=target)
        terminals.frac = 1 / AFFERENTS
        terminals.x_S = 1
        terminals.alpha = np.array([0.0, float(resting_alpha), 1.0])[np.asarray(terminals.j)]
        trace = b2.StateMonitor(
            astrocytes, ["Y_S", "C", "I", "Gamma_S", "released"], record=True,
            dt=SAMPLE * b2.second, name="trace",
        )  # fmt: skip
        events = b2.SpikeMonitor(astrocytes, name="events")
        objects = [afferents, astrocytes, terminals, trace, events]
        run(astrocytes, objects, STEP * len(RATES), SAMPLE * b2.second)
        return {
            "time": np.array(trace.t),
            "glutamate": np.array(trace.Y_S) * 1e3,  # mol m-3 to umol L-1
            "calcium": np.array(trace.C) * 1e3,
            "ip3": np.array(trace.I) * 1e3,
            "presynaptic_receptor": np.array(trace.Gamma_S),
            "released": np.array(trace.released),
            "event_time": np.array(events.t),
            "event_case": np.array(events.i),
        }
