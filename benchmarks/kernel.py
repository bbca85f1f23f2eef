"""The hand-written C kernel: its input from one animal, its compilation and its run."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.amygdala_prefrontal import POPULATIONS, Tissue
from models.assembly import Clocks, Inputs, _g_max, namespace
from models.parameters import ParameterSet
from models.wiring import Edges, join_edges

SOURCE = Path(__file__).parent / "kernel.c"
# Those that Brian2 compiles its program with.
FLAGS = ("-O3", "-ffast-math", "-fno-finite-math-only", "-march=native", "-std=gnu11")
DRUGS = ("drug_Gq", "drug_Gi", "drug_gap", "drug_release")


@dataclass(frozen=True)
class KernelRun:
    """What one run of the kernel did: `counts` by name, spikes, and its own CPU time (s)."""

    counts: dict[str, int]
    cell: NDArray[np.int32]
    step: NDArray[np.int32]
    cpu_s: float
    peak_kB: int


def _offsets(tissue: Tissue) -> dict[str, int]:
    """First index of each source group in the kernel's numbering of sources."""
    afferents = max(where.stop for where in tissue.afferents.values())
    drives = max(where.stop for where in tissue.drives.values())
    first = afferents + drives
    return {
        "afferent": 0, "drive": afferents, "principal": first, "other": first + tissue.n_principal,
        "end": first + tissue.n_neurons,
    }  # fmt: skip


def outgoing(tissue: Tissue) -> dict[str, Edges]:
    """All edges by kind, in the kernel's numbering: sources in one range, cells in one range.

    Returns
    -------
    dict of str to Edges
        ``ampa``, ``gaba`` (weights in S), ``plastic``, ``terminal``, ``noradrenaline``,
        ``dopamine``.
    """
    first = _offsets(tissue)
    cell = {"principal": 0, "other": tissue.n_principal}
    parts: dict[str, list[Edges]] = {}
    for (pre, post, receptor), edges in tissue.static.items():
        parts.setdefault(receptor, []).append(
            Edges(edges.source + first[pre], edges.target + cell[post], edges.weight * 1e-9)
        )
    for name, table in (("plastic", tissue.tripartite), ("terminal", tissue.terminals)):
        for pre, edges in table.items():
            parts.setdefault(name, []).append(
                Edges(edges.source + first[pre], edges.target, edges.weight)
            )
    for name, edges in (("noradrenaline", tissue.noradrenaline), ("dopamine", tissue.dopamine)):
        parts[name] = [Edges(edges.source + first["other"], edges.target, edges.weight)]
    return {name: join_edges(part) for name, part in parts.items()}


def constants(
    parameters: ParameterSet, tissue: Tissue, inputs: Inputs, clocks: Clocks, duration: float
) -> str:
    """Text of ``constants.h``: the namespace of the equations, and the sizes."""
    lines = [
        f"static const double {name} = {float(value)!r};"  # type: ignore[arg-type]
        for name, value in namespace(parameters, inputs.speed).items()
    ]
    lines.append(f"static const double V_th = {float(parameters.quantity('lif.V_th'))!r};")
    sizes = {
        "N_PRINCIPAL": tissue.n_principal,
        "N_OTHER": tissue.n_neurons - tissue.n_principal,
        "N_ASTROCYTE": tissue.n_astrocytes,
        "N_AFFERENT": max(where.stop for where in tissue.afferents.values()),
        "N_DRIVE": max(where.stop for where in tissue.drives.values()),
        "STEPS": round(duration / clocks.neuron),
        "ASTROCYTE_EVERY": round(clocks.astrocyte / clocks.neuron),
        "SLOW_EVERY": round(clocks.slow / clocks.neuron),
        "REFRACTORY": round(float(parameters.quantity("lif.tau_ref")) / clocks.neuron),
    }
    lines += [f"#define {name} {value}" for name, value in sizes.items()]
    lines += [f"#define DT {clocks.neuron!r}", f"#define DT_A {clocks.astrocyte!r}"]
    return "\n".join(lines) + "\n"


def _rows(edges: Edges, n_sources: int) -> list[NDArray]:
    counts = np.bincount(edges.source, minlength=n_sources)
    start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return [start, edges.target.astype(np.int32), edges.weight.astype(np.float64)]


def arrays(
    parameters: ParameterSet, tissue: Tissue, inputs: Inputs, clocks: Clocks
) -> list[NDArray]:
    """What ``kernel.c`` reads, in its order."""
    n_sources = _offsets(tissue)["end"]
    edges = outgoing(tissue)
    excitatory = [index for index, name in enumerate(POPULATIONS) if name.endswith("_P")]
    per_spike = np.where(
        np.isin(tissue.population, excitatory),
        float(parameters.quantity("lif.b_ahp_principal")),
        float(parameters.quantity("lif.b_ahp_other")),
    )
    result = [tissue.E_L, per_spike, tissue.gain, tissue.domain[: tissue.n_principal]]
    for spikes in (inputs.afferent, inputs.drive):
        result += [spikes.cell, np.round(spikes.time / clocks.neuron).astype(np.int64)]
    silent = np.zeros(len(inputs.slow_time))
    result += [inputs.slow_time, *(inputs.drugs.get(name, silent) for name in DRUGS)]
    result += _rows(edges["ampa"], n_sources) + _rows(edges["gaba"], n_sources)
    # `join_edges` puts afferents before principal cells, as their numbers are lower.
    g_max = [_g_max(parameters, tissue, pre, part) for pre, part in tissue.tripartite.items()]
    result += [*_rows(edges["plastic"], n_sources), np.concatenate(g_max)]
    for name in ("terminal", "noradrenaline", "dopamine"):
        result += _rows(edges[name], n_sources)
    return [*result, tissue.gap_junctions.source, tissue.gap_junctions.target]


def compiler() -> str | None:
    """Return the C compiler, or None."""
    return next((name for name in ("gcc", "cc", "clang") if shutil.which(name)), None)


def build(
    parameters: ParameterSet, tissue: Tissue, inputs: Inputs, clocks: Clocks, duration: float,
    folder: Path,
) -> Path:  # fmt: skip
    """Write the kernel's input into `folder` and compile it there; return the program."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "constants.h").write_text(constants(parameters, tissue, inputs, clocks, duration))
    with (folder / "network.bin").open("wb") as file:
        for array in arrays(parameters, tissue, inputs, clocks):
            data = np.ascontiguousarray(array).tobytes()
            file.write(np.int64(len(data)).tobytes() + data)
    program = folder / "kernel"
    command = [compiler() or "cc", *FLAGS, f"-I{folder}", str(SOURCE), "-o", str(program), "-lm"]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return program


def run(program: Path) -> KernelRun:
    """Run a kernel that `build` made."""
    folder = program.parent
    spikes = folder / "spikes.bin"
    done = subprocess.run(
        [str(program), str(folder / "network.bin"), str(spikes)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    counts = json.loads(done.stdout)
    cpu_s, peak = float(counts.pop("cpu_s")), int(counts.pop("peak_kB"))
    data = np.fromfile(spikes, np.int32).reshape(2, -1)
    return KernelRun(counts, data[0], data[1], cpu_s, peak)


def expected_counts(
    tissue: Tissue, inputs: Inputs, clocks: Clocks, duration: float, cell: NDArray, n_events: int
) -> dict[str, int]:
    """The work in a run of Brian2's program, from its spikes: what `KernelRun.counts` must equal.

    Parameters
    ----------
    cell : ndarray of int, shape (n_spikes,)
        Cell of every spike of the run.
    n_events : int
        Release events of astrocytes.
    """
    first = _offsets(tissue)
    fired = np.bincount(cell + first["principal"], minlength=first["end"])
    for spikes, start in ((inputs.afferent, 0), (inputs.drive, first["drive"])):
        heard = spikes.cell[np.round(spikes.time / clocks.neuron) < round(duration / clocks.neuron)]
        fired += np.bincount(heard + start, minlength=first["end"])
    number = {
        name: int(fired @ np.bincount(edges.source, minlength=first["end"]))
        for name, edges in outgoing(tissue).items()
    }
    steps = -(-round(duration / clocks.neuron) // round(clocks.astrocyte / clocks.neuron))
    return {
        "neurons": tissue.n_neurons,
        "astrocytes": tissue.n_astrocytes,
        "plastic_synapses": sum(len(edges) for edges in tissue.tripartite.values()),
        "steps": round(duration / clocks.neuron),
        "spikes": len(cell),
        "astrocyte_events": n_events,
        "static_events": number["ampa"] + number["gaba"],
        "plastic_events": number["plastic"],
        "terminal_events": number["terminal"],
        "volume_events": number["noradrenaline"] + number["dopamine"],
        "astrocyte_steps": steps * tissue.n_astrocytes,
    }
