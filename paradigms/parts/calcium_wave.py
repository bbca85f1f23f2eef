"""Paradigm ``calcium_wave``: one stimulated astrocyte, and how far its neighbours carry the wave.

A network of ChI astrocytes at rest, coupled by gap junctions; the cell in the middle is given IP3
from a large pool, as by uncaging, for the whole run (Goldberg et al. 2010; Lallouette et al. 2014,
whose numbers stand in ``models/tables/astrocyte_network_2014``).
"""

from __future__ import annotations

import time as wall_clock
from collections.abc import Callable, Mapping

import numpy as np
import xarray as xr

from analysis.dataset.parts import assemble_parts
from models.checks import CONCENTRATIONS
from models.circuits.astrocyte import CHI, astrocyte_cells
from models.machine.circuit import Circuit, Links, Tables, TraceRecord, constants, starts
from models.machine.devices import check_device
from models.machine.guards import guards
from models.mechanisms.astrocyte.gap_junction import FLUXES
from models.parameters import ParameterSet, load_parameters
from models.run import run_circuit
from models.streams import stream
from paradigms.parts.options import check_fits, check_seed
from paradigms.parts.tissue_graphs import (
    GRAPHS,
    AstrocyteGraph,
    GraphError,
    build_tissue,
    graph_size,
)
from paradigms.run.provenance import run_provenance

NAME = "calcium_wave"
CIRCUIT = "astrocyte_network_2014"
JUNCTIONS = tuple(FLUXES)
CELL_BYTES = 5000
"""Memory of one cell and its couplings while the graph is built."""


def simulate_wave(
    graph: str = "ring",
    junction: str = "threshold",
    *,
    size: int | None = None,
    seed: int = 0,
    overrides: Mapping[str, str] | None = None,
    device: str = "numpy",
    progress: Callable[[float], None] | None = None,
) -> xr.Dataset:
    """Run one wave.

    Parameters
    ----------
    graph : str
        One of `paradigms.parts.tissue_graphs.GRAPHS`.
    junction : str
        One of `JUNCTIONS`.
    size : int, optional
        Number of astrocytes, about.
    seed : int
        Random graphs follow from it.
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
    GraphError, OptionError, ParameterError, ModelError, DeviceError
        Before the run, for what cannot be simulated.
    RegimeError
        If the run left the regime of the model: where and when.
    """
    if junction not in JUNCTIONS:
        raise GraphError(f"unknown gap junction '{junction}'; allowed: {', '.join(JUNCTIONS)}")
    n = graph_size(graph, size)
    check_seed(seed)
    parameters = load_parameters(overrides, circuit=CIRCUIT)
    steps = parameters.value("wave.duration") / float(parameters.quantity("wave.sample"))
    check_fits(
        # calcium and IP3 of every cell at every sample, three times on the way to the dataset
        n * (CELL_BYTES + 3 * 2 * 8 * steps),
        f"{n} astrocytes over {steps:.0f} samples", "--size or wave.duration",
    )  # fmt: skip
    check_device(device)
    tissue = build_tissue(graph, size, stream(seed, f"graph/{graph}"))
    began = wall_clock.perf_counter()
    circuit, tables = _circuit(parameters, tissue, junction)
    found = run_circuit(
        circuit, tables, parameters.value("wave.duration"), device, progress=progress
    ).records
    reached = f"{graph} of {len(tissue.position)} astrocytes, {junction} gap junctions"
    return assemble_parts(
        NAME,
        {
            **_describe(parameters, tissue),
            "time": found["trace.t"],
            "calcium": found["trace.C"] * 1e3,  # mol m-3 to umol L-1
            "ip3": found["trace.I"] * 1e3,
        },
        {
            "title": f"Calcium wave, {junction} gap junctions: {GRAPHS[graph]}",
            "graph": graph,
            "junction": junction,
            "threshold": parameters.value("wave.C_active"),
            "spacing": parameters.value("wave.spacing"),
            "summary": f"{NAME}: calcium and IP3 in a {reached}; one cell given IP3",
            **run_provenance(parameters, seed, device, began),
        },
    )


def _circuit(
    parameters: ParameterSet, tissue: AstrocyteGraph, junction: str
) -> tuple[Circuit, Tables]:
    space = {**parameters.group("calcium", "ip3", "gap_junction"), "speed": 1.0}
    step, n = float(parameters.quantity("wave.dt")), len(tissue.position)
    cells, rest = astrocyte_cells("astrocyte", n, CHI, space, step)
    units, tables = constants(space)
    tables |= rest | {
        "initial.astrocyte.stimulated": (np.arange(n) == tissue.stimulated).astype(float),
        "initial.astrocyte.I_bias": np.array(float(space["I_pool"])),
        "edges.gap_junction.source": tissue.edges.source,
        "edges.gap_junction.target": tissue.edges.target,
        "indices.trace": np.arange(n, dtype=np.int32),
    }
    sample = float(parameters.quantity("wave.sample"))
    return Circuit(
        name=NAME,
        step=step,
        constants=units,
        cells=(cells,),
        sources=(),
        links=(Links("gap_junction", cells.name, cells.name, step, FLUXES[junction]),),
        initial=starts(tables),
        traces=(TraceRecord("trace", cells.name, ("C", "I"), n, sample),),
        guards=guards(cells, CONCENTRATIONS),
        mend="wave.dt",
    ), tables


def _describe(parameters: ParameterSet, tissue: AstrocyteGraph) -> dict[str, np.ndarray]:
    spacing = parameters.value("wave.spacing")
    cells = np.arange(len(tissue.position))
    once = tissue.edges.source < tissue.edges.target
    return {
        "astrocyte": cells,
        "position": tissue.position * spacing,
        "distance": tissue.distance * spacing,
        "stimulated": cells == tissue.stimulated,
        "edge_source": tissue.edges.source[once],
        "edge_target": tissue.edges.target[once],
    }
