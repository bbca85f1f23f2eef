"""(d), (f) and (g): builds, one more animal, cohorts on cores, and the other devices."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from benchmarks import fear
from benchmarks.measure import children
from benchmarks.report import Row, available_cores
from models.machine.devices import DeviceError, check_device
from models.run import run_circuit
from paradigms.protocol.files import load_protocol
from paradigms.run.simulate import simulate

ANIMALS, QUICK_ANIMALS, SINGLES = 12, 4, 4


@contextmanager
def _cache(folder: Path) -> Iterator[None]:
    """Let builds go into `folder` for a while."""
    before = os.environ.get("ASTROGRAM_CACHE")
    os.environ["ASTROGRAM_CACHE"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["ASTROGRAM_CACHE"]
        else:
            os.environ["ASTROGRAM_CACHE"] = before


def builds(folder: Path, quick: bool) -> Iterator[Row]:
    """Measure (d): wall time of a build, cold and found again, and of one more animal."""
    shutil.rmtree(folder / "cache", ignore_errors=True)
    with _cache(folder / "cache"):
        animal = fear.draw()
        seconds = []
        for _ in range(2):
            began = time.perf_counter()
            run_circuit(animal.circuit, animal.tables, animal.clocks.neuron, "cpp")
            seconds.append(time.perf_counter() - began)
        yield Row("d", "first run, build from nothing", seconds[0], "s wall",
                  note="ccache at work" if shutil.which("ccache") else "no ccache")
        yield Row("d", "next run, build found again (one time step)", seconds[1], "s wall")
        protocol = load_protocol("quick_conditioning" if quick else fear.PROTOCOL)
        simulate(protocol, seed=1)  # its number of recorded synapses may ask for another build
        whole, alone = [], []
        for seed in (2, 3, 4):
            began = time.perf_counter()
            with children() as cost:
                dataset = simulate(protocol, seed=seed)
            whole.append(time.perf_counter() - began)
            alone.append(dataset.attrs.get("run_time_s", cost.cpu))
            if dataset.attrs["build_time_s"]:
                raise RuntimeError("an animal of the cohort was built anew")
        share = [100 * (a - b) / b for a, b in zip(whole, alone, strict=True)]
        yield Row("d", "one more animal, over its simulation alone", median(share), "%", at_most=5,
                  note=f"{protocol.name}: {median(whole):.2f} s wall, simulation "
                       f"{median(alone):.2f} s; the rest draws, checks, reads and scores")


def _one(seed: int, protocol: str) -> tuple[float, float]:
    """One animal of the cohort: wall time, and time that went into building."""
    began = time.perf_counter()
    dataset = simulate(load_protocol(protocol), seed=seed)
    return time.perf_counter() - began, float(dataset.attrs["build_time_s"])


def cohort(quick: bool) -> Iterator[Row]:
    """Measure (f): animals one after the other, and on two cores."""
    cores = available_cores()
    number = QUICK_ANIMALS if quick else ANIMALS
    if cores < 2:
        yield Row("f", f"{number} animals on 2 cores", None, note="this machine has one core")
        return
    protocol = "quick_conditioning" if quick else fear.PROTOCOL
    _one(1, protocol)
    singles = [_one(seed, protocol) for seed in range(1, 1 + SINGLES)]
    # Forked workers would inherit Brian2's state; each of these starts from nothing.
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        # The import of Brian2 is not the cohort's.
        list(pool.map(_one, (1, 2), (protocol, protocol)))
        began = time.perf_counter()
        done = list(pool.map(_one, range(1, 1 + number), [protocol] * number))
        together = time.perf_counter() - began
    total = number / SINGLES * sum(wall for wall, _ in singles)
    yield Row("f", f"{number} animals on 2 cores over the sum of their single times",
              together / total, "", at_most=0.65,
              note=f"{protocol}: {together:.1f} of {total:.1f} s wall")
    rebuilt = sum(seconds > 0 for _, seconds in (*singles, *done))
    yield Row("f", "animals that were compiled for", float(rebuilt), "", at_most=0)


def devices(quick: bool) -> Iterator[Row]:
    """Measure (g): the same second of the same animal on every device that is here."""
    animal = fear.draw()
    animal.ready()
    cpp = animal.marginal(10.0)
    yield Row("g", "cpp", cpp, "CPU s / s")
    for device, seconds in (("cython", 40.0), ("numpy", 10.0)):
        try:
            check_device(device)
        except DeviceError as error:
            yield Row("g", device, None, note=str(error))
            continue
        cost = _python_device(device, seconds / (4 if quick else 1))
        yield Row("g", device, cost, "CPU s / s", note=f"{cost / cpp:.3g} times cpp")
    for name, gpu in (("GeNN, CPU", False), ("GeNN, GPU", True)):
        try:
            check_device("genn", gpu=gpu)
        except DeviceError as error:
            yield Row("g", name, None, note=str(error))
            continue
        yield _genn(name, gpu, cpp)


def _python_device(device: str, seconds: float) -> float:
    """Processor s per simulated s at run time of Brian2, by two lengths: set-up falls out."""
    animal = fear.draw(device=device)
    times = []
    for duration in (0.2, 0.2, 0.2 + seconds):  # the first one fills Cython's cache
        began = time.process_time()
        animal.run(duration, device)
        times.append(time.process_time() - began)
    return (times[2] - times[1]) / seconds


def _genn(name: str, gpu: bool, cpp: float) -> Row:
    """GeNN builds anew for every run, so wall time of two lengths is compared."""
    animal = fear.draw(device="genn")
    times = []
    for duration in (10.0, 40.0):
        with children() as cost:
            run_circuit(animal.circuit, animal.tables, duration, "genn", gpu=gpu)
        times.append(cost.wall)
    each = (times[1] - times[0]) / 30.0
    return Row("g", name, each, "wall s / s", note=f"{each / cpp:.3g} times cpp; one clock for all")


def profile(folder: Path, quick: bool) -> Iterator[Row]:
    """Measure (h): shares of the processor time of the program, by what its functions do."""
    perf = shutil.which("perf")
    if perf is None:
        yield Row("h", "profile", None, note="perf is not installed (package linux-perf)")
        return
    from benchmarks import part_profile

    with tempfile.TemporaryDirectory(dir=folder) as place:
        data = Path(place) / "perf.data"
        command = [perf, "record", "-F", "800", "--call-graph", "dwarf,4096", "-o", str(data), "--"]
        command += [sys.executable, "-m", "benchmarks.part_profile", "20" if quick else "60"]
        fear.draw().ready()
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode or not data.is_file():
            lines = done.stderr.strip().splitlines()
            why = lines[-1] if lines else "no reason given"
            yield Row("h", "profile", None, note=f"perf cannot record here: {why}")
            return
        report = subprocess.run(
            [perf, "report", "-i", str(data), "--stdio", "--children", "-g", "none", "--comm",
             "main", "--percentage", "relative"],
            capture_output=True, text=True, check=True,
        )
    for kind, share in part_profile.shares(report.stdout).items():
        yield Row("h", kind, share, "%")
