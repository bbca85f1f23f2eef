"""Graphs of astrocytes and the IP3 flux between them."""

import brian2 as b2
import numpy as np
import pytest

from models.checks import ModelError
from models.circuits.astrocyte import CHI, LI_RINZEL, astrocyte_group, published
from models.machine.session import device_session
from models.mechanisms.astrocyte.gap_junction import (
    FLUXES,
    gap_junctions,
    graph_edges,
    grid_edges,
    ring_edges,
)
from models.tissue.wiring import Edges, check_graph, grid_neighbours
from paradigms.references.astrocyte import conservation_checks


def test_ring_couples_both_neighbours():
    edges = ring_edges(5)
    assert len(edges) == 10
    pairs = set(zip(edges.source.tolist(), edges.target.tolist(), strict=True))
    assert pairs == {(i, (i + d) % 5) for i in range(5) for d in (1, -1)}
    assert len(ring_edges(9, reach=3)) == 9 * 6


def test_grid_of_reach_one_is_the_four_nearest():
    ours, there = grid_edges(3, 4), grid_neighbours(3, 4)
    np.testing.assert_array_equal(ours.source, there.source)
    np.testing.assert_array_equal(ours.target, there.target)


def test_grid_reach_counts_by_distance():
    degree = np.bincount(grid_edges(7, 7, reach=1.5).source)
    assert degree.reshape(7, 7)[3, 3] == 8
    degree = np.bincount(grid_edges(7, 7, reach=2).source)
    assert degree.reshape(7, 7)[3, 3] == 12
    assert degree.reshape(7, 7)[0, 0] == 5


@pytest.mark.parametrize(
    ("pairs", "n", "message"),
    [
        ([(0, 1), (1, 2)], 4, "astrocyte 3 is isolated"),
        ([(0, 1), (1, 0), (1, 2)], 3, "stands 2 times"),
        ([(0, 1), (1, 2), (2, 2)], 3, "astrocyte 2 is coupled to itself"),
        ([(0, 1), (1, 5)], 3, "names an astrocyte that is not there; allowed: 0 to 2"),
        ([], 2, "astrocyte 0, 1 is isolated"),
    ],
)
def test_faulty_graph_is_refused(pairs, n, message):
    with pytest.raises(ModelError, match=message):
        graph_edges(pairs, n)


def test_ring_smaller_than_its_reach_is_refused():
    with pytest.raises(ModelError, match="times"):
        ring_edges(4, reach=2)


def test_one_way_edge_is_refused():
    edges = Edges(np.array([0, 1, 1], np.int32), np.array([1, 0, 2], np.int32), np.ones(3))
    with pytest.raises(ModelError, match="edge 2-1 is missing"):
        check_graph(edges, 3)


def test_unknown_kind_is_refused():
    with device_session("numpy"):
        group = astrocyte_group(3, CHI, published(), dt=1 * b2.ms)
        with pytest.raises(ValueError, match="allowed: threshold, linear, none"):
            gap_junctions(group, ring_edges(3), "sigmoid")
        b2.Network(group)


@pytest.mark.parametrize("kind", FLUXES)
def test_flux_of_one_step(kind):
    levels, p = np.array([0.0, 1.0, 0.2]), published()
    with device_session("numpy"):
        group = b2.NeuronGroup(
            3, "dI/dt = J_gap : mmolar\nJ_gap : mmolar/second", method="rk4", dt=1 * b2.ms
        )
        group.I = levels * b2.umolar
        junctions = gap_junctions(group, graph_edges([(0, 1), (1, 2)], 3), kind, p)
        b2.Network(group, junctions).run(1 * b2.ms)
        flux = np.asarray(group.J_gap_) * 1e3

    def carried(difference):  # into a cell, from one that has `difference` umolar more
        if kind == "none":
            return 0.0
        if kind == "linear":
            return 0.09 * difference
        return 0.045 * (1 + np.tanh((abs(difference) - 0.3) / 0.05)) * np.sign(difference)

    expected = [carried(1.0), carried(-1.0) + carried(-0.8), carried(0.8)]
    np.testing.assert_allclose(flux, expected, rtol=1e-12, atol=1e-15)


def test_pure_diffusion_conserves_ip3():
    rows = conservation_checks()
    assert len(rows) == 4
    assert [row for row in rows if not row.met] == []


def test_cells_without_coupling_have_no_junctions():
    with device_session("numpy"):
        group = astrocyte_group(3, LI_RINZEL, published(), dt=1 * b2.ms)
        with pytest.raises(ModelError, match="has no variable J_gap"):
            gap_junctions(group, ring_edges(3), "threshold")
        b2.Network(group)
