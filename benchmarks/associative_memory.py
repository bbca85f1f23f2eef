"""Time and memory of one step of the full three-layer dynamics, and of forming T.

    python benchmarks/associative_memory.py [--quick]

One cue, K = 25 random patterns. Prints seconds and peak bytes for each N, the fitted exponents
(2 is expected of both), and the ratio to a step with T formed, where T still fits.
"""

from __future__ import annotations

import sys
import time
import tracemalloc

import numpy as np

from models.memory.network import at_rest, memory_network, rates_of_change
from models.memory.transport import pattern_transport
from models.parameters import load_parameters

MEMORIES = 25
SIZES = (256, 512, 1024, 2048, 3072)
FORMED = (16, 32, 64)
BUDGET = 1.0
"""Seconds for which each step is repeated; the fastest counts."""


def fastest(step) -> float:
    """Return seconds of the fastest of several calls."""
    times, begin = [], time.perf_counter()
    while len(times) < 3 or time.perf_counter() - begin < BUDGET:
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return min(times)


def measure(n: int) -> tuple[float, int]:
    """Seconds and peak bytes of one step at N = n, its state included."""
    rng = np.random.default_rng(n)
    parameters = load_parameters(circuit="associative_memory")
    tracemalloc.start()
    transport = pattern_transport(rng.choice([-1, 1], (MEMORIES, n)), 3.0)
    network = memory_network(parameters, transport)
    state = at_rest(network, rng.standard_normal((1, n)))
    rates_of_change(network, state)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return fastest(lambda: rates_of_change(network, state)), peak


def compare(n: int) -> tuple[float, float, int]:
    """Seconds of the flow of transport with T formed and factorised, and bytes of T."""
    rng = np.random.default_rng(n)
    patterns = rng.choice([-1.0, 1.0], (MEMORIES, n))
    outer = np.einsum("mi,mj->mij", patterns, patterns).reshape(MEMORIES, n * n)
    tensor = outer.T @ outer
    psi = rng.standard_normal((1, n, n))
    one = pattern_transport(patterns, float(n**3))
    assert np.allclose(one.flow(psi).ravel(), tensor @ psi.ravel())
    return fastest(lambda: tensor @ psi.ravel()), fastest(lambda: one.flow(psi)), tensor.nbytes


def main() -> None:
    """Print the tables."""
    sizes = SIZES[:3] if "--quick" in sys.argv else SIZES
    found = np.array([measure(n) for n in sizes])
    print("     N   s per step   peak MB")
    for n, (seconds, peak) in zip(sizes, found, strict=True):
        print(f"{n:6d}   {seconds:10.4f}   {peak / 1e6:7.1f}")
    for name, column in zip(("time", "memory"), found.T, strict=True):
        slope = np.polyfit(np.log(sizes), np.log(column), 1)[0]
        print(f"{name} grows as N^{slope:.2f}")
    print("     N   T formed, s   factorised, s    ratio   MB of T")
    for n in FORMED:
        formed, factorised, size = compare(n)
        print(
            f"{n:6d}   {formed:11.6f}   {factorised:13.6f}   {formed / factorised:6.1f}   "
            f"{size / 1e6:7.1f}"
        )


if __name__ == "__main__":
    main()
