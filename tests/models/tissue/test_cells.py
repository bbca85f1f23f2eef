"""The drawn circuit: who is there, who is wired to whom, and that size scales it."""

from dataclasses import fields

import numpy as np
import pytest

from models.parameters import ParameterError, load_parameters
from models.tissue.cells import SIZE_RANGE
from models.tissue.drawing import draw_tissue
from tests.support.anatomy import POPULATIONS, PROJECTIONS
from tests.support.edges import group_sizes

PARAMETERS = load_parameters()
BLA = "P", "PV", "SOM", "CCK"


def test_populations_keep_their_proportions(tissue):
    for number, name in enumerate(POPULATIONS):
        expected = PARAMETERS.value(f"population.{name}") * tissue.size / 1000
        assert abs((tissue.population == number).sum() - expected) <= 0.5
        assert np.array_equal(tissue.cells(name), np.flatnonzero(tissue.population == number))
    assert np.all(np.diff(tissue.population) >= 0)
    assert tissue.n_principal == len(tissue.cells("BLA_P"))
    # the size counts what was there from the first
    later = ("DG", "NAc", "BLA_CCK", "BF", "DRN", "PVN")
    beside = sum(len(tissue.cells(name)) for name in later)
    assert abs(tissue.n_neurons - beside - tissue.size) <= len(POPULATIONS)


def test_principal_cells_project_to_one_target_each(tissue):
    labels = tissue.projection
    assert np.all(labels[: tissue.n_principal] > 0)
    assert np.all(labels[tissue.n_principal :] == 0)
    for name in PROJECTIONS[1:4]:
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
    in_bla = np.isin(tissue.population, [POPULATIONS.index(f"BLA_{n}") for n in BLA])
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
    for name in ("afferent", "principal", "other"):
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
    with pytest.raises(ParameterError, match="= 1.6; allowed: at most 1"):
        draw_tissue(parameters, 250, 1)
