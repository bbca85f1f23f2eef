"""Paradigm ``tripartite_synapse``: one astrocyte and the terminals of its domain, in a closed loop.

Afferents fire at rates that rise in steps. What their terminals release drives the astrocyte; its
calcium releases gliotransmitter; that binds receptors on the same terminals and changes what the
next spikes release. Three astrocytes meet the same spikes: one without gliotransmission, one that
lowers release and one that raises it (Stimberg et al. 2019, closed loop; De Pitta et al. 2011).
"""

from __future__ import annotations

import time as wall_clock
from collections.abc import Callable, Mapping

import numpy as np
import xarray as xr
from numpy.random import Generator
from numpy.typing import NDArray

from analysis.dataset.parts import assemble_parts
from models.checks import CONCENTRATIONS
from models.circuits.astrocyte import G_CHI, SINGLE_CELL, astrocyte_cells
from models.machine.circuit import (
    Circuit,
    Links,
    Source,
    SpikeRecord,
    Tables,
    TraceRecord,
    constants,
    starts,
)
from models.machine.devices import check_device
from models.machine.guards import guards
from models.mechanisms.astrocyte.gliotransmission import (
    GLUTAMATE_RELEASED,
    STORE,
    presynaptic_receptor,
    release,
)
from models.mechanisms.synapse import TERMINAL, TERMINAL_ON_PRE
from models.parameters import ParameterSet, load_parameters
from models.run import run_circuit
from models.streams import stream
from paradigms.parts.options import check_seed
from paradigms.run.provenance import run_provenance

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
    cell, step = draw_afferents(stream(seed, "afferents"))
    began = wall_clock.perf_counter()
    circuit, tables = _circuit(parameters)
    tables |= {"spikes.afferents.cell": cell, "spikes.afferents.step": step}
    found = run_circuit(circuit, tables, STEP * len(RATES), device, progress=progress).records
    return assemble_parts(
        NAME,
        {
            "case": CASES,
            "rate": np.array(RATES)[(found["trace.t"] / STEP).astype(int)],
            "spike_time": step * DT,
            "spike_afferent": cell,
            "time": found["trace.t"],
            "glutamate": found["trace.Y_S"] * 1e3,  # mol m-3 to umol L-1
            "calcium": found["trace.C"] * 1e3,
            "ip3": found["trace.I"] * 1e3,
            "presynaptic_receptor": found["trace.Gamma_S"],
            "released": found["trace.released"],
            "event_time": found["events.t"],
            "event_case": found["events.i"],
        },
        {
            "title": "Tripartite synapse: gliotransmission in a closed loop",
            "afferents": AFFERENTS,
            "summary": f"{NAME}: {AFFERENTS} afferents, three kinds of gliotransmission",
            **run_provenance(parameters, seed, device, began),
        },
    )


def draw_afferents(rng: Generator) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Poisson spikes of all afferents at the rising rates: cells and steps, sorted by step."""
    steps = round(STEP / DT)
    rate = np.repeat(RATES, steps)
    fired = rng.random((len(rate), AFFERENTS)) < rate[:, np.newaxis] * DT
    at, cell = np.nonzero(fired)
    return cell.astype(np.int32), at.astype(np.int32)


def _circuit(parameters: ParameterSet) -> tuple[Circuit, Tables]:
    """All but the spikes."""
    groups = ("calcium", "ip3", "receptors", "gliotransmission", "synapse")
    space = {**parameters.group(*groups), "speed": 1.0}
    resting_alpha = float(space.pop("alpha"))
    n = len(CASES)
    astrocyte, rest = astrocyte_cells("astrocyte", n, LOOP, space, DT, reset=release("G_A"))
    units, tables = constants(space)
    tables |= rest | {
        "initial.astrocyte.releases": np.array([0.0, 1.0, 1.0]),
        "edges.terminals.source": np.repeat(np.arange(AFFERENTS), n),
        "edges.terminals.target": np.tile(np.arange(n), AFFERENTS),
        "initial.terminals.frac": np.array(1 / AFFERENTS),
        "initial.terminals.x_S": np.array(1.0),
        "initial.terminals.alpha": np.tile([0.0, resting_alpha, 1.0], AFFERENTS),
        "indices.trace": np.arange(n),
    }
    traced = ("Y_S", "C", "I", "Gamma_S", "released")
    model = TERMINAL + "\nalpha : 1 (constant)"
    return Circuit(
        name=NAME,
        step=DT,
        constants=units,
        cells=(astrocyte,),
        sources=(Source("afferents", AFFERENTS),),
        links=(Links("terminals", "afferents", "astrocyte", DT, model, TERMINAL_ON_PRE),),
        initial=starts(tables),
        spikes=(SpikeRecord("events", "astrocyte"),),
        traces=(TraceRecord("trace", "astrocyte", traced, n, SAMPLE),),
        guards=guards(astrocyte, CONCENTRATIONS),
    ), tables
