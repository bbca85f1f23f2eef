"""The network `neuron_glia_2019` and its response to a step of current.

Run it at full size::

python -m paradigms.references.neuron_glia_2019
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import brian2 as b2
import numpy as np
import xarray as xr
from numpy.typing import NDArray

from models.circuits.neuron_glia_2019 import NeuronGliaNetwork, assemble
from models.circuits.neuron_glia_wiring import REFERENCE_SIZE, Wiring, draw_wiring, side_by_side
from models.machine.clocks import Clocks, choose_clocks
from models.machine.session import device_session
from models.parameters import ParameterSet, load_parameters
from paradigms.run.provenance import provenance

CIRCUIT = "neuron_glia_2019"
WINDOWS = ("before", "step", "after")
TRACES = ("calcium", "transmitter", "bound", "bound_glutamate")
CELL_TYPES = ("excitatory", "inhibitory", "astrocyte")

Build = Callable[[ParameterSet, Sequence[Wiring], Clocks], NeuronGliaNetwork]


@dataclass(frozen=True)
class Outcome:
    """What a run of either formulation gave.

    Attributes
    ----------
    spike_cell, spike_time : ndarray
        Index over all networks; s.
    event_astrocyte, event_time : ndarray
        Gliotransmitter release.
    trace_time : ndarray, shape (n_t,)
    calcium, transmitter, bound, bound_glutamate : ndarray, shape (n_astrocytes, n_t)
        C and Y_S in umol/L, Gamma_S (mean over the synapses of the domain) and Gamma_A.
    """

    spike_cell: NDArray[np.int64]
    spike_time: NDArray[np.float64]
    event_astrocyte: NDArray[np.int64]
    event_time: NDArray[np.float64]
    trace_time: NDArray[np.float64]
    calcium: NDArray[np.float64]
    transmitter: NDArray[np.float64]
    bound: NDArray[np.float64]
    bound_glutamate: NDArray[np.float64]


def run(
    parameters: ParameterSet,
    wirings: Sequence[Wiring],
    clocks: Clocks,
    duration: float,
    *,
    build: Build = assemble,
    device: str = "cpp",
    start: Mapping[str, NDArray] | None = None,
    sample: float | None = None,
) -> Outcome:
    """Run networks side by side.

    Parameters
    ----------
    parameters, wirings, clocks
        As for `models.circuits.neuron_glia_2019.assemble`.
    duration : float
        s.
    build : callable
        Makes the Brian2 objects; that of the model or of `paradigms.references.per_synapse`.
    device : str
    start : mapping of str to ndarray, shape (n_astrocytes,)
        Initial values of astrocyte variables (SI units) in place of those of the tables.
    sample : float, optional
        Step of the traces, s; none, no traces (those of many synapses take gigabytes).

    Returns
    -------
    Outcome
    """
    with device_session(device) as session:
        circuit = build(parameters, wirings, clocks)
        for name, values in (start or {}).items():
            circuit.astrocytes.variables[name].set_value(values)
        spikes, events = b2.SpikeMonitor(circuit.cells), b2.SpikeMonitor(circuit.astrocytes)
        circuit.network.add(spikes, events)
        if sample is not None:
            step = sample * b2.second
            names = ("C", "Y_S", "Gamma_A")
            inside = b2.StateMonitor(circuit.astrocytes, names, record=True, dt=step)
            outside = b2.StateMonitor(circuit.carrier, "Gamma_S", record=True, dt=step)
            circuit.network.add(inside, outside)
        session.run(circuit.network, duration)
        traces = dict.fromkeys(TRACES, np.empty((len(circuit.astrocytes), 0)))
        time = np.empty(0)
        if sample is not None:
            bound = np.array(outside.Gamma_S)
            if isinstance(circuit.carrier, b2.Synapses):
                bound = _by_domain(bound, side_by_side(wirings), len(circuit.astrocytes))
            recorded = (inside.C / b2.umolar, inside.Y_S / b2.umolar, bound, inside.Gamma_A)
            traces = {name: np.array(value) for name, value in zip(TRACES, recorded, strict=True)}
            time = np.array(inside.t / b2.second)
        return Outcome(
            spike_cell=np.array(spikes.i),
            spike_time=np.array(spikes.t / b2.second),
            event_astrocyte=np.array(events.i),
            event_time=np.array(events.t / b2.second),
            trace_time=time,
            **traces,
        )


def _by_domain(values: NDArray, wiring: Wiring, n_A: int) -> NDArray:
    """Mean over the synapses of each domain; NaN where there is none."""
    domain = wiring.domain[wiring.excitatory.target]
    served = domain >= 0
    total = np.zeros((n_A, values.shape[1]))
    np.add.at(total, domain[served], values[served])
    count = np.bincount(domain[served], minlength=n_A)
    with np.errstate(invalid="ignore"):
        return total / count[:, None]


def rates(parameters: ParameterSet, wirings: Sequence[Wiring], outcome: Outcome) -> NDArray:
    """Events per cell and second, shape (n_networks, 3 cell types, 3 windows).

    The windows are the time before the step of current, the step, and as long again after it as the
    run lasts.
    """
    first = wirings[0]
    edge = [0.0, *(parameters.value(f"stimulus.{name}") for name in ("start", "stop", "duration"))]
    networks, place = np.divmod(outcome.spike_cell, first.n_cells)
    excitatory = place < first.n_E
    result = np.empty((len(wirings), len(CELL_TYPES), len(WINDOWS)))
    for k in range(len(wirings)):
        mine = networks == k
        times = (
            (outcome.spike_time[mine & excitatory], first.n_E),
            (outcome.spike_time[mine & ~excitatory], first.n_I),
            (outcome.event_time[outcome.event_astrocyte // first.n_A == k], first.n_A),
        )
        for row, (when, count) in enumerate(times):
            result[k, row] = np.histogram(when, bins=edge)[0] / count / np.diff(edge)
    return result


def simulate(
    seeds: Sequence[int] = (1,),
    *,
    size: int = REFERENCE_SIZE,
    placement: str = "tissue",
    overrides: Mapping[str, str] | None = None,
    device: str = "cpp",
) -> xr.Dataset:
    """Run one network for each of `seeds`, side by side.

    Parameters
    ----------
    seeds : sequence of int
    size : int
        Number of cells of a network, about.
    placement : str
        One of `models.circuits.neuron_glia_2019.PLACEMENTS`.
    overrides : mapping of str to str, optional
        ``{"group.name": "value unit"}``.
    device : str

    Returns
    -------
    xarray.Dataset
        ``rate`` (seed, cell_type, window) in Hz: spikes of cells, release events of astrocytes;
        ``activity`` (seed, bin): spikes of a network in 10 ms.

    Raises
    ------
    ParameterError, DeviceError
    """
    parameters = load_parameters(overrides, circuit=CIRCUIT)
    wirings = [draw_wiring(parameters, seed, size, placement) for seed in seeds]
    duration = float(parameters.quantity("stimulus.duration"))
    outcome = run(
        parameters, wirings, choose_clocks(parameters, 1.0, device), duration, device=device
    )
    networks = outcome.spike_cell // wirings[0].n_cells
    bins = np.arange(round(duration / 0.01) + 1) * 0.01
    activity = [np.histogram(outcome.spike_time[networks == k], bins)[0] for k in range(len(seeds))]
    return xr.Dataset(
        {
            "rate": (
                ("seed", "cell_type", "window"),
                rates(parameters, wirings, outcome),
                {"units": "Hz", "long_name": "spikes of cells, release events of astrocytes"},
            ),
            "activity": (
                ("seed", "bin"),
                np.stack(activity),
                {"units": "1", "long_name": "spikes of all cells in 10 ms"},
            ),
        },
        coords={
            "seed": list(seeds),
            "cell_type": list(CELL_TYPES),
            "window": list(WINDOWS),
            "bin": ("bin", bins[:-1], {"units": "s", "long_name": "start of the bin"}),
        },
        attrs={
            "title": "Neurons and astrocytes of Stimberg et al. 2019",
            "circuit": CIRCUIT,
            "size": wirings[0].n_cells,
            "placement": placement,
            "device": device,
            **provenance(parameters),
        },
    )


def main() -> None:
    """Run one network of full size and print its rates."""
    dataset = simulate()
    sys.stdout.write(f"{'Hz':12s}" + "".join(f"{name:>10s}" for name in WINDOWS) + "\n")
    for name in CELL_TYPES:
        values = dataset.rate.sel(cell_type=name).mean("seed").values
        sys.stdout.write(f"{name:12s}" + "".join(f"{value:10.3f}" for value in values) + "\n")


if __name__ == "__main__":
    main()
