"""Transmitter and presynaptic receptors once for each domain, against once for each synapse."""

import numpy as np
import pytest

from models.circuits.neuron_glia_wiring import draw_wiring, side_by_side
from models.parameters import ParameterError, load_parameters
from paradigms.references.domains import domain_formulation_checks, heterogeneity_losses
from paradigms.references.per_synapse import HETEROGENEOUS

CIRCUIT = "neuron_glia_2019"


def test_per_domain_is_exact():
    rows = domain_formulation_checks()
    assert [row.check for row in rows if not row.met] == []
    # The run must have something to compare.
    counts = [int(row.note.split()[1].rstrip(",")) for row in rows if row.note.startswith("of ")]
    assert len(counts) == 4
    assert min(counts) > 50


@pytest.mark.slow
def test_loss_of_heterogeneous_synapses_is_as_documented():
    losses = heterogeneity_losses()
    baseline = next(loss for loss in losses if loss.spread == 0)
    assert abs(baseline.transmitter) < 1e-9
    assert abs(baseline.bound) < 1e-9
    assert baseline.events == 0
    assert baseline.calcium < 1e-9
    assert {loss.parameter for loss in losses} == {"none", *HETEROGENEOUS}
    # The loss grows with the spread, and stays below what the docs state.
    for name in HETEROGENEOUS:
        one = [abs(loss.transmitter) for loss in losses if loss.parameter == name]
        if max(one) > 1e-3:
            assert one[-1] == max(one)


def test_domains_cover_every_cell_in_tissue():
    parameters = load_parameters(circuit=CIRCUIT)
    wiring = draw_wiring(parameters, 1, 1000)
    assert wiring.domain.min() >= 0
    assert wiring.domain.max() < wiring.n_A
    assert len(np.unique(wiring.domain)) > 0.95 * wiring.n_A
    indegree = np.bincount(wiring.excitatory.target, minlength=wiring.n_cells)
    assert indegree.mean() == pytest.approx(160, rel=0.02)


def test_networks_side_by_side_do_not_touch():
    parameters = load_parameters({"projection.p_E": "0.02", "projection.p_I": "0.02"}, CIRCUIT)
    parts = [draw_wiring(parameters, seed, 200) for seed in (1, 2, 3)]
    joined = side_by_side(parts)
    n, n_A = parts[0].n_cells, parts[0].n_A
    for name in ("excitatory", "inhibitory"):
        edges = getattr(joined, name)
        assert np.array_equal(edges.source // n, edges.target // n)
        assert len(edges) == sum(len(getattr(part, name)) for part in parts)
    assert np.array_equal(joined.gap_junctions.source // n_A, joined.gap_junctions.target // n_A)
    second = (joined.inhibitory.source // n) == 1
    assert np.array_equal(
        joined.inhibitory.source[second] - n, parts[1].inhibitory.source
    )


@pytest.mark.parametrize(
    ("size", "placement", "message"),
    [
        (500, "tissue", "size = 500 cells; allowed: at least 800"),
        (1000, "grid", "unknown placement 'grid'"),
    ],
)
def test_bad_wiring_is_refused(size, placement, message):
    with pytest.raises(ParameterError, match=message):
        draw_wiring(load_parameters(circuit=CIRCUIT), 1, size, placement)
