"""Where a circuit runs: Brian2 C++ standalone, Cython or NumPy at run time, or GeNN.

The circuit and the protocol do not know the device; what differs between devices is decided here.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import brian2 as b2

from models.assembly import Clocks
from models.parameters import ParameterSet

DEVICES = ("cpp", "cython", "numpy", "genn")

# Brian2's own report reads the processor clock before every object of every step, which can cost
# more than the model; this prints once in a while from a clock of its own.
_ANNOUNCE = """
double announce(const double t)
{
    std::cout << "reached " << t << std::endl;
    return t;
}
"""


class DeviceError(RuntimeError):
    """A device that is unknown, missing or failed; the message is one line."""


def choose_clocks(parameters: ParameterSet, speed: float, device: str) -> Clocks:
    """Time steps for `device`: astrocytes step slowly except on GeNN, which knows one clock."""
    dt = float(parameters.quantity("numerics.dt"))
    if device == "genn":
        return Clocks(dt, dt, dt)

    def multiple(name: str) -> float:
        wanted = float(parameters.quantity(name)) / speed
        return max(1, round(wanted / dt)) * dt

    return Clocks(dt, multiple("numerics.dt_astrocyte"), multiple("numerics.dt_slow"))


def check_device(device: str) -> None:
    """Refuse, before any work, a device that cannot run here.

    Raises
    ------
    DeviceError
        For an unknown device, or one whose compiler or library is missing.
    """
    if device not in DEVICES:
        raise DeviceError(f"unknown device '{device}'; allowed: {', '.join(DEVICES)}")
    if device in ("cpp", "cython") and not any(shutil.which(name) for name in ("c++", "g++", "clang++")):
        raise DeviceError(
            f"device '{device}' needs a C++ compiler and none was found on PATH; "
            "install g++ or clang++, or use --device numpy (slow)"
        )


def _standalone(directory: Path, network: b2.Network, duration: b2.Quantity, progress) -> None:
    """Generate, compile and run C++ in `directory`, reporting the completed fraction."""
    device = b2.get_device()
    announce = b2.Function(lambda t: t, arg_units=[b2.second], return_unit=b2.second)
    announce.implementations.add_implementation("cpp", _ANNOUNCE)
    herald = b2.NeuronGroup(1, "reached : second", name="herald", namespace={"announce": announce})
    herald.run_regularly("reached = announce(t)", dt=duration / 200)
    network.add(herald)
    network.run(duration)
    try:
        device.build(directory=str(directory), compile=True, run=False, with_output=False)
    except Exception as error:  # Brian2 raises RuntimeError for any failing compiler call
        raise DeviceError(f"compiling the model failed in {directory}: {error}") from error
    log = directory / "results" / "stdout.txt"
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.2):
            with contextlib.suppress(OSError, IndexError, ValueError):
                last = log.read_text().rstrip().rsplit("\n", 1)[-1]
                progress(float(last.split()[1]) / float(duration))

    watcher = threading.Thread(target=watch, daemon=True)
    if progress is not None:
        watcher.start()
    try:
        device.run(str(directory), with_output=False, run_args=[])
    except RuntimeError as error:
        raise DeviceError(f"the compiled model stopped early: {error}") from error
    finally:
        done.set()
        if progress is not None:
            watcher.join()


class Session:
    """One run on one device; made by `device_session`."""

    def __init__(self, device: str, directory: Path, progress: Callable[[float], None] | None):
        self.device = device
        self._directory = directory
        self._progress = progress

    def run(self, network: b2.Network, duration: float) -> None:
        """Run `network` for `duration` (s of simulated time).

        Raises
        ------
        DeviceError
            If the model cannot be compiled or the run fails.
        """
        span = duration * b2.second
        if self.device == "cpp":
            _standalone(self._directory, network, span, self._progress)
        elif self.device == "genn":
            network.run(span)
        else:
            report = None
            if self._progress is not None:
                progress = self._progress

                def report(elapsed, completed, start, total):  # type: ignore[no-untyped-def]
                    progress(float(completed))

            network.run(span, report=report, report_period=1 * b2.second)


@contextlib.contextmanager
def device_session(
    device: str,
    progress: Callable[[float], None] | None = None,
    directory: Path | None = None,
) -> Iterator[Session]:
    """Activate `device`, yield a `Session`, and leave no trace behind.

    Parameters
    ----------
    device : str
        One of `DEVICES`.
    progress : callable, optional
        Called with the completed fraction, 0 to 1.
    directory : Path, optional
        Build folder to keep; by default a temporary one that is removed.
    """
    check_device(device)
    b2.start_scope()
    kept = directory is not None
    folder = directory if directory is not None else Path(tempfile.mkdtemp(prefix="astrogram-"))
    try:
        if device == "cpp":
            # Brian2's own choice starts a compiler for every file at once, which takes gigabytes.
            b2.prefs.devices.cpp_standalone.extra_make_args_unix = [f"-j{os.cpu_count() or 1}"]
            b2.set_device("cpp_standalone", build_on_run=False, directory=str(folder))
        elif device == "genn":
            import brian2genn  # noqa: F401  (registers the device)

            b2.set_device("genn", directory=str(folder), use_GPU=False)
        else:
            b2.set_device("runtime")
            b2.prefs.codegen.target = device
        yield Session(device, folder, progress)
    finally:
        b2.device.reinit()
        b2.device.activate()
        b2.set_device("runtime")
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)
