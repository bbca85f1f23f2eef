"""One synapse of `tag_and_capture_2021` and the four protocols that it was published with.

A presynaptic cell fires Poisson trains within the pulses of a protocol, and drives a cell at rest
by one plastic synapse. Trials stand side by side. Time in which nobody fires is folded: one run
of minutes, or seconds, holds eight hours, and only what follows spikes is stepped finely.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import brian2 as b2
import numpy as np
import xarray as xr
from numpy.typing import NDArray

from models.checks import ModelError
from models.circuits.tag_and_capture_2021 import assemble
from models.machine.session import device_session
from models.parameters import ParameterSet, load_parameters
from models.streams import stream
from paradigms.run.provenance import provenance

CIRCUIT = "tag_and_capture_2021"
PROTOCOLS = ("strong_tetanus", "weak_tetanus", "strong_low_frequency", "weak_low_frequency")
READINGS = ("early_1", "early_21", "end")

Trials = Mapping[str, Sequence[int]]
"""Seeds of the trials of each protocol."""


@dataclass(frozen=True)
class Timeline:
    """The clock of the experiment beside that of the simulation, in stretches.

    Attributes
    ----------
    started, simulated : ndarray of int
        Where each stretch begins, in ticks of the experiment and of the simulation.
    speeds : ndarray
        Ticks of the experiment that pass in each simulated one: 1, and more in a fold.
    steps : int
        Time steps in a tick.
    """

    started: NDArray[np.int64]
    simulated: NDArray[np.int64]
    speeds: NDArray[np.float64]
    steps: int

    def to_simulation(self, at: NDArray[np.int64]) -> NDArray[np.int64]:
        """Steps of the simulation at steps of the experiment that are not folded."""
        return self._moved(at, self.started, self.simulated)

    def to_experiment(self, at: NDArray[np.int64]) -> NDArray[np.int64]:
        """The same the other way."""
        return self._moved(at, self.simulated, self.started)

    def _moved(self, at: NDArray, here: NDArray, there: NDArray) -> NDArray:
        stretch = np.searchsorted(here * self.steps, at, side="right") - 1
        return at + (there - here)[stretch] * self.steps


def fold(spikes: NDArray[np.int64], parameters: ParameterSet) -> Timeline:
    """Fold all time but that from each of `spikes` (steps of the experiment) to its tail's end."""
    dt, tick, tail = (seconds(parameters, f"numerics.{name}") for name in ("dt", "tick", "tail"))
    steps = round(tick / dt)
    # A sample more than the last reading needs, so that every reading lies between two.
    more = seconds(parameters, "numerics.sample") * parameters.value("numerics.fold")
    end = seconds(parameters, "protocol.onset") + seconds(parameters, "protocol.end") + more
    n = round(end / tick)
    edge = np.zeros(n + 1, dtype=int)
    np.add.at(edge, spikes // steps, 1)
    np.add.at(edge, np.minimum(spikes // steps + 1 + round(tail / tick), n), -1)
    return fold_ticks(np.cumsum(edge[:-1]) > 0, parameters.value("numerics.fold"), steps)


def fold_ticks(awake: NDArray[np.bool_], fold: float, steps: int) -> Timeline:
    """Fold the ticks that are not `awake`: at most `fold` of them in one, of `steps` steps."""
    started = np.concatenate([[0], np.flatnonzero(np.diff(awake)) + 1])
    length = np.diff(np.append(started, len(awake)))
    took = np.ceil(length / np.where(awake[started], 1, fold)).astype(int)
    simulated = np.cumsum(took) - took
    return Timeline(started, simulated, np.repeat(length / took, took), steps)


def draw_train(parameters: ParameterSet, protocol: str, seed: int) -> NDArray[np.int64]:
    """Steps of the experiment in which the presynaptic cell of a trial fires.

    It is a cell like the other: what comes while it is refractory is lost.
    """
    dt = seconds(parameters, "numerics.dt")
    rate, width, period = (
        seconds(parameters, f"protocol.{protocol}.{name}") for name in ("rate", "width", "period")
    )
    pulses = round(parameters.value(f"protocol.{protocol}.pulses"))
    start = seconds(parameters, "protocol.onset") + period * np.arange(pulses)
    fires = stream(seed, f"spikes/{protocol}").random((pulses, round(width / dt))) < rate * dt
    pulse, step = np.nonzero(fires)
    driven = np.round(start / dt).astype(int)[pulse] + step
    refractory, last, kept = round(seconds(parameters, "neuron.tau_ref") / dt), -np.inf, []
    for at in driven:
        if at - last > refractory:
            kept.append(at)
            last = at
    return np.array(kept, dtype=int)


def seconds(parameters: ParameterSet, key: str) -> float:
    """A time in s, or a rate in 1/s."""
    return float(parameters.quantity(key))


@dataclass(frozen=True)
class Outcome:
    """What a run gave; times are those of the experiment, s.

    Attributes
    ----------
    pre, post : tuple of ndarray
        Trial and time of spikes on both sides.
    time : ndarray, shape (n_t,)
        Of the traces.
    h, z, p : ndarray, shape (n_trials, n_t)
        Early phase (V), late phase, protein.
    """

    pre: tuple[NDArray[np.int64], NDArray[np.float64]]
    post: tuple[NDArray[np.int64], NDArray[np.float64]]
    time: NDArray[np.float64]
    h: NDArray[np.float64]
    z: NDArray[np.float64]
    p: NDArray[np.float64]


def run(parameters: ParameterSet, trials: Trials, device: str = "cpp") -> Outcome:
    """Run all trials side by side.

    The noise of plasticity is drawn on the device, from the first seed and for all trials
    together; everything else of a trial follows from its own seed.

    Raises
    ------
    ModelError, DeviceError
    """
    named = [(protocol, seed) for protocol, seeds in trials.items() for seed in seeds]
    _check(parameters, trials, named)
    trains = [draw_train(parameters, *one) for one in named]
    trial = np.repeat(np.arange(len(trains), dtype=np.int64), [len(train) for train in trains])
    spikes = np.concatenate(trains)
    if not len(spikes):
        raise ModelError("nothing fires in any trial; raise the rate or the width of the pulses")
    timeline = fold(spikes, parameters)
    dt = seconds(parameters, "numerics.dt")
    with device_session(device) as session:
        b2.seed(int(stream(named[0][1], "noise/early").integers(2**31)))
        at = (trial, _times(timeline.to_simulation(spikes), dt))
        circuit = assemble(parameters, at, len(named), timeline.speeds)
        sample = parameters.quantity("numerics.sample")
        # At the end of a step, when the tick has brought all synapses to the same time.
        common = {"dt": sample, "when": "end"}
        traces = b2.StateMonitor(circuit.synapses, ("h", "z"), record=True, **common)
        clock = b2.StateMonitor(circuit.synapses, "T_S", record=[0], **common)
        protein = b2.StateMonitor(circuit.cells, "p", record=True, **common)
        fired = b2.SpikeMonitor(circuit.cells)
        circuit.network.add(traces, clock, protein, fired)
        session.run(circuit.network, len(timeline.speeds) * timeline.steps * dt)
        post = timeline.to_experiment(np.round(np.array(fired.t_) / dt).astype(int))
        return Outcome(
            pre=(trial, _times(spikes, dt)),
            post=(np.array(fired.i), _times(post, dt)),
            time=np.array(clock.T_S_)[0],
            h=np.array(traces.h_),
            z=np.array(traces.z),
            p=np.array(protein.p),
        )


def _times(steps: NDArray[np.int64], dt: float) -> NDArray[np.float64]:
    return steps.astype(np.float64) * dt


def _check(parameters: ParameterSet, trials: Trials, named: Sequence[tuple[str, int]]) -> None:
    unknown = [name for name in trials if name not in PROTOCOLS]
    if unknown:
        raise ModelError(f"unknown protocol '{unknown[0]}'; allowed: {', '.join(PROTOCOLS)}")
    if not named:
        raise ModelError("no trial is asked for; give at least one seed of one protocol")
    for protocol, seed in named:
        if not isinstance(seed, int | np.integer) or seed < 0:
            raise ModelError(f"seed {seed!r} of {protocol}; allowed: whole numbers from 0 on")
    dt, tick, tail = (seconds(parameters, f"numerics.{name}") for name in ("dt", "tick", "tail"))
    for name, step in (("tick", dt), ("sample", tick), ("tail", tick)):
        times = seconds(parameters, f"numerics.{name}") / step
        if times < 1 or abs(times - round(times)) > 1e-6:
            raise ModelError(f"numerics.{name} is {times:.4g} times {step:g} s; it must be a "
                             "multiple")  # fmt: skip
    late = max(seconds(parameters, name) for name in ("calcium.delay_c", "neuron.delay"))
    if tail <= late + dt:
        raise ModelError(
            f"numerics.tail = {tail:g} s does not outlast the delays ({late:g} s): what a spike "
            "does would be folded"
        )


def simulate(
    trials: Trials, *, overrides: Mapping[str, str] | None = None, device: str = "cpp"
) -> xr.Dataset:
    """Run trials and read them at 1 and 21 minutes after onset, and at the end.

    Parameters
    ----------
    trials : mapping of str to sequence of int
        Seeds by protocol (`PROTOCOLS`).
    overrides : mapping of str to str, optional
        ``{"group.name": "value unit"}``.
    device : str

    Returns
    -------
    xarray.Dataset
        ``early``, ``late`` and ``weight`` (trial, reading), percent of h_0: the early phase h, the
        late phase on top of rest h_0 + h_0 z, and the whole weight h + h_0 z; ``fired`` (trial):
        spikes of the postsynaptic cell.

    Raises
    ------
    ParameterError, ModelError, DeviceError
    """
    parameters = load_parameters(overrides, circuit=CIRCUIT)
    outcome = run(parameters, trials, device)
    onset, h_0 = seconds(parameters, "protocol.onset"), seconds(parameters, "early.h_0")
    at = onset + np.array([seconds(parameters, f"protocol.{name}") for name in READINGS])
    h, z = (
        np.array([np.interp(at, outcome.time, one) for one in trace])
        for trace in (outcome.h, outcome.z)
    )
    named = [(protocol, seed) for protocol, seeds in trials.items() for seed in seeds]
    fired = np.bincount(outcome.post[0], minlength=len(named))
    return xr.Dataset(
        {
            "early": (
                ("trial", "reading"), 100 * h / h_0,
                {"units": "percent", "long_name": "early phase, of h_0"},
            ),
            "late": (
                ("trial", "reading"), 100 * (1 + z),
                {"units": "percent", "long_name": "late phase on top of rest, of h_0"},
            ),
            "weight": (
                ("trial", "reading"), 100 * (h / h_0 + z),
                {"units": "percent", "long_name": "early and late phase, of h_0"},
            ),
            "fired": ("trial", fired, {"units": "1", "long_name": "postsynaptic spikes"}),
        },
        coords={
            "protocol": ("trial", [protocol for protocol, _ in named]),
            "seed": ("trial", [seed for _, seed in named]),
            "reading": list(READINGS),
            "after": ("reading", at - onset, {"units": "s", "long_name": "time after onset"}),
        },
        attrs={
            "title": "One synapse with tag and capture (Luboeinski & Tetzlaff 2021)",
            "circuit": CIRCUIT,
            "device": device,
            **provenance(parameters),
        },
    )  # fmt: skip
