"""The hand-written C kernel: its input from one animal, its compilation and its run."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.fear import AssembledAnimal
from models.machine.circuit import Tables
from models.tissue.wiring import Edges, join_edges

SOURCE = Path(__file__).parent / "kernel.c"
# Those that Brian2 compiles its program with.
FLAGS = ("-O3", "-ffast-math", "-fno-finite-math-only", "-march=native", "-std=gnu11")
DRUGS = ("drug_Gq", "drug_Gi", "drug_gap", "drug_release")
# Kinds of edges of kernel.c, by the links of the circuit that they hold and what weighs them.
KINDS = {
    "ampa": ("ampa_", "g"),
    "gaba": ("gaba_", "g"),
    "plastic": ("tripartite_", "w_0"),
    "terminal": ("terminal_", "frac"),
    "noradrenaline": ("noradrenaline_astrocyte", "frac"),
    "dopamine": ("dopamine_principal", "frac"),
    "dopamine_astrocyte": ("dopamine_astrocyte", "frac"),
    "overheard": ("local_activity", "frac"),
}
# Paces and variables of astrocytes, in the order of kernel.c
PACES = (
    "astrocyte.pace_calcium", "astrocyte.pace_IP3", "astrocyte.pace_glutamate",
    "astrocyte.pace_noradrenaline", "astrocyte.pace_cyclic_AMP",
    "astrocyte.pace_vesicular_release", "astrocyte.pace_adenosine", "astrocyte.pace_D_serine",
    "astrocyte.pace_instability", "astrocyte.pace_slow", "principal.pace_learning_cell",
    "principal.pace_dopamine",
)  # fmt: skip
VARIABLES = (
    "Y_S", "Gamma_A", "N_A", "I", "C", "h", "A_d", "Gamma_S", "x_A", "Ser", "gate_integral",
    "coagonist", "r_P", "cAMP", "made", "density", "Fos", "factor", "D_A", "unstable",
    "susceptible", "window", "restored",
)  # fmt: skip


@dataclass(frozen=True)
class KernelRun:
    """What one run of the kernel did: `counts` by name, and its spikes."""

    counts: dict[str, int]
    cell: NDArray[np.int32]
    step: NDArray[np.int32]


def _first(animal: AssembledAnimal) -> dict[str, int]:
    """First index of each group in the kernel's numbering of all sources."""
    sizes, first, next_one = animal.circuit.sizes(), {}, 0
    for name in ("afferent", "drive", "principal", "other"):
        first[name] = next_one
        next_one += sizes[name]
    return {**first, "end": next_one}


def outgoing(animal: AssembledAnimal) -> dict[str, Edges]:
    """Edges of each kind: sources numbered in one range, cells as targets too.

    Returns
    -------
    dict of str to Edges
        By the names of `KINDS`; the weights in SI units.
    """
    first, tables = _first(animal), animal.tables
    shift = {"principal": 0, "other": animal.tissue.n_principal, "astrocyte": 0}
    parts: dict[str, list[Edges]] = {kind: [] for kind in KINDS}
    for link in animal.circuit.links:
        for kind, (prefix, weight) in KINDS.items():
            if link.name.startswith(prefix):
                source = tables[f"edges.{link.name}.source"] + np.int32(first[link.source])
                target = tables[f"edges.{link.name}.target"] + np.int32(shift[link.target])
                weights = tables[f"initial.{link.name}.{weight}"]
                parts[kind].append(Edges(source, target, weights))
    return {kind: join_edges(part) for kind, part in parts.items()}


def constants(animal: AssembledAnimal, duration: float) -> str:
    """Text of ``constants.h``: the constants of the equations, and the sizes."""
    tables, sizes, clocks = animal.tables, animal.circuit.sizes(), animal.clocks
    value = {
        name.removeprefix("constant."): float(table)
        for name, table in tables.items()
        if name.startswith("constant.")
    }
    value["V_th"] = float(np.ravel(tables["initial.principal.V_th"])[0])
    number = {
        "N_PRINCIPAL": sizes["principal"],
        "N_OTHER": sizes["other"],
        "N_ASTROCYTE": sizes["astrocyte"],
        "N_AFFERENT": sizes["afferent"],
        "N_DRIVE": sizes["drive"],
        "STEPS": round(duration / clocks.neuron),
        "ASTROCYTE_EVERY": round(clocks.astrocyte / clocks.neuron),
        "SLOW_EVERY": round(clocks.slow / clocks.neuron),
        "REFRACTORY": round(value["tau_ref"] / clocks.neuron),
        "EVENT_EVERY": round(value["tau_event"] / value["speed"] / clocks.astrocyte),
        "DT": repr(clocks.neuron),
        "DT_A": repr(clocks.astrocyte),
    }
    lines = [f"static const double {name} = {given!r};" for name, given in value.items()]
    lines += [f"#define {name} {given}" for name, given in number.items()]
    return "\n".join(lines) + "\n"


def _rows(edges: Edges, n_sources: int) -> list[NDArray]:
    counts = np.bincount(edges.source, minlength=n_sources)
    start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return [start, edges.target.astype(np.int32), edges.weight.astype(np.float64)]


def _every_cell(tables: Tables, variable: str) -> NDArray:
    return np.concatenate([tables[f"initial.{name}.{variable}"] for name in ("principal", "other")])


def arrays(animal: AssembledAnimal) -> list[NDArray]:
    """What ``kernel.c`` reads, in its order."""
    tables, tissue = animal.tables, animal.tissue
    n_sources, edges = _first(animal)["end"], outgoing(animal)
    result = [_every_cell(tables, "E_L"), _every_cell(tables, "b_ahp"), tissue.gain]
    result.append(tissue.domain[: tissue.n_principal].astype(np.int32))
    for name in ("afferent", "drive"):
        result.append(tables[f"spikes.{name}.cell"].astype(np.int32))
        result.append(tables[f"spikes.{name}.step"].astype(np.int64))
    slow = tables["course.principal.T_slow"]
    result += [slow, *(tables[f"course.astrocyte.{name}"].ravel() for name in DRUGS)]
    result += [tables[f"course.{name}"] for name in PACES]
    rest = [tables.get(f"initial.astrocyte.{name}", np.array(0.0)) for name in VARIABLES]
    result.append(np.concatenate([np.broadcast_to(each, tissue.n_astrocytes) for each in rest]))
    result += _rows(edges["ampa"], n_sources) + _rows(edges["gaba"], n_sources)
    # In the order in which `join_edges` puts the parts: that of the numbers of their sources.
    g_max = [
        np.broadcast_to(tables[f"initial.tripartite_{pre}.g_max"], len(tissue.tripartite[pre]))
        for pre in sorted(tissue.tripartite, key=_first(animal).__getitem__)
    ]
    result += [*_rows(edges["plastic"], n_sources), np.concatenate(g_max)]
    for name in ("terminal", "noradrenaline", "dopamine", "dopamine_astrocyte", "overheard"):
        result += _rows(edges[name], n_sources)
    return [*result, tissue.gap_junctions.source, tissue.gap_junctions.target]


def compiler() -> str | None:
    """Return the C compiler, or None."""
    return next((name for name in ("gcc", "cc", "clang") if shutil.which(name)), None)


def build(animal: AssembledAnimal, duration: float, folder: Path) -> Path:
    """Write the kernel's input into `folder` and compile it there; return the program."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "constants.h").write_text(constants(animal, duration))
    with (folder / "network.bin").open("wb") as file:
        for array in arrays(animal):
            data = np.ascontiguousarray(array).tobytes()
            file.write(np.int64(len(data)).tobytes() + data)
    program = folder / "kernel"
    command = [compiler() or "cc", *FLAGS, f"-I{folder}", str(SOURCE), "-o", str(program), "-lm"]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return program


def run(program: Path) -> KernelRun:
    """Run a kernel that `build` made."""
    spikes = program.parent / "spikes.bin"
    done = subprocess.run(
        [str(program), str(program.parent / "network.bin"), str(spikes)],
        check=True, capture_output=True, text=True,
    )
    data = np.fromfile(spikes, np.int32).reshape(2, -1)
    return KernelRun(json.loads(done.stdout), data[0], data[1])


def spikes_of(animal: AssembledAnimal, records: Tables) -> tuple[NDArray, NDArray]:
    """Cell and step of every spike of a run of ours, in the order in which the kernel has them."""
    cell = np.concatenate(
        [records["spikes_principal.i"], records["spikes_other.i"] + animal.tissue.n_principal]
    )
    time = np.concatenate([records["spikes_principal.t"], records["spikes_other.t"]])
    step = np.round(time / animal.clocks.neuron).astype(np.int64)
    order = np.lexsort((cell, step))
    return cell[order], step[order]


def work(animal: AssembledAnimal, records: Tables, duration: float) -> dict[str, int]:
    """The work in a run of ours, counted from its spikes: what `KernelRun.counts` must agree with.

    Parameters
    ----------
    animal : AssembledAnimal
    records : Tables
        Of its run.
    duration : float
        That run's simulated time, s.

    Returns
    -------
    dict of str to int
        Cells, synapses, steps, spikes, synaptic events by kind, astrocyte steps and releases.
    """
    first, clocks = _first(animal), animal.clocks
    steps = round(duration / clocks.neuron)
    cell, _ = spikes_of(animal, records)
    fired = np.bincount(cell + first["principal"], minlength=first["end"])
    for name in ("afferent", "drive"):
        heard = animal.tables[f"spikes.{name}.cell"][animal.tables[f"spikes.{name}.step"] < steps]
        fired += np.bincount(heard + first[name], minlength=first["end"])
    events = {
        kind: int(fired @ np.bincount(edges.source, minlength=first["end"]))
        for kind, edges in outgoing(animal).items()
    }
    every = round(clocks.astrocyte / clocks.neuron)
    return {
        "neurons": animal.tissue.n_neurons,
        "astrocytes": animal.tissue.n_astrocytes,
        "plastic_synapses": animal.n_plastic,
        "steps": steps,
        "spikes": len(cell),
        "astrocyte_events": len(records["spikes_astrocyte.i"]),
        "static_events": events["ampa"] + events["gaba"],
        "plastic_events": events["plastic"],
        "terminal_events": events["terminal"],
        "volume_events": sum(
            events[name] for name in ("noradrenaline", "dopamine", "dopamine_astrocyte")
        ),
        "overheard_events": events["overheard"],
        "astrocyte_steps": -(-steps // every) * animal.tissue.n_astrocytes,
    }


def disagreement(counts: dict[str, int], expected: dict[str, int]) -> float:
    """Largest relative difference between two counts of work, 0 if they are equal."""
    return max(abs(counts[name] - wanted) / max(wanted, 1) for name, wanted in expected.items())
