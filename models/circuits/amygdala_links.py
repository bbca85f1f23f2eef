"""The links of the circuit `amygdala_prefrontal`: who acts on whom, by what, in which order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.circuits.amygdala_mechanisms import MECHANISMS, composed
from models.compose import initial
from models.machine.circuit import Links, Tables
from models.machine.clocks import Clocks
from models.mechanisms import synapse
from models.mechanisms.astrocyte.gap_junction import THRESHOLD_FLUX
from models.parameters import ParameterSet
from models.tissue.anatomy import PRINCIPAL, Pathway
from models.tissue.cells import Tissue
from models.tissue.wiring import Edges, sort_edges


def make_links(tissue: Tissue, clocks: Clocks, tables: Tables) -> tuple[Links, ...]:
    """Return all links in the order in which they act.

    Parameters
    ----------
    tissue : Tissue
    clocks : Clocks
    tables : Tables
        Their wiring and weights are put in.
    """
    result: list[Links] = []

    def link(
        edges: Edges, weight: str, name: str, ends: tuple[str, str], model: str, on_pre: str = "",
        *, step: float = clocks.neuron, order: int = -1, scale: float = 1.0,
    ) -> None:  # fmt: skip
        new = Links(name, *ends, step, model, on_pre, order)
        tables[f"edges.{new.name}.source"] = edges.source
        tables[f"edges.{new.name}.target"] = edges.target
        if weight:
            tables[f"initial.{new.name}.{weight}"] = edges.weight * scale
        result.append(new)

    plain = {"ampa": synapse.STATIC_AMPA, "gaba": synapse.STATIC_GABA}
    for (pre, post, receptor, terminal), edges in tissue.static.items():
        model, on_pre = synapse.STATIC, plain[receptor]
        if terminal:
            model, on_pre = composed(terminal), composed(terminal, "on_pre")
        name = "_".join(filter(None, (receptor, terminal, pre, post)))
        link(edges, "g", name, (pre, post), model, on_pre, scale=1e-9)  # nS
    for kind, parts, weight, post in (
        ("tripartite", tissue.tripartite, "w_0", PRINCIPAL),
        ("terminal", tissue.terminals, "frac", "astrocyte"),
    ):
        for pre, edges in parts.items():
            name = f"{kind}_{pre}"
            link(edges, weight, name, (pre, post), composed(kind), composed(kind, "on_pre"))
            for variable, value in initial(MECHANISMS, kind).items():
                tables[f"initial.{name}.{variable}"] = np.array(value)
    volume = {
        (transmitter, cells): on_pre
        for mechanism in MECHANISMS
        for transmitter, on_pre in mechanism.volume.items() for cells in mechanism.cells
    }
    for row in tissue.anatomy.modulators:
        # After the synapses that read the level in the same step: as GeNN does, and not by name.
        ends = tissue.anatomy.group(row.source), tissue.anatomy.group(row.target)
        on_pre, edges = volume[row.transmitter, ends[1]], tissue.volume[row.transmitter, row.target]
        name = f"{row.transmitter}_{ends[1]}"
        link(edges, "frac", name, ends, synapse.VARICOSITY, on_pre, order=0)
    slow = clocks.astrocyte  # what these read changes at the astrocytes' steps only
    gap, ends = tissue.gap_junctions, ("astrocyte", "astrocyte")
    link(gap, "", "gap_junction", ends, THRESHOLD_FLUX, step=slow)
    domain = tissue.domain[: tissue.n_principal]
    own = sort_edges(domain, np.arange(tissue.n_principal), np.ones(len(domain)))
    for mechanism in MECHANISMS:
        for name, summed in mechanism.hands_over.items():
            link(own, "", f"hand_over_{name}", ("astrocyte", PRINCIPAL), summed, step=slow)
    share = 1 / np.bincount(domain, minlength=tissue.n_astrocytes)[domain]
    theirs = sort_edges(np.arange(tissue.n_principal), domain, share)
    for mechanism in MECHANISMS:
        if mechanism.overhears:
            name = mechanism.name.replace(" ", "_")
            link(
                theirs, "frac", name, (PRINCIPAL, "astrocyte"), synapse.VARICOSITY,
                mechanism.overhears,
            )  # fmt: skip
    for mechanism in MECHANISMS:
        for name, on_pre in mechanism.hears.items():
            (group,) = mechanism.cells
            source, cells = tissue.members(_heard(tissue, name))
            share = np.full(len(cells), 1 / len(cells))
            edges = sort_edges(cells, np.zeros(len(cells), np.int64), share)
            # GeNN leaves out what nothing reads
            weight, model = ("frac", synapse.VARICOSITY) if "frac" in on_pre else ("", "")
            link(edges, weight, f"{name}_{group}", (source, group), model, on_pre)
    for mechanism in MECHANISMS:
        for group, on_pre in mechanism.moves.items():
            (source,) = mechanism.cells
            where = tissue.groups[group]
            everyone = np.arange(where.stop - where.start)
            edges = sort_edges(np.zeros(len(everyone), np.int64), everyone, np.ones(len(everyone)))
            link(edges, "", f"{source}_{group}", (source, group), "", on_pre)
    return tuple(result)


def _heard(tissue: Tissue, name: str) -> str:
    """Return the population of a role, or the afferents that fire in something, by name."""
    anatomy = tissue.anatomy
    (found,) = (
        *(row.name for row in anatomy.of_role(name)),
        *(row.name for row in anatomy.afferents if row.when == name),
    )
    return found


def g_max(
    parameters: ParameterSet, tissue: Tissue, pre: str, edges: Edges
) -> NDArray[np.float64]:
    """Conductance (S) of weight one for every tripartite synapse, by its pathway."""

    def of_one(row: Pathway) -> float:
        indegree = parameters.value(row.indegree)
        return float(parameters.quantity(row.conductance)) / indegree if indegree else 0.0

    result = np.empty(len(edges))
    for row in tissue.anatomy.plastic:
        group, sources = tissue.members(row.source)
        if group == pre:
            result[np.isin(edges.source, sources)] = of_one(row)
    return result
