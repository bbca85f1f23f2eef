"""The drawn circuit: who is there, who is wired to whom, and that size scales it."""

from dataclasses import fields

import numpy as np
import pytest

from models.parameters import ParameterError, load_parameters
from models.tissue.cells import SIZE_RANGE
from models.tissue.drawing import draw_tissue
from tests.support.anatomy import (
    AFFERENTS,
    INHIBITORY,
    INHIBITORY_PROJECTIONS,
    POPULATIONS,
    PROJECTIONS,
)

PARAMETERS = load_parameters()


@pytest.fixture(scope="module", params=[(250, 1), (1000, 2), (4000, 3)], ids=lambda p: f"{p[0]}")
def tissue(request):
    size, seed = request.param
    return draw_tissue(PARAMETERS, size, seed)


@pytest.fixture(scope="module")
def large():
    return draw_tissue(PARAMETERS, 4000, 3)


def every_edge(tissue):
    yield from tissue.static.values()
    yield from tissue.tripartite.values()
    yield from tissue.terminals.values()
    yield from (*tissue.volume.values(), tissue.gap_junctions)


def group_sizes(tissue):
    return {
        "principal": tissue.n_principal,
        "other": tissue.n_neurons - tissue.n_principal,
        "afferent": max(where.stop for where in tissue.afferents.values()),
        "drive": max(where.stop for where in tissue.drives.values()),
        "astrocyte": tissue.n_astrocytes,
    }


def test_populations_keep_their_proportions(tissue):
    for number, name in enumerate(POPULATIONS):
        expected = PARAMETERS.value(f"population.{name}") * tissue.size / 1000
        assert abs((tissue.population == number).sum() - expected) <= 0.5
        assert np.array_equal(tissue.cells(name), np.flatnonzero(tissue.population == number))
    assert np.all(np.diff(tissue.population) >= 0)
    assert tissue.n_principal == len(tissue.cells("BLA_P"))
    assert abs(tissue.n_neurons - tissue.size) <= len(POPULATIONS)


def test_principal_cells_project_to_one_target_each(tissue):
    labels = tissue.projection
    assert np.all(labels[: tissue.n_principal] > 0)
    assert np.all(labels[tissue.n_principal :] == 0)
    for name in PROJECTIONS[1:3]:
        share = PARAMETERS.value(f"population.share_{name}")
        assert abs(len(tissue.cells(f"BLA_{name}")) - share * tissue.n_principal) <= 1


def test_projection_labels_are_scattered(large):
    # the label must not follow the number of the cell, as the position does not
    labels = large.projection[: large.n_principal]
    halves = np.array_split(labels == 1, 2)
    assert abs(halves[0].mean() - halves[1].mean()) < 5 * np.sqrt(0.25 / len(halves[0]))


def test_astrocytes_tile_the_tissue(tissue):
    side = PARAMETERS.value("population.side") * np.sqrt(tissue.size / 1000)
    n_side = round(np.sqrt(tissue.n_astrocytes))
    assert n_side**2 == tissue.n_astrocytes
    per_astrocyte = tissue.n_principal / tissue.n_astrocytes
    assert per_astrocyte == pytest.approx(PARAMETERS.value("population.cells_per_astrocyte"), 0.25)
    in_bla = np.isin(tissue.population, [POPULATIONS.index(f"BLA_{n}") for n in ("P", "PV", "SOM")])
    assert np.all(np.isfinite(tissue.position[in_bla]))
    assert np.all(np.isnan(tissue.position[~in_bla]))
    assert np.all((tissue.position[in_bla] >= 0) & (tissue.position[in_bla] <= side))
    assert np.all((tissue.astrocyte_position > 0) & (tissue.astrocyte_position < side))


def test_a_domain_is_that_of_the_nearest_astrocyte(tissue):
    cells = np.arange(tissue.n_principal)
    apart = np.linalg.norm(
        tissue.position[cells][:, None] - tissue.astrocyte_position[None], axis=2
    )
    assert np.array_equal(tissue.domain[cells], apart.argmin(axis=1))
    assert np.all(tissue.domain[tissue.n_principal :] == -1)


def test_every_edge_lies_in_its_groups_and_is_sorted(tissue):
    sizes = group_sizes(tissue)
    for (pre, post, receptor), edges in tissue.static.items():
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
    for (pre, post, _), edges in tissue.static.items():
        if pre == post:
            assert not np.any(edges.source == edges.target)


def test_inhibitory_cells_inhibit_and_only_they(tissue):
    for (pre, post, receptor), edges in tissue.static.items():
        if pre == "drive":
            starts = [where.start for where in tissue.drives.values()]
            number = np.searchsorted(starts, edges.source, "right") - 1
            names = np.array(list(tissue.drives))[number]
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
    where = tissue.drives.get(pre)
    sources = tissue.cells(pre) if where is None else np.arange(where.start, where.stop)
    groups = ["drive" if where else "", ""]
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
    if name == "US_to_BLA_P":
        return  # only some cells are recipients, see below
    found = 0
    for (pre, post, _), edges in large.static.items():
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


@pytest.mark.parametrize("name", AFFERENTS)
def test_plastic_indegrees_are_those_of_the_table(large, name):
    edges, where = large.tripartite["afferent"], large.afferents[name]
    mine = (edges.source >= where.start) & (edges.source < where.stop)
    counts = np.bincount(edges.target[mine], minlength=large.n_principal)
    if name == "CS":  # some cells hear it and others do not
        for label in ("PL", "IL", "CeA"):
            cells = large.cells(f"BLA_{label}")
            share = PARAMETERS.value(f"afferent.CS_share_{label}")
            assert (counts[cells] > 0).sum() == round(share * len(cells))
        counts = counts[counts > 0]
    wanted = PARAMETERS.value(f"plasticity.indegree_{name.split('_')[0]}")
    assert abs(counts.mean() - wanted) < 5 * np.sqrt(wanted / len(counts))


@pytest.mark.parametrize("source", ["US", "VTA"])
def test_teachers_reach_cells_by_their_projection(large, source):
    if source == "US":
        where = large.drives["US"]
        edges = large.static["drive", "principal", "ampa"]
        mine = (edges.source >= where.start) & (edges.source < where.stop)
        reached = np.unique(edges.target[mine])
    else:
        reached = np.unique(large.volume["dopamine"].target)
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
        (tissue.volume["noradrenaline"], "LC", PARAMETERS.value("noradrenaline.n_LC")),
        (tissue.volume["dopamine"], "VTA", PARAMETERS.value("dopamine.n_VTA")),
    ):
        reached, sources = np.unique(edges.target, return_counts=True)
        assert np.all(sources == min(reach, len(tissue.cells(population))))
        totals = np.bincount(edges.target, edges.weight)[reached]
        assert totals == pytest.approx(1, abs=1e-12)
        pairs = np.stack([edges.source, edges.target])
        assert np.unique(pairs, axis=1).shape == pairs.shape
        assert np.isin(edges.source + tissue.n_principal, tissue.cells(population)).all()
    # Drawn for each domain: chance does not leave half of the cells out
    assert len(np.unique(tissue.volume["noradrenaline"].source)) > len(tissue.cells("LC")) / 2
    assert len(np.unique(tissue.volume["noradrenaline"].target)) == tissue.n_astrocytes


def test_heterogeneity_has_the_spread_of_the_table(large):
    sd = PARAMETERS.value("lif.E_L_sd") * 1e-3
    mean = PARAMETERS.value("lif.E_L") * 1e-3
    assert large.E_L.mean() == pytest.approx(mean, abs=5 * sd / np.sqrt(large.n_neurons))
    assert large.E_L.std() == pytest.approx(sd, rel=5 / np.sqrt(2 * large.n_neurons))
    sigma = PARAMETERS.value("receptors.gain_sigma")
    spread = 5 * np.sqrt(np.exp(sigma**2) - 1) / np.sqrt(large.n_astrocytes)
    assert large.gain.mean() == pytest.approx(1, abs=spread)


def test_size_scales_cells_and_synapses_but_not_indegrees():
    small, big = (draw_tissue(PARAMETERS, size, 1) for size in (1000, 4000))
    for key, edges in small.static.items():
        if key[0] == "drive":  # afferents stay as many, so the in-degrees do too
            assert len(big.static[key]) / len(edges) == pytest.approx(4, rel=0.1)
    for name in ("afferent", "principal"):
        assert len(big.tripartite[name]) / len(small.tripartite[name]) == pytest.approx(4, rel=0.1)
    assert big.n_astrocytes == pytest.approx(4 * small.n_astrocytes, rel=0.1)
    assert group_sizes(big)["afferent"] == group_sizes(small)["afferent"]


def same(one, two):
    for field in fields(one):
        a, b = getattr(one, field.name), getattr(two, field.name)
        if isinstance(a, np.ndarray):
            if not np.array_equal(a, b, equal_nan=True):
                return False
        elif isinstance(a, dict) and field.name not in ("afferents", "drives") and any(
            not np.array_equal(getattr(a[key], part), getattr(b[key], part))
            for key in a for part in ("source", "target", "weight")
        ):  # fmt: skip
            return False
    return True


def test_a_seed_gives_its_tissue_and_another_seed_another():
    first, again, other = (draw_tissue(PARAMETERS, 250, seed) for seed in (5, 5, 6))
    assert same(first, again)
    assert not same(first, other)
    for name in ("static", "tripartite"):
        ours, theirs = getattr(first, name), getattr(other, name)
        for key in ours:
            assert not np.array_equal(ours[key].weight, theirs[key].weight)
    afferent = [tissue.tripartite["afferent"] for tissue in (first, other)]
    assert not np.array_equal(afferent[0].target, afferent[1].target)


@pytest.mark.parametrize("size", [-1, 0, 1, SIZE_RANGE[0] - 1, SIZE_RANGE[1] + 1])
def test_an_impossible_size_is_refused(size):
    with pytest.raises(ParameterError, match=f"size = {size} neurons; allowed: 250 to 200000"):
        draw_tissue(PARAMETERS, size, 1)


def test_shares_of_projections_above_one_are_refused():
    parameters = load_parameters({"population.share_PL": "0.7", "population.share_IL": "0.7"})
    with pytest.raises(ParameterError, match="= 1.4; allowed: at most 1"):
        draw_tissue(parameters, 250, 1)
