"""(c) and (e): how time and memory grow with cells, synapses, astrocytes and simulated time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from benchmarks import fear
from benchmarks.measure import Cost, exponent
from benchmarks.report import Row
from models.parameters import load_parameters

# s: the baseline of the experiment, awake, without stimuli.
SHORT = 2.0
SIZES = (1000, 3162, 10_000, 31_623, 100_000)
QUICK_SIZES = (1000, 3162)


@dataclass(frozen=True)
class Point:
    """One size: what there is, and what simulating it costs."""

    cells: int
    synapses: int
    plastic: int
    astrocytes: int
    cpu: float
    peak: int


def thinned(factor: float) -> dict[str, str]:
    """Overrides that divide every in-degree by `factor`; each synapse is as much stronger then."""
    result = {}
    for row in load_parameters().rows():
        name = row.key
        indegree = ".indegree" in name or name.startswith("plasticity.indegree_")
        if indegree and float(row.value) / factor >= 0.1:
            result[name] = f"{float(row.value) / factor:.6g}"
    return result


def point(size: int, overrides: Mapping[str, str] | None = None, duration: float = SHORT) -> Point:
    """Build one size and run it: `cpu` is s per simulated s, start and end of the run left out."""
    animal = fear.draw(size, overrides=overrides)
    animal.ready()
    start = animal.cost(animal.clocks.neuron)
    costs = [animal.cost(duration) for _ in range(2)]
    cpu = min(cost.cpu for cost in costs) - start.cpu
    peak = max(cost.peak for cost in costs)
    tissue = animal.tissue
    return Point(tissue.n_neurons, animal.n_synapses, animal.n_plastic, tissue.n_astrocytes,
                 cpu / duration, peak)


def scaling(quick: bool) -> Iterator[Row]:
    """Measure (c): exponents of time and memory."""
    sizes = QUICK_SIZES if quick else SIZES
    points = [point(size) for size in sizes]
    synapses = [float(p.synapses) for p in points]
    reach = f"{synapses[0]:.3g} to {synapses[-1]:.3g} synapses, cells and astrocytes in proportion"
    bounds = {"at_least": 0.9, "at_most": 1.1}
    yield Row("c", "time, exponent in synapses", exponent(synapses, [p.cpu for p in points]),
              "", **bounds, note=reach)
    base = empty(points)
    yield Row("c", "memory, exponent in synapses",
              exponent(synapses, [p.peak - base for p in points]), "", **bounds,
              note=f"resident, less {base / 1e6:.1f} MB of an empty program")
    for p in points:
        yield Row("c", f"{p.cells} cells, {p.synapses} synapses", p.cpu, "CPU s / s",
                  note=f"{p.plastic} plastic, {p.astrocytes} astrocytes, "
                       f"peak {p.peak / 1e6:.0f} MB, "
                       f"{1e9 * p.cpu / p.synapses:.3g} ns per synapse and s")
    factors = (1, 4) if quick else (1, 16)
    thin = [point(1000 * factor, thinned(factor)) for factor in factors]
    yield Row("c", "time, exponent in cells, synapses kept",
              exponent([float(p.cells) for p in thin], [p.cpu for p in thin]), "",
              note=f"{thin[0].cells} to {thin[-1].cells} cells, {thin[0].synapses} to "
                   f"{thin[-1].synapses} synapses; {_slope(thin, 'cells'):.3g} us per cell "
                   "and simulated s")
    shares = ("25", "1.6") if quick else ("100", "12.5", "1.6")
    stars = [point(4000, {"population.cells_per_astrocyte": share}) for share in shares]
    yield Row("c", "time, exponent in astrocytes, cells kept",
              exponent([float(p.astrocytes) for p in stars], [p.cpu for p in stars]), "",
              note=f"{stars[0].astrocytes} to {stars[-1].astrocytes} astrocytes, 4000 cells; "
                   f"{_slope(stars, 'astrocytes'):.3g} us per astrocyte and simulated s")


def empty(points: list[Point]) -> float:
    """Memory of a program without synapses, bytes: the line through the two smallest points."""
    one, other = points[:2]
    slope = (other.peak - one.peak) / (other.synapses - one.synapses)
    return one.peak - slope * one.synapses


def _slope(points: list[Point], what: str) -> float:
    """Time of one more, us per simulated s."""
    size = [getattr(p, what) for p in points]
    return 1e6 * float(np.polyfit(size, [p.cpu for p in points], 1)[0])


def memory(quick: bool) -> Iterator[Row]:
    """Measure (c) in simulated time, and (e): bytes per plastic synapse and per simulated s."""
    size = 1000 if quick else 10_000
    few, many = (_bare(size, factor) for factor in (1, 10 if quick else 30))
    peaks = []
    for animal in (few, many):
        animal.ready()
        peaks.append(animal.cost(1.0).peak)
    terminals = [sum(len(edges) for edges in a.tissue.terminals.values()) for a in (few, many)]
    yield Row("e", "resident bytes per plastic synapse",
              (peaks[1] - peaks[0]) / (many.n_plastic - few.n_plastic), "B", at_most=120,
              note=f"{few.n_plastic} to {many.n_plastic} plastic synapses and {terminals[0]} to "
                   f"{terminals[1]} terminals, {few.tissue.n_neurons} cells")
    animal = fear.draw()
    animal.ready()
    times = (12.5, 25.0) if quick else (25.0, 50.0, 100.0, 200.0)
    start = animal.cost(animal.clocks.neuron).cpu
    costs: list[Cost] = [animal.cost(time) for time in times]
    yield Row("c", "time, exponent in simulated time",
              exponent(list(times), [cost.cpu - start for cost in costs]), "",
              at_least=0.9, at_most=1.1,
              note=f"{times[0]:g} to {times[-1]:g} s; activity differs between phases")
    growth = (costs[-1].peak - costs[0].peak) / (times[-1] - times[0])
    yield Row("e", "peak memory of a long run over that of a short one",
              costs[-1].peak / costs[0].peak, "x", at_most=1.05,
              note=f"{times[-1]:g} and {times[0]:g} s: {costs[-1].peak / 1e6:.2f} and "
                   f"{costs[0].peak / 1e6:.2f} MB, {growth / 1e3:.3g} kB per simulated s")


def _bare(size: int, factor: int) -> fear.AssembledAnimal:
    """Draw an animal with `factor` times the recurrent plastic synapses, each as much weaker.

    Domains are so large that few terminals come with them, and no traces are recorded, so that one
    program serves every `factor`.
    """
    parameters = load_parameters()
    animal = fear.draw(size, overrides={
        "population.cells_per_astrocyte": "100",
        "plasticity.indegree_BLA_P": f"{parameters.value('plasticity.indegree_BLA_P') * factor:g}",
    })
    tables = {name: t for name, t in animal.tables.items() if not name.startswith("indices.")}
    return replace(animal, circuit=replace(animal.circuit, traces=()), tables=tables)
