"""Run a small network so that a run that leaves the regime of the model stops and says where."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import brian2 as b2

from astrogram.environment import temporary_folder
from astrogram.leftovers import owned_folder
from models.checks import guard, raise_if_stopped
from models.machine.devices import DeviceError
from models.machine.session import DeviceSession, device_session


@contextmanager
def guarded_session(
    device: str, progress: Callable[[float], None] | None = None
) -> Iterator[Callable[[b2.NeuronGroup, list[b2.BrianObject], float, b2.Quantity], None]]:
    """Activate `device` and yield a function that runs a network under guard.

    The function takes the astrocytes to watch, all objects of the network, the duration (s) and the
    time between two checks.

    Raises
    ------
    DeviceError
        If the device fails.
    RegimeError
        From the function: which variable of which astrocyte is not finite or negative, and when.
    """
    with (
        owned_folder("run", temporary_folder()) as folder,
        device_session(device, progress, folder) as session,
    ):

        def run(
            watched: b2.NeuronGroup,
            objects: list[b2.BrianObject],
            duration: float,
            every: b2.Quantity,
        ) -> None:
            guard(watched, every)
            _run(session, b2.Network(*objects), duration, folder)

        yield run


def _run(session: DeviceSession, network: b2.Network, duration: float, folder: Path) -> None:
    try:
        session.run(network, duration)
    except DeviceError:
        raise_if_stopped(folder)
        raise
