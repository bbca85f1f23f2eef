"""Who is wired to whom: in-degrees, shares of domains and of volumes."""

import numpy as np
import pytest

from models.parameters import load_parameters
from tests.support.anatomy import (
    INHIBITORY,
    INHIBITORY_PROJECTIONS,
    POPULATIONS,
    PROJECTIONS,
)
from tests.support.edges import group_sizes

PARAMETERS = load_parameters()


def every_edge(tissue):
    yield from tissue.static.values()
    yield from tissue.tripartite.values()
    yield from tissue.terminals.values()
    yield from (*tissue.volume.values(), tissue.gap_junctions)


def test_every_edge_lies_in_its_groups_and_is_sorted(tissue):
    sizes = group_sizes(tissue)
    for (pre, post, receptor, _), edges in tissue.static.items():
        assert receptor in ("ampa", "gaba")
        assert 0 <= edges.source.min() <= edges.source.max() < sizes[pre]
        assert 0 <= edges.target.min() <= edges.target.max() < sizes[post]
        assert np.all(edges.weight > 0)
    for pre, edges in tissue.tripartite.items():
        assert edges.source.max() < sizes[pre]
        assert edges.target.max() < tissue.n_principal
    for edges in every_edge(tissue):
        order = edges.source.astype(np.int64) * 10**6 + edges.target
        assert np.all(np.diff(order) > 0), "unsorted, or a pair is connected twice"
        assert edges.source.min() >= 0
        assert edges.target.min() >= 0


def test_no_cell_is_wired_to_itself(tissue):
    for pre, edges in tissue.tripartite.items():
        if pre == "principal":
            assert not np.any(edges.source == edges.target)
    for (pre, post, *_), edges in tissue.static.items():
        if pre == post:
            assert not np.any(edges.source == edges.target)


def test_inhibitory_cells_inhibit_and_only_they(tissue):
    for (pre, post, receptor, _), edges in tissue.static.items():
        if pre in ("drive", "afferent"):
            sources = tissue.drives if pre == "drive" else tissue.afferents
            starts = [where.start for where in sources.values()]
            number = np.searchsorted(starts, edges.source, "right") - 1
            names = np.array(list(sources))[number]
        else:
            shift = tissue.n_principal if pre == "other" else 0
            names = np.array(POPULATIONS)[tissue.population[edges.source + shift]]
        shift = tissue.n_principal if post == "other" else 0
        reached = np.array(POPULATIONS)[tissue.population[edges.target + shift]]
        for pair in set(zip(names.tolist(), reached.tolist(), strict=True)):
            inhibits = pair[0] in INHIBITORY or pair in INHIBITORY_PROJECTIONS
            assert (receptor == "gaba") == inhibits, pair


PROJECTED = {
    row.name.removesuffix(".indegree"): row.value
    for row in PARAMETERS.rows()
    if row.group == "projection" and row.name.endswith(".indegree")
}


def ends(tissue, name):
    """Source group, source indices, target group and target indices of a projection."""
    pre, post = name.split("_to_")
    where = {**tissue.drives, **tissue.afferents}.get(pre)
    sources = tissue.cells(pre) if where is None else np.arange(where.start, where.stop)
    groups = [("drive" if pre in tissue.drives else "afferent") if where else "", ""]
    indices = [sources, tissue.cells(post)]
    for side in (0, 1):
        if not groups[side]:
            own = indices[side][0] < tissue.n_principal
            groups[side] = "principal" if own else "other"
            indices[side] = indices[side] - (0 if own else tissue.n_principal)
    return groups[0], indices[0], groups[1], indices[1]


@pytest.mark.parametrize("name", PROJECTED)
def test_static_indegrees_are_those_of_the_table(large, name):
    pre_group, sources, post_group, targets = ends(large, name)
    if name in ("US_to_BLA_P", "reward_to_BLA_P"):
        return  # only some cells are recipients, see below
    found = 0
    for (pre, post, *_), edges in large.static.items():
        if (pre, post) == (pre_group, post_group):
            found += np.count_nonzero(
                np.isin(edges.source, sources) & np.isin(edges.target, targets)
            )
    expected = variance = 0.0
    for other, indegree in PROJECTED.items():  # by label and by population they may overlap
        pre, other_sources, post, other_targets = ends(large, other)
        if (pre, post) != (pre_group, post_group):
            continue
        p = min(1, indegree / len(other_sources))
        pairs = np.isin(other_sources, sources).sum() * np.isin(other_targets, targets).sum()
        if other.split("_to_")[0] == other.split("_to_")[1]:
            pairs -= np.isin(np.intersect1d(other_sources, other_targets), sources).sum()
        expected += p * pairs
        variance += p * (1 - p) * pairs
    assert abs(found - expected) < 5 * np.sqrt(variance) + 1


@pytest.mark.parametrize(("name", "indegree"), [("sensory", "CS"), ("DG", "context")])
def test_plastic_indegrees_are_those_of_one_stimulus_or_context(large, name, indegree):
    group, sources = large.members(name)
    edges, wanted = large.tripartite[group], PARAMETERS.value(f"plasticity.indegree_{indegree}")
    share = PARAMETERS.value(f"afferent.code_{name}")
    mine = np.isin(edges.source, sources)
    counts = np.bincount(edges.target[mine], minlength=large.n_principal)
    if name == "sensory":  # some cells hear stimuli and others do not
        for label in PROJECTIONS[1:]:
            cells = large.cells(f"BLA_{label}")
            heard = PARAMETERS.value(f"afferent.CS_share_{label}")
            assert (counts[cells] > 0).sum() == round(heard * len(cells))
    reached = counts > 0 if name == "sensory" else np.ones(len(counts), bool)
    pool = wanted / share
    assert abs(counts[reached].mean() - pool) < 5 * np.sqrt(pool / reached.sum())
    # whichever share of the pool codes something, a cell has so many inputs from it
    rng = np.random.default_rng(1)
    code = rng.choice(sources, round(share * len(sources)), replace=False)
    of_code = np.bincount(edges.target[np.isin(edges.source, code)], minlength=large.n_principal)
    # 5 sigma: of the edges, and of the code that is drawn out of unequal sources
    spread = np.sqrt(wanted / reached.sum() + np.bincount(edges.source[mine]).var()
                     * len(code) / reached.sum() ** 2)  # fmt: skip
    assert abs(of_code[reached].mean() - wanted) < 5 * spread


def test_each_granule_cell_has_an_entorhinal_fibre_of_its_own(tissue):
    where, (_, cells) = tissue.drives["entorhinal"], tissue.members("DG")
    assert where.stop - where.start == len(cells)
    assert len(cells) == round(PARAMETERS.value("population.DG") * tissue.size / 1000)
    edges = tissue.static["drive", "other", "ampa", ""]
    mine = (edges.source >= where.start) & (edges.source < where.stop)
    assert np.array_equal(edges.source[mine], np.arange(where.start, where.stop))
    assert np.array_equal(edges.target[mine], cells)
    assert np.all(edges.weight[mine] == PARAMETERS.value("projection.entorhinal_to_DG.total"))
    # nothing else but the background excites them, and nothing inhibits them
    onto = np.isin(edges.target, cells) & ~mine
    assert np.all(edges.source[onto] < tissue.drives["background"].stop)
    assert np.all(edges.source[onto] >= tissue.drives["background"].start)
    for (pre, post, *_), others in tissue.static.items():
        assert pre == "drive" or post != "other" or not np.isin(others.target, cells).any()


@pytest.mark.parametrize("source", ["US", "reward", "VTA"])
def test_teachers_reach_cells_by_their_projection(large, source):
    if source in large.drives:
        where = large.drives[source]
        edges = large.static["drive", "principal", "ampa", ""]
        mine = (edges.source >= where.start) & (edges.source < where.stop)
        reached = np.unique(edges.target[mine])
    else:
        reached = np.unique(large.volume["dopamine", "BLA_P"].target)
    for label in PROJECTIONS[1:]:
        share = PARAMETERS.value(f"afferent.{source}_share_{label}")
        cells = large.cells(f"BLA_{label}")
        found = np.isin(cells, reached).mean()
        assert abs(found - share) < 5 * np.sqrt(share * (1 - share) / len(cells)) + 1e-3


def test_shares_of_a_domain_sum_to_one(tissue):
    total = np.zeros(tissue.n_astrocytes)
    for edges in tissue.terminals.values():
        assert np.all((edges.weight > 0) & (edges.weight <= 1))
        np.add.at(total, edges.target, edges.weight)
    reached = np.concatenate([edges.target for edges in tissue.tripartite.values()])
    with_synapses = np.isin(np.arange(tissue.n_astrocytes), tissue.domain[reached])
    assert total[with_synapses] == pytest.approx(1, abs=1e-12)
    assert np.all(total[~with_synapses] == 0)


def test_volume_release_shares_sum_to_one(tissue):
    for edges, population, reach in (
        (tissue.volume["noradrenaline", "astrocytes"], "LC", "noradrenaline.n_LC"),
        (tissue.volume["dopamine", "BLA_P"], "VTA", "dopamine.n_VTA"),
        (tissue.volume["dopamine", "astrocytes"], "VTA", "dopamine.n_VTA"),
    ):
        reached, sources = np.unique(edges.target, return_counts=True)
        assert np.all(sources == min(PARAMETERS.value(reach), len(tissue.cells(population))))
        totals = np.bincount(edges.target, edges.weight)[reached]
        assert totals == pytest.approx(1, abs=1e-12)
        pairs = np.stack([edges.source, edges.target])
        assert np.unique(pairs, axis=1).shape == pairs.shape
        assert np.isin(edges.source + tissue.n_principal, tissue.cells(population)).all()
    # Drawn for each domain: chance does not leave half of the cells out
    noradrenaline = tissue.volume["noradrenaline", "astrocytes"]
    assert len(np.unique(noradrenaline.source)) > len(tissue.cells("LC")) / 2
    for transmitter in ("noradrenaline", "dopamine"):
        reached = tissue.volume[transmitter, "astrocytes"].target
        assert len(np.unique(reached)) == tissue.n_astrocytes
