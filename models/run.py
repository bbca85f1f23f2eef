"""One run of a circuit on any device: the circuit and its tables in, the records out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import brian2 as b2
import numpy as np

from models.checks import RegimeError
from models.machine.builds import find_build
from models.machine.circuit import Circuit, Tables
from models.machine.compiling import BuildError
from models.machine.devices import DeviceError, check_device
from models.machine.execution import (
    CannotStart,
    OutOfRegime,
    RunError,
    execute,
    out_of_regime,
)
from models.machine.objects import Objects, make_objects, recorded
from models.machine.session import device_session


@dataclass(frozen=True)
class Run:
    """What a run gave.

    Attributes
    ----------
    records : Tables
        As `models.machine.circuit` names them.
    build_seconds : float
        Time spent on making the program; 0 if it was found in the cache or there is none.
    """

    records: Tables
    build_seconds: float


def run_circuit(
    circuit: Circuit,
    tables: Tables,
    duration: float,
    device: str = "cpp",
    *,
    gpu: bool = False,
    progress: Callable[[float], None] | None = None,
) -> Run:
    """Run `circuit` with `tables` for `duration`.

    Parameters
    ----------
    circuit : Circuit
    tables : Tables
    duration : float
        Simulated time, s.
    device : str
        One of `models.machine.devices.DEVICES`. ``"cpp"`` builds a program once and finds it again
        for every other animal, condition and parameter; the others start anew for each run.
    gpu : bool
        For GeNN: run on a GPU instead of the CPU.
    progress : callable, optional
        Called with the completed fraction, 0 to 1.

    Returns
    -------
    Run

    Raises
    ------
    DeviceError
        If the device is missing or fails.
    RegimeError
        If a variable left the regime of the model: which, of which cell, and when.
    ValueError
        If a table is missing or does not fit the circuit.
    """
    check_device(device, gpu=gpu)
    circuit.check(tables)
    if device in ("cython", "numpy"):
        return Run(_run_by_brian2(circuit, tables, duration, device, progress), 0.0)
    n_steps = round(duration / circuit.step)
    try:
        if device == "genn":
            from models.machine.genn.carry_out import run_genn  # which needs brian2genn

            return Run(run_genn(circuit, tables, n_steps, gpu=gpu, progress=progress), 0.0)
        build, seconds = find_build(circuit)
        try:
            records = execute(build, tables, n_steps, progress)
        except CannotStart:  # made for another machine, or removed meanwhile: once more
            build, seconds = find_build(circuit, anew=True)
            records = execute(build, tables, n_steps, progress)
    except OutOfRegime as error:
        raise RegimeError(str(error)) from error
    except (BuildError, RunError) as error:
        raise DeviceError(str(error)) from error
    return Run(records, seconds)


def _run_by_brian2(
    circuit: Circuit, tables: Tables, duration: float, device: str,
    progress: Callable[[float], None] | None,
) -> Tables:  # fmt: skip
    with device_session(device, progress) as session:
        objects = make_objects(circuit, tables)
        objects.network.add(_watch(circuit, objects))
        session.run(objects.network, duration)
        _look(circuit, objects, duration)
        return recorded(circuit, objects)


def _watch(circuit: Circuit, objects: Objects) -> b2.NetworkOperation:
    def look(t: b2.Quantity) -> None:
        _look(circuit, objects, np.asarray(t).item())

    # As often as the slowest cells step, so that what left first is named.
    every = max(cells.step for cells in circuit.cells)
    return b2.NetworkOperation(look, dt=every * b2.second, when="end", name="watch")


def _look(circuit: Circuit, objects: Objects, time: float) -> None:
    """Raise `RegimeError` for the first guarded variable that left its regime."""
    for guard in circuit.guards:
        values = objects.named[guard.cells].variables[guard.variable].get_value()
        wrong = ~np.isfinite(values)
        if guard.lowest is not None:
            wrong |= values < guard.lowest
        if guard.highest is not None:
            wrong |= values > guard.highest
        if wrong.any():
            cell = int(np.argmax(wrong))
            raise RegimeError(
                out_of_regime(
                    guard.variable, guard.cells, cell, values[cell], guard.unit, time, circuit.mend
                )
            )
