"""Where a circuit runs: Brian2 C++ standalone, Cython or NumPy at run time, or GeNN.

The circuit and the protocol do not know the device; what differs between devices is decided here.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import os
import shlex
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import brian2 as b2
import numpy as np

from models.assembly import Clocks
from models.parameters import ParameterSet

DEVICES = ("cpp", "cython", "numpy", "genn")
COMPILERS = ("g++", "c++", "clang++")

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
    """Time steps for `device`.

    Astrocytes step slowly except on GeNN, which knows one clock for all cells; the slow clock
    and the drugs are set by the host, at the same times on every device.
    """
    dt = float(parameters.quantity("numerics.dt"))

    def multiple(name: str) -> float:
        wanted = float(parameters.quantity(name)) / speed
        return max(1, round(wanted / dt)) * dt

    astrocyte = dt if device == "genn" else multiple("numerics.dt_astrocyte")
    return Clocks(dt, astrocyte, multiple("numerics.dt_slow"))


def _compiler() -> str | None:
    """Return the C++ compiler: what CXX names, or the first of `COMPILERS` on PATH."""
    given = os.environ.get("CXX")
    if given:
        return given if shutil.which(shlex.split(given)[0]) else None
    return next((name for name in COMPILERS if shutil.which(name)), None)


def _check_known(device: str) -> None:
    if device not in DEVICES:
        raise DeviceError(f"unknown device '{device}'; allowed: {', '.join(DEVICES)}")
    if device == "genn" and importlib.util.find_spec("brian2genn") is None:
        raise DeviceError(
            "device 'genn' needs brian2genn, which is not installed; install the extra "
            "'astrogram[genn]' in a Python 3.11, or use --device cpp"
        )


def check_device(device: str) -> None:
    """Refuse, before any work, a device that cannot run here.

    Raises
    ------
    DeviceError
        For an unknown device, or one whose compiler or library is missing.
    """
    _check_known(device)
    if device == "numpy":
        return
    if _compiler() is None:
        raise DeviceError(
            f"device '{device}' needs a C++ compiler and none was found on PATH; "
            "install g++ or clang++, or use --device numpy (slow)"
        )
    if device in ("cpp", "genn") and shutil.which("make") is None:
        raise DeviceError(
            f"device '{device}' needs make and none was found on PATH; "
            "install make, or use --device cython or numpy (slow)"
        )
    if device == "genn":
        given = os.environ.get("GENN_PATH", "")
        if not (Path(given) / "bin" / "genn-buildmodel.sh").is_file():
            raise DeviceError(
                f"device 'genn' needs GeNN 4 in the folder that GENN_PATH names, which is "
                f"'{given}'; set it to a folder with bin/genn-buildmodel.sh, or use --device cpp"
            )


class Session:
    """One run on one device; made by `device_session`."""

    def __init__(
        self, device: str, directory: Path, progress: Callable[[float], None] | None
    ) -> None:
        self.device = device
        self._directory = directory
        self._progress = progress

    def generate(self, network: b2.Network, duration: float, *, gpu: bool = False) -> None:
        """Write the program of a compiled device into the session's folder; compile nothing.

        Parameters
        ----------
        network : brian2.Network
        duration : float
            Simulated time, s.
        gpu : bool
            For GeNN: the program for a GPU instead of that for the CPU.

        Raises
        ------
        DeviceError
            If the device runs without a program of its own.
        """
        place, device = str(self._directory), b2.get_device()
        if self.device not in ("cpp", "genn"):
            raise DeviceError(f"device '{self.device}' has no program to write; use cpp or genn")
        with contextlib.redirect_stdout(io.StringIO()):  # GeNN's remarks would mix with our tables
            if self.device == "genn":  # writes the program as part of run
                device.build_options["use_GPU"] = gpu
                network.run(duration * b2.second)
            else:
                network.run(duration * b2.second)
                device.build(place, compile=False, run=False)

    def run(self, network: b2.Network, duration: float) -> None:
        """Run `network` for `duration` (s of simulated time).

        Raises
        ------
        DeviceError
            If the model cannot be compiled or the run fails.
        """
        check_device(self.device)
        if self.device == "cpp":
            self._run_cpp(network, duration)
        elif self.device == "genn":
            self._run_genn(network, duration)
        else:
            self._run_python(network, duration)
        completed = b2.get_device()._last_run_completed_fraction
        if completed < 0.999:
            raise DeviceError(f"the model stopped early, after {completed:.0%} of the run")
        _check_finite(network)

    def _run_python(self, network: b2.Network, duration: float) -> None:
        report = None
        if self._progress is not None:
            progress = self._progress

            def report(elapsed, completed, start, total):  # type: ignore[no-untyped-def]
                progress(float(completed))

        network.run(duration * b2.second, report=report, report_period=1 * b2.second)

    def _run_cpp(self, network: b2.Network, duration: float) -> None:
        announce = b2.Function(lambda t: t, arg_units=[b2.second], return_unit=b2.second)
        announce.implementations.add_implementation("cpp", _ANNOUNCE)
        herald = b2.NeuronGroup(
            1, "reached : second", name="herald", namespace={"announce": announce}
        )
        herald.run_regularly("reached = announce(t)", dt=duration / 200 * b2.second)
        network.add(herald)
        self.generate(network, duration)
        self._compile()
        with self._watched(self._directory / "results" / "stdout.txt", duration):
            try:
                b2.get_device().run(str(self._directory), with_output=False, run_args=[])
            except RuntimeError as error:
                raise DeviceError(f"the compiled model stopped early: {error}") from error

    def _compile(self) -> None:
        """Compile with make: by Brian2 itself Ctrl-C would pass for a failing compiler."""
        processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2
        command = [b2.prefs.devices.cpp_standalone.make_cmd_unix, f"-j{processors}"]
        environment = {**os.environ, "CXX": _compiler() or COMPILERS[0]}
        said = self._directory / "make.txt"  # a file: an interrupt would leave pipes open
        with said.open("w") as output:
            done = subprocess.run(  # noqa: S603 (make on the folder that was just written)
                command, cwd=self._directory, env=environment, stdout=output, stderr=output
            )
        if done.returncode:
            raise DeviceError(f"compiling the model failed: {_complaint(said.read_text())}")

    @contextlib.contextmanager
    def _watched(self, log: Path, duration: float) -> Iterator[None]:
        """Report the time that the running program announces in its log."""
        if self._progress is None:
            yield
            return
        progress, done = self._progress, threading.Event()

        def watch() -> None:
            while not done.wait(0.2):
                with contextlib.suppress(OSError, IndexError, ValueError):
                    last = log.read_text().rstrip().rsplit("\n", 1)[-1]
                    progress(float(last.split()[1]) / duration)

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()

    def _run_genn(self, network: b2.Network, duration: float) -> None:
        place, device = str(self._directory), b2.get_device()
        self.generate(network, duration)
        said = io.StringIO()
        try:
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                device.compile_source(False, place, False)
                device.run(place, False, False)
        except (RuntimeError, subprocess.CalledProcessError) as error:
            reason = _complaint(said.getvalue()) or str(error)
            raise DeviceError(
                f"compiling or running the model with GeNN failed: {reason}"
            ) from error


def _check_finite(network: b2.Network) -> None:
    """Refuse a run whose integration left all bounds."""
    for group in network.objects:
        if isinstance(group, b2.NeuronGroup):
            for name in sorted(group.equations.diff_eq_names):
                if not np.isfinite(getattr(group, f"{name}_")[:]).all():
                    raise DeviceError(
                        f"the integration of '{group.name}' broke down ('{name}' is not finite); "
                        "lower numerics.dt or numerics.dt_astrocyte, or undo an extreme --set"
                    )


def _complaint(text: str) -> str:
    """Return the first line of a compiler's messages that tells of an error, else the last."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return next((line for line in lines if "error" in line.lower()), lines[-1] if lines else "")


def _remove(folder: Path) -> None:
    """Remove a build folder, also while an interrupted compiler still writes its last file."""
    for _ in range(50):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.1)


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
        Called with the completed fraction, 0 to 1; GeNN says nothing before its end.
    directory : Path, optional
        Build folder to keep; by default a temporary one that is removed.

    Raises
    ------
    DeviceError
        If the device is unknown or its Python package is missing.
    """
    _check_known(device)
    b2.start_scope()
    # Astrocytes step slowly on purpose, and nothing here has a delay that could be rounded.
    b2.BrianLogger.suppress_name("synapses_dt_mismatch")
    if "core.stop_on_keyboard_interrupt" in b2.prefs:
        # Otherwise Brian2 would take Ctrl-C for the wish to stop here and go on to the results.
        # Never put back: after an interrupt Brian2 would swallow the next one too.
        b2.prefs["core.stop_on_keyboard_interrupt"] = False
    before = {name: b2.prefs[name] for name in b2.prefs}
    kept = directory is not None
    folder = directory if directory is not None else Path(tempfile.mkdtemp(prefix="astrogram-"))
    try:
        if device == "cpp":
            b2.set_device("cpp_standalone", build_on_run=False, directory=str(folder))
        elif device == "genn":
            import brian2genn  # noqa: F401  (registers the device)

            b2.set_device("genn", directory=str(folder), compile=False, run=False)
        else:
            b2.set_device("runtime")
            b2.prefs.codegen.target = device
        yield Session(device, folder, progress)
    finally:
        b2.device.reinit()
        b2.device.activate()
        b2.set_device("runtime")
        for name, value in before.items():
            if b2.prefs[name] != value:
                b2.prefs[name] = value
        b2.defaultclock.dt = 0.1 * b2.ms
        if not kept:
            _remove(folder)
