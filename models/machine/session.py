"""A Brian2 network of any kind on any device, for as long as a ``with`` block lasts.

A `Circuit` runs by `models.run`; this is for parts, other networks and what GeNN needs.
"""

from __future__ import annotations

import contextlib
import functools
import io
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import brian2 as b2
import numpy as np

from astrogram.environment import cuda_folder, for_child, genn_folder, temporary_folder
from astrogram.leftovers import owned_folder
from models.machine.brian import temporary_files
from models.machine.children import run_kept
from models.machine.compiling import BuildError, compile_program, complaint
from models.machine.devices import DeviceError, check_device, check_known
from models.machine.program import LIFELINE

# Brian2's own report reads the processor clock before every object of every step, which can cost
# more than the model; this prints once in a while from a clock of its own.
_ANNOUNCE = """
double announce(const double t)
{
    std::cout << "reached " << t << std::endl;
    return t;
}
"""


class DeviceSession:
    """One run on one device; made by `device_session`."""

    def __init__(
        self, device: str, directory: Path, progress: Callable[[float], None] | None
    ) -> None:
        self.device = device
        self.directory = directory
        self._progress = progress

    def generate(self, network: b2.Network, duration: float) -> None:
        """Write the program of a compiled device into the session's folder; compile nothing.

        Parameters
        ----------
        network : brian2.Network
        duration : float
            Simulated time, s.

        Raises
        ------
        DeviceError
            If the device runs without a program of its own.
        """
        place, device = str(self.directory), b2.get_device()
        if self.device not in ("cpp", "genn"):
            raise DeviceError(f"device '{self.device}' has no program to write; use cpp or genn")
        # GeNN's remarks would mix with our tables
        with _room(self.directory), contextlib.redirect_stdout(io.StringIO()):
            if self.device == "genn":  # writes the program as part of run
                device.build_options["use_GPU"] = False
                network.run(duration * b2.second)
            else:
                network.run(duration * b2.second)
                device.build(place, compile=False, run=False)

    def run(self, network: b2.Network, duration: float) -> None:
        """Run `network` for `duration` (s of simulated time); GeNN on the processor.

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
        try:
            compile_program(self.directory)
        except BuildError as error:
            raise DeviceError(str(error)) from error
        with self._watched(self.directory / "results" / "stdout.txt", duration):
            try:
                b2.get_device().run(str(self.directory), with_output=False, run_args=[])
            except RuntimeError as error:
                raise DeviceError(f"the compiled model stopped early: {error}") from error

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
        place, device = str(self.directory), b2.get_device()
        self.generate(network, duration)
        said = io.StringIO()
        try:
            with (
                contextlib.redirect_stdout(said), contextlib.redirect_stderr(said),
                _kept_calls(sys.modules[type(device).__module__]),
            ):  # fmt: skip
                device.compile_source(False, place, False)
                device.run(place, False, False)
        except (RuntimeError, subprocess.CalledProcessError) as error:
            reason = complaint(said.getvalue()) or str(error)
            raise DeviceError(
                f"compiling or running the model with GeNN failed: {reason}"
            ) from error


@contextlib.contextmanager
def _kept_calls(module: ModuleType) -> Iterator[None]:
    """Let what brian2genn starts end with this process, and be heard."""
    names = ("call", "check_call")
    before = {name: getattr(module, name) for name in names}

    def call(
        command: list[str], cwd: str, env: dict[str, str] | None = None, *, check: bool = False
    ) -> int:
        status, said = run_kept(command, Path(cwd), env or for_child())
        print(said)
        if status and check:
            raise subprocess.CalledProcessError(status, command)
        return status

    module.__dict__.update(call=call, check_call=functools.partial(call, check=True))
    try:
        yield
    finally:
        module.__dict__.update(before)


@contextlib.contextmanager
def _room(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DeviceError(
            f"the model cannot be written to {folder.parent}: {error.strerror or error}; free "
            "space there, or let TMPDIR name another folder"
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


@contextlib.contextmanager
def device_session(
    device: str,
    progress: Callable[[float], None] | None = None,
    directory: Path | None = None,
) -> Iterator[DeviceSession]:
    """Activate `device`, yield a `DeviceSession`, and leave no trace behind.

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
    check_known(device)
    if device == "genn":
        from models.machine.genn_functions import register  # which needs brian2genn

        register()
    b2.start_scope()
    # Astrocytes step slowly on purpose, and nothing here has a delay that could be rounded.
    b2.BrianLogger.suppress_name("synapses_dt_mismatch")
    if "core.stop_on_keyboard_interrupt" in b2.prefs:
        # Otherwise Brian2 would take Ctrl-C for the wish to stop here and go on to the results.
        # Never put back: after an interrupt Brian2 would swallow the next one too.
        b2.prefs["core.stop_on_keyboard_interrupt"] = False
    before = {name: b2.prefs[name] for name in b2.prefs}
    with _place(directory) as folder, temporary_files(folder):
        try:
            _activate(device, folder)
            yield DeviceSession(device, folder, progress)
        finally:
            b2.device.reinit()
            b2.device.activate()
            b2.set_device("runtime")
            for name, value in before.items():
                if b2.prefs[name] != value:
                    b2.prefs[name] = value
            b2.defaultclock.dt = 0.1 * b2.ms


@contextlib.contextmanager
def _place(directory: Path | None) -> Iterator[Path]:
    if directory is None:
        with owned_folder("run", temporary_folder()) as folder:
            yield folder
    else:
        directory.mkdir(parents=True, exist_ok=True)
        yield directory


def _activate(device: str, folder: Path) -> None:
    if device == "cpp":
        b2.prefs["codegen.cpp.headers"] = [
            *b2.prefs["codegen.cpp.headers"], f'"{LIFELINE.name}"'
        ]  # fmt: skip
        b2.set_device("cpp_standalone", build_on_run=False, directory=str(folder))
        b2.get_device().insert_code("before_start", "astrogram::end_with_parent();")
        shutil.copy(LIFELINE, folder)
    elif device == "genn":
        if genn := genn_folder():  # brian2genn would look for a relative one elsewhere
            b2.prefs["devices.genn.path"] = str(genn)
        if cuda := cuda_folder():
            b2.prefs["devices.genn.cuda_backend.cuda_path"] = str(cuda)
        b2.set_device("genn", directory=str(folder), compile=False, run=False)
    else:
        b2.set_device("runtime")
        b2.prefs.codegen.target = device
