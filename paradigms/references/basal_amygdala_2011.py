"""Conditioning, extinction and renewal in the circuit `basal_amygdala_2011`, and what changes them.

Every condition and seed is a network of its own; all of them run side by side in one simulation::

    python -m paradigms.references.basal_amygdala
"""

from __future__ import annotations

import json
import resource
from collections.abc import Mapping, Sequence

import brian2 as b2
import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.signal import welch

from models.circuits.basal_amygdala_2011 import BasalAmygdalaNetwork, assemble
from models.circuits.basal_amygdala_wiring import Wiring
from models.machine.session import device_session
from models.parameters import ParameterSet, load_parameters
from paradigms.references.basal_amygdala_protocol import (
    CONDITIONS,
    PHASES,
    draw_inputs,
    schedule,
    wire,
)
from paradigms.run.provenance import provenance

CIRCUIT = "basal_amygdala_2011"
POPULATIONS = ("fear", "extinction")


def spectrum(activity: NDArray, width: float) -> tuple[NDArray, NDArray]:
    """Frequencies (Hz) and power spectral density of spike counts in bins of `width` s (Welch)."""
    return welch(activity, fs=1 / width, nperseg=min(256, activity.shape[-1]))


def last_presentations(dataset: xr.Dataset, condition: str, count: int = 4) -> xr.DataArray:
    """Activity around the last `count` CS of conditioning, 50 ms wider on either side."""
    values = json.loads(dataset.attrs["parameters"])
    length = round(values["protocol.cs_duration"]["value"])
    onsets = dataset.onset.sel(condition=condition).values
    chosen = onsets[dataset.phase.sel(condition=condition).values == PHASES[0]][-count:]
    start, stop = int(chosen[0]) - 50, int(chosen[-1]) + length + 50
    return dataset.activity.sel(condition=condition).isel(bin=slice(start, stop))


def _measure(
    parameters: ParameterSet,
    condition: str,
    wiring: Wiring,
    spikes: Mapping[str, tuple[NDArray, NDArray]],
    duration: int,
    n_presentations: int,
) -> dict[str, NDArray]:
    """Rates of one network; spikes are (cell, time in ms) of its own E and I cells."""
    presentations, end = schedule(parameters, condition)
    length = parameters.value("protocol.cs_duration")
    cells = {"fear": wiring.fear, "extinction": wiring.extinction}
    cell, when = spikes["E"]
    rate = np.full((len(POPULATIONS), n_presentations), np.nan)
    for k, presentation in enumerate(presentations):
        inside = (when >= presentation.onset) & (when < presentation.onset + length)
        for j, name in enumerate(POPULATIONS):
            count = np.isin(cell[inside], cells[name]).sum()
            rate[j, k] = count / len(cells[name]) / (length * 1e-3)
    # The first transient is left out of the means, and what follows the last phase.
    start, stop = parameters.value("protocol.transient"), end or duration
    mean = [
        ((time >= start) & (time < stop)).sum() / count / ((stop - start) * 1e-3)
        for (_, time), count in ((spikes["E"], wiring.n_E), (spikes["I"], wiring.n_I))
    ]
    bins = np.arange(duration + 1)
    activity = [np.histogram(spikes[kind][1], bins)[0] for kind in "EI"]
    return {"rate": rate, "mean_rate": np.array(mean), "activity": np.stack(activity)}


def simulate(
    conditions: Sequence[str] = CONDITIONS,
    seeds: Sequence[int] = (1, 2, 3),
    *,
    size: int | None = None,
    overrides: Mapping[str, str] | None = None,
    device: str = "cpp",
) -> xr.Dataset:
    """Run all `conditions` for all `seeds` side by side.

    Parameters
    ----------
    conditions : sequence of str
        Some of `CONDITIONS`.
    seeds : sequence of int
        Wiring and initial values follow from the seed, background and afferent spikes from all of
        them together.
    size : int, optional
        Number of cells of one network; default 4000, as published.
    overrides : mapping of str to str, optional
        ``{"group.name": "value unit"}``.
    device : str
        ``"cpp"``, ``"cython"`` or ``"numpy"``.

    Returns
    -------
    xarray.Dataset
        ``rate`` (condition, seed, population, presentation) in Hz during the CS, ``weight_cs`` and
        ``weight_context`` of the same shape in nS at the end of the CS, ``mean_rate`` (condition,
        seed, cell_type), ``activity`` (condition, seed, cell_type, bin), spikes per ms.
        Presentations that a condition does not have are NaN.

    Raises
    ------
    ValueError
        For an unknown condition.
    ParameterError, DeviceError
    """
    unknown = set(conditions) - set(CONDITIONS)
    if unknown:
        raise ValueError(
            f"unknown condition '{sorted(unknown)[0]}'; allowed: {', '.join(CONDITIONS)}"
        )
    began = _processor_time()
    parameters = load_parameters(overrides, circuit=CIRCUIT)
    plans = {name: schedule(parameters, name) for name in conditions}
    duration = max(1000, *(end for _, end in plans.values()))
    n_presentations = max(1, *(len(found) for found, _ in plans.values()))
    networks = [(name, seed) for name in conditions for seed in seeds]
    wirings = [wire(parameters, name, seed, size) for name, seed in networks]
    inputs = [draw_inputs(parameters, name, duration) for name, _ in networks]

    with device_session(device) as session:
        b2.seed(int(np.random.SeedSequence(list(seeds)).generate_state(1)[0]))
        circuit = assemble(parameters, wirings, inputs)
        monitors = {
            name: b2.SpikeMonitor(group, name=f"spikes_{name}")
            for name, group in (("E", circuit.excitatory), ("I", circuit.inhibitory))
        }
        weights = _record_weights(parameters, circuit, wirings)
        circuit.network.add(*monitors.values(), weights)
        session.run(circuit.network, duration * 1e-3)
        cells = {name: np.array(monitor.i) for name, monitor in monitors.items()}
        times = {name: np.array(monitor.t / b2.ms) for name, monitor in monitors.items()}
        recorded_t = np.array(weights.t / b2.ms)
        traces = {
            name: np.array(getattr(weights, name) / b2.nsiemens) for name in ("w_cs", "w_context")
        }

    measured: dict[str, list[NDArray]] = {}
    n_recorded = len(POPULATIONS) * wirings[0].n_population
    for k, (name, _) in enumerate(networks):
        spikes = {}
        for kind, n in (("E", wirings[k].n_E), ("I", wirings[k].n_I)):
            mine = cells[kind] // n == k
            spikes[kind] = (cells[kind][mine] - k * n, times[kind][mine])
        outcome = _measure(parameters, name, wirings[k], spikes, duration, n_presentations)
        for variable, trace in traces.items():
            own = trace[k * n_recorded : (k + 1) * n_recorded].reshape(
                len(POPULATIONS), -1, len(recorded_t)
            )
            mean = own.mean(axis=1)
            result = np.full((len(POPULATIONS), n_presentations), np.nan)
            for at, presentation in enumerate(plans[name][0]):
                last = presentation.onset + parameters.value("protocol.cs_duration")
                result[:, at] = mean[:, np.argmin(np.abs(recorded_t - last))]
            outcome[variable.replace("w_", "weight_")] = result
        for key, value in outcome.items():
            measured.setdefault(key, []).append(value)

    shape = (len(conditions), len(seeds))
    arrays = {
        key: np.stack(value).reshape(shape + value[0].shape) for key, value in measured.items()
    }
    by_cs = ("condition", "seed", "population", "presentation")
    long_name = {
        "rate": (by_cs, "Hz", "firing rate during the CS"),
        "weight_cs": (by_cs, "nS", "mean CS conductance at the end of the CS"),
        "weight_context": (by_cs, "nS", "mean context conductance at the end of the CS"),
        "mean_rate": (("condition", "seed", "cell_type"), "Hz", "firing rate over all phases"),
        "activity": (
            ("condition", "seed", "cell_type", "bin"),
            "1",
            "spikes of all cells in one millisecond",
        ),
    }
    onset = np.full((len(conditions), n_presentations), np.nan)
    phase = np.full((len(conditions), n_presentations), "", dtype=object)
    for k, name in enumerate(conditions):
        for at, presentation in enumerate(plans[name][0]):
            onset[k, at], phase[k, at] = presentation.onset, presentation.phase
    return xr.Dataset(
        {
            key: (dims, arrays[key], {"units": unit, "long_name": text})
            for key, (dims, unit, text) in long_name.items()
        },
        coords={
            "condition": list(conditions),
            "seed": list(seeds),
            "population": list(POPULATIONS),
            "cell_type": ["excitatory", "inhibitory"],
            "onset": (
                ("condition", "presentation"),
                onset,
                {"units": "ms", "long_name": "CS onset"},
            ),
            "phase": (("condition", "presentation"), phase.astype(str)),
        },
        attrs={
            "title": "Fear, extinction and renewal in the basal amygdala (Vlachos et al. 2011)",
            "circuit": CIRCUIT,
            "size": wirings[0].n_E + wirings[0].n_I,
            "device": device,
            "processor_time_s": _processor_time() - began,
            **provenance(parameters),
        },
    )


def _processor_time() -> float:
    """Processor seconds of this process and of what it started, compilers included."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def _record_weights(
    parameters: ParameterSet, circuit: BasalAmygdalaNetwork, wirings: Sequence[Wiring]
) -> b2.StateMonitor:
    """Conductances of both populations of every network, at the end of every CS among others."""
    reached = np.concatenate([wirings[0].fear, wirings[0].extinction])
    cells = np.concatenate([reached + k * wirings[0].n_E for k in range(len(wirings))])
    step = parameters.quantity("protocol.cs_duration")
    return b2.StateMonitor(circuit.excitatory, ["w_cs", "w_context"], record=cells, dt=step)
