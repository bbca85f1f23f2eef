"""(a) and (b): our circuit beside the published formulation, NEST's network and a C kernel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks import fear, kernel, neuron_glia
from benchmarks.measure import Cost, Sample, alternate, children
from benchmarks.report import Row

# Cells per astrocyte that give about 250 astrocytes to 1,000 cells; the default gives 64.
MANY_ASTROCYTES = {"population.cells_per_astrocyte": "1.6"}
STRETCH = 100.0  # s: a baseline, three pairings, a night, and the beginning of extinction


def speed(folder: Path, quick: bool) -> Iterator[Row]:
    """Measure (a): processor s per simulated s, single core."""
    repeats = 2 if quick else 5
    stretch = 20.0 if quick else STRETCH
    ours = {
        "default, 64 astrocytes": fear.draw(),
        "256 astrocytes": fear.draw(overrides=MANY_ASTROCYTES),
    }
    for animal in ours.values():
        animal.ready()
    start = {name: animal.cost(animal.clocks.neuron).cpu for name, animal in ours.items()}

    def our_cost(name: str) -> Cost:
        cost = ours[name].cost(stretch)
        return Cost((cost.cpu - start[name]) / stretch, cost.wall / stretch, cost.peak)

    quarter = {
        name: neuron_glia.build(name, 1000, seconds, folder / f"quarter_{name.replace(' ', '_')}")
        for name, seconds in (("domain", 8.0), ("per synapse", 0.5 if quick else 2.0))
    }
    contenders = {name: (lambda name=name: our_cost(name)) for name in ours}
    contenders |= {name: network.cost for name, network in quarter.items()}
    python = neuron_glia.nest_python()
    seen: dict = {}
    if python:
        run_nest = neuron_glia.nest_cost(python, 500 if quick else 1000)

        def nest() -> Cost:
            cost, found = run_nest()
            seen.update(found)
            return cost

        contenders["NEST"] = nest
    samples = alternate(contenders, repeats)
    published = samples["per synapse"].median
    for name, animal in ours.items():
        yield _cost(f"fear circuit, {name}", samples[name],
                    f"{animal.tissue.n_neurons} cells, {animal.n_synapses} synapses "
                    f"({animal.n_plastic} plastic)")
    for name, network in quarter.items():
        yield _cost(f"neuron-glia network, {name}, 1/4", samples[name], _size(network))
    yield _cost("NEST's nearest network", samples["NEST"], _nest_size(seen)) if python else Row(
        "a", "NEST's nearest network", None, note="no Python with NEST; NEST_PYTHON names one"
    )
    for name in ours:
        yield Row("a", f"published formulation over fear circuit, {name}",
                  published / samples[name].median, "x", at_least=100)
        if python:
            yield Row("a", f"NEST over fear circuit, {name}",
                      samples["NEST"].median / samples[name].median, "x", at_least=80)
    yield Row("a", "published over domain formulation, the same network, 1/4",
              published / samples["domain"].median, "x")
    yield from _full(folder, quick)


def _full(folder: Path, quick: bool) -> Iterator[Row]:
    """Full size: 4,000 cells, 1.3 M synapses, 3,200 astrocytes."""
    if quick:
        yield Row("a", "full size", None, note="left out of the quick run")
        return
    networks = {
        name: neuron_glia.build(name, 4000, seconds, folder / f"full_{name.replace(' ', '_')}")
        for name, seconds in (("domain", 4.0), ("per synapse", 0.2))
    }
    samples = alternate({name: network.cost for name, network in networks.items()}, 2)
    for name, network in networks.items():
        yield _cost(f"neuron-glia network, {name}, full size", samples[name], _size(network))
    yield Row("a", "published over domain formulation, the same network, full size",
              samples["per synapse"].median / samples["domain"].median, "x", at_least=250)


def beside_kernel(folder: Path, quick: bool) -> Iterator[Row]:
    """Measure (b): the generated program beside a hand-written one of the same work."""
    if kernel.compiler() is None:
        yield Row("b", "C kernel", None, note="no C compiler found")
        return
    stretch = 20.0 if quick else STRETCH
    for name, overrides in (("64 astrocytes", None), ("256 astrocytes", MANY_ASTROCYTES)):
        animal = fear.draw(overrides=overrides)
        animal.ready()
        program = kernel.build(animal, stretch, folder / f"kernel_{animal.tissue.n_astrocytes}")
        found = kernel.run(program)
        wanted = kernel.work(animal, animal.run(stretch), stretch)

        def run_kernel(program: Path = program) -> Cost:
            with children("kernel") as cost:
                kernel.run(program)
            return cost

        def run_ours(animal: fear.AssembledAnimal = animal) -> Cost:
            return animal.cost(stretch)

        samples = alternate({"ours": run_ours, "kernel": run_kernel}, 2 if quick else 5)
        yield Row("b", f"counts of work, ours and kernel, {name}: largest difference",
                  100 * kernel.disagreement(found.counts, wanted), "%", at_most=10,
                  note=f"{wanted['spikes']} spikes, {wanted['plastic_events']} plastic and "
                       f"{wanted['static_events']} static events")
        for who in ("ours", "kernel"):
            cost = [value / stretch for value in samples[who].cpu]
            yield Row("b", f"{who}, {name}", sorted(cost)[len(cost) // 2], "CPU s / s",
                      note=neuron_glia.spread(cost))
        yield Row("b", f"ours over kernel, {name}",
                  samples["ours"].median / samples["kernel"].median, "x", at_most=3)


def _cost(name: str, sample: Sample, note: str) -> Row:
    wall = sorted(sample.wall)[len(sample.wall) // 2]
    return Row("a", name, sample.median, "CPU s / s",
               note=f"{note}; {neuron_glia.spread(sample.cpu)}; wall {wall:.3g}")


def _size(network: neuron_glia.Network) -> str:
    return (
        f"{network.cells} cells, {network.synapses} synapses, {network.astrocytes} astrocytes, "
        f"{network.rate():.3g} Hz"
    )


def _nest_size(seen: dict) -> str:
    return (
        f"{seen['cells']} cells, {seen['tsodyks_synapse']} synapses, {seen['astrocytes']} "
        f"astrocytes, {seen['rate_Hz']:.3g} Hz, NEST {seen['version']}"
    )
