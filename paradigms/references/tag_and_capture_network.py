"""An assembly learned in the network of `tag_and_capture_2021`, recalled seconds or hours later.

Half of the assembly is stimulated in recall. Between what follows learning and what precedes
recall the clock is folded: nothing fires there, in the published program as here, and only early
phases, protein and capture go on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import brian2 as b2
import numpy as np
import xarray as xr
from numpy.typing import NDArray

from analysis.memory.recall import mutual_information, recall_quality
from models.checks import ModelError
from models.circuits.tag_and_capture_network import Inputs, assemble, draw_network
from models.machine.session import device_session
from models.parameters import ParameterSet, load_parameters
from models.streams import stream
from paradigms.references.tag_and_capture_2021 import CIRCUIT, Timeline, fold_ticks, seconds
from paradigms.run.provenance import provenance

MOMENTS = ("learning", "recall")


def _onsets(parameters: ParameterSet) -> dict[str, NDArray[np.float64]]:
    """Onsets of the pulses of learning and of recall, s of the experiment."""
    first = seconds(parameters, "stimulus.learning.onset")
    period = seconds(parameters, "stimulus.learning.period")
    pulses = np.arange(round(parameters.value("stimulus.learning.pulses")))
    after = seconds(parameters, "stimulus.recall.after")
    return {"learning": first + period * pulses, "recall": np.array([first + after])}


def windows(parameters: ParameterSet) -> NDArray[np.float64]:
    """Start and end of the windows in which spikes are counted, shape (moment, 2), s."""
    onsets, width = _onsets(parameters), seconds(parameters, "stimulus.window")
    middle = [
        onsets["learning"][0] + seconds(parameters, "stimulus.reference"),
        onsets["recall"][0] + seconds(parameters, "stimulus.reading"),
    ]
    return np.add.outer(middle, [-width / 2, width / 2])


def schedule(parameters: ParameterSet) -> tuple[Timeline, Inputs]:
    """Clock and stimuli of one run.

    Raises
    ------
    ModelError
        For times that are no whole ticks, and where recall begins before learning is over.
    """
    dt, tick = seconds(parameters, "numerics.dt"), seconds(parameters, "numerics.network_tick")
    _check_ticks(parameters)
    onsets = _onsets(parameters)
    width = {kind: seconds(parameters, f"stimulus.{kind}.width") for kind in MOMENTS}
    learned, recall = onsets["learning"][-1] + width["learning"], onsets["recall"][0]
    settle = seconds(parameters, "numerics.network_settle")
    if recall - settle < learned:
        raise ModelError(
            f"recall at {recall:g} s begins less than {settle:g} s after learning ends "
            f"({learned:g} s); raise stimulus.recall.after"
        )
    n = int(np.ceil(windows(parameters)[1, 1] / tick - 1e-9))
    begins = np.arange(n) * tick + 1e-9
    awake = begins < learned + seconds(parameters, "numerics.network_tail")
    awake |= begins > recall - settle
    timeline = fold_ticks(awake, parameters.value("numerics.network_fold"), round(tick / dt))
    reached = np.concatenate([[0], np.cumsum(timeline.speeds[:-1])]) * tick + 1e-6
    rates: list[NDArray[np.float64]] = []
    for kind in MOMENTS:
        since = np.subtract.outer(reached, onsets[kind])
        on = ((since >= 0) & (since < width[kind])).any(axis=1)
        inputs = parameters.value(f"stimulus.{kind}.inputs")
        rate = inputs * seconds(parameters, f"stimulus.{kind}.rate")
        rates.append(np.where(on, rate, 0.0))
    return timeline, Inputs(timeline.speeds, *rates)


def _check_ticks(parameters: ParameterSet) -> None:
    tick = seconds(parameters, "numerics.network_tick")
    whole = [("numerics.network_tick", seconds(parameters, "numerics.dt"))]
    whole += [(f"stimulus.{name}", tick) for name in (
        "learning.onset", "learning.width", "learning.period", "recall.after", "recall.width"
    )]  # fmt: skip
    whole += [(f"numerics.network_{name}", tick) for name in ("tail", "settle", "sample")]
    for name, step in whole:
        times = seconds(parameters, name) / step
        if times < 1 - 1e-9 or abs(times - round(times)) > 1e-6:
            raise ModelError(f"{name} is {times:.4g} times {step:g} s; it must be a multiple")


def members(parameters: ParameterSet) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which excitatory cells are in the assembly, and which of them are stimulated in recall."""
    cell = np.arange(round(parameters.value("network.excitatory")))
    learners = round(parameters.value("network.assembly"))
    return cell < learners, cell < round(parameters.value("stimulus.recall.share") * learners)


def _check(parameters: ParameterSet, seeds: Sequence[int]) -> None:
    if not len(seeds):
        raise ModelError("no network is asked for; give at least one seed")
    for seed in seeds:
        if not isinstance(seed, int | np.integer) or seed < 0:
            raise ModelError(f"seed {seed!r} of a network; allowed: whole numbers from 0 on")
    assembly, stimulated = (group.sum() for group in members(parameters))
    learners, share = (
        parameters.value(name) for name in ("network.assembly", "stimulus.recall.share")
    )
    cells = parameters.value("network.excitatory")
    if learners >= cells:
        raise ModelError(
            f"network.assembly = {learners:g} is not below network.excitatory = {cells:g}; leave "
            "cells outside"
        )
    if not 0 < stimulated < assembly:
        raise ModelError(
            f"stimulus.recall.share = {share:g} of an assembly of {assembly} stimulates "
            f"{stimulated}; allowed: some, not all"
        )


def simulate(
    seeds: Sequence[int], *, overrides: Mapping[str, str] | None = None, device: str = "cpp"
) -> xr.Dataset:
    """Let an assembly be learned and recalled in one network for each seed, side by side.

    The wiring of a network follows from its seed; noise is drawn on the device, from the first
    seed and for all networks together.

    Parameters
    ----------
    seeds : sequence of int
    overrides : mapping of str to str, optional
        ``{"group.name": "value unit"}``; ``{"stimulus.recall.after": "8 h"}`` for recall at 8 h.
    device : str

    Returns
    -------
    xarray.Dataset
        ``rate`` (seed, moment, cell) of excitatory cells and ``rate_inhibitory`` (seed, moment)
        in Hz, in windows around learning and recall; ``quality`` and ``information`` (seed), 1
        and bits (`analysis.memory.recall`); ``early`` and ``late`` (seed, sample), mean early
        phase and mean late phase h_0 z of synapses within the assembly, and ``weight`` (seed),
        their sum at the last sample before recall, percent of h_0. Coordinate ``time`` (sample)
        is that of the experiment, s.

    Raises
    ------
    ParameterError, ModelError, DeviceError
    """
    parameters = load_parameters(overrides, circuit=CIRCUIT)
    _check(parameters, seeds)
    timeline, inputs = schedule(parameters)
    wirings = [draw_network(parameters, seed) for seed in seeds]
    many, h_0 = len(seeds), seconds(parameters, "early.h_0")
    sizes = [round(parameters.value(f"network.{name}")) for name in ("excitatory", "inhibitory")]
    assembly, stimulated = members(parameters)
    dt = seconds(parameters, "numerics.dt")
    with device_session(device) as session:
        b2.seed(int(stream(seeds[0], "noise/network").integers(2**31)))
        circuit = assemble(parameters, wirings, inputs)
        fired = [b2.SpikeMonitor(group) for group in (circuit.excitatory, circuit.inhibitory)]
        # Synapses stand in the order of their sources, network after network.
        edges = [wiring["E", "E"] for wiring in wirings]
        inside = [assembly[one.source] & assembly[one.target] for one in edges]
        # At the end of a step, when the tick has brought all synapses to the same time.
        traces = b2.StateMonitor(
            circuit.plastic, ("h", "z", "T_S"), record=np.flatnonzero(np.concatenate(inside)),
            dt=parameters.quantity("numerics.network_sample"), when="end",
        )  # fmt: skip
        circuit.network.add(traces, *fired)
        session.run(circuit.network, len(timeline.speeds) * timeline.steps * dt)
        time = np.array(traces.T_S)[0]
        parts = np.cumsum([some.sum() for some in inside])[:-1]
        early, late = (
            np.array([part.mean(axis=0) for part in np.split(100 * np.array(one), parts)])
            for one in (np.array(traces.h_) / h_0, traces.z)
        )
        counted = [
            _count(timeline, np.array(monitor.i), np.array(monitor.t_), many * n, parameters)
            for monitor, n in zip(fired, sizes, strict=True)
        ]
    rate, inhibitory = (
        one.reshape(len(MOMENTS), many, -1).swapaxes(0, 1) / seconds(parameters, "stimulus.window")
        for one in counted
    )
    before = np.searchsorted(time, _onsets(parameters)["recall"][0] + 1e-6) - 1
    return _dataset(
        parameters, device, seeds, rate, inhibitory.mean(axis=-1),
        recall_quality(rate[:, 1], assembly, stimulated),
        np.array([mutual_information(*own) for own in rate]),
        early, late, time, (early + late)[:, before],
    )  # fmt: skip


def _count(
    timeline: Timeline, cell: NDArray[np.int64], at: NDArray[np.float64], n: int,
    parameters: ParameterSet,
) -> NDArray[np.float64]:
    """Spikes of `n` cells in each window, shape (moment, n), from their simulated times in s."""
    dt = seconds(parameters, "numerics.dt")
    time = dt * timeline.to_experiment(np.round(at / dt).astype(int))
    counts = [
        np.bincount(cell[(time >= start - dt / 2) & (time < stop - dt / 2)], minlength=n)
        for start, stop in windows(parameters)
    ]
    return np.array(counts, dtype=float)


def _dataset(
    parameters: ParameterSet, device: str, seeds: Sequence[int], rate: NDArray,
    inhibitory: NDArray, quality: NDArray, information: NDArray, early: NDArray, late: NDArray,
    time: NDArray, weight: NDArray,
) -> xr.Dataset:
    text = "of synapses within the assembly, of h_0"
    return xr.Dataset(
        {
            "rate": (("seed", "moment", "cell"), rate,
                     {"units": "Hz", "long_name": "firing rate of excitatory cells"}),
            "rate_inhibitory": (("seed", "moment"), inhibitory,
                                {"units": "Hz", "long_name": "firing rate of inhibitory cells"}),
            "quality": ("seed", quality, {"units": "1", "long_name": "quality of recall"}),
            "information": ("seed", information,
                            {"units": "bit", "long_name": "of rates in recall about learning"}),
            "early": (("seed", "sample"), early,
                      {"units": "percent", "long_name": f"early phase {text}"}),
            "late": (("seed", "sample"), late,
                     {"units": "percent", "long_name": f"late phase {text}"}),
            "weight": ("seed", weight,
                       {"units": "percent", "long_name": f"weight before recall {text}"}),
        },
        coords={
            "seed": list(seeds),
            "moment": list(MOMENTS),
            "time": ("sample", time, {"units": "s", "long_name": "time of the experiment"}),
        },
        attrs={
            "title": "Assembly learned and recalled (Luboeinski & Tetzlaff 2021)",
            "circuit": CIRCUIT,
            "device": device,
            **provenance(parameters),
        },
    )  # fmt: skip
