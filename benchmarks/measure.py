"""What a piece of work costs: processor time, wall time and memory of the programs it starts.

Processor time is the figure that counts: on a machine that does other things too, wall time is
stretched, processor time hardly.
"""

from __future__ import annotations

import resource
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import numpy as np


@dataclass
class Cost:
    """Processor time of ended child processes and wall time, s; largest resident set, bytes."""

    cpu: float = 0.0
    wall: float = 0.0
    peak: int = 0


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _own_peak(process: Path) -> int:
    """Largest resident set so far of a process, bytes.

    Not `ru_maxrss`, which a child inherits from the process that started it.
    """
    for line in (process / "status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return 1024 * int(line.split()[1])
    return 0


def _programs(name: str) -> Iterator[Path]:
    """Processes called `name` that this one has started."""
    for task in Path("/proc/self/task").iterdir():
        try:
            for child in (task / "children").read_text().split():
                process = Path("/proc", child)
                if (process / "comm").read_text().strip() == name:
                    yield process
        except OSError:  # it has ended meanwhile
            continue


@contextmanager
def children(name: str = "main") -> Iterator[Cost]:
    """Measure the child processes that run inside the block; memory of those called `name`."""
    cost, done = Cost(), threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            for process in _programs(name):
                try:
                    cost.peak = max(cost.peak, _own_peak(process))
                except OSError:
                    continue

    watcher = threading.Thread(target=watch, daemon=True)
    cpu, wall = _children_cpu(), time.perf_counter()
    watcher.start()
    try:
        yield cost
    finally:
        cost.wall = time.perf_counter() - wall
        done.set()
        watcher.join()
        cost.cpu = _children_cpu() - cpu


@dataclass
class Sample:
    """Repeated measurements of one contender, s of processor and wall time."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Median processor time, s."""
        return median(self.cpu)


def alternate(contenders: Mapping[str, Callable[[], Cost]], repeats: int) -> dict[str, Sample]:
    """Run all contenders in turn, `repeats` rounds: drift of the machine falls on all alike."""
    samples = {name: Sample() for name in contenders}
    for _ in range(repeats):
        for name, work in contenders.items():
            cost = work()
            samples[name].cpu.append(cost.cpu)
            samples[name].wall.append(cost.wall)
    return samples


def exponent(size: list[float], cost: list[float]) -> float:
    """Exponent of the power law through (size, cost): least squares of the logarithms.

    Raises
    ------
    ValueError
        With fewer than two different sizes, or anything not positive.
    """
    if len(set(size)) < 2 or len(size) != len(cost) or min([*size, *cost]) <= 0:
        raise ValueError(f"sizes {size} and costs {cost}; needed: two or more different, positive")
    return float(np.polyfit(np.log(size), np.log(cost), 1)[0])
