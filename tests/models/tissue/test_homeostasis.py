"""Background that holds resting rates: what it follows from, and what it refuses."""

from dataclasses import replace

import numpy as np
import pytest

from models.parameters import ParameterError, load_parameters
from models.tissue import homeostasis
from models.tissue.drawing import background
from models.tissue.homeostasis import RestingNetwork, resting_rates, settle
from models.tissue.wiring import draw_edges
from tests.support.anatomy import ANATOMY, POPULATIONS


def alone(parameters, indegree=40.0, inhibition=0.0, each=20):
    """Some cells of each population, wired to nothing but background and, perhaps, BLA_PV."""
    rng = np.random.default_rng(1)
    population = np.repeat(np.arange(len(POPULATIONS), dtype=np.int8), each)
    cells = np.arange(len(population))
    inhibitory = cells[population == POPULATIONS.index("BLA_PV")]
    targets = cells[population == POPULATIONS.index("CeM")]
    adaptation = [parameters.value(row.adaptation) for row in ANATOMY.populations]
    return RestingNetwork(
        names=POPULATIONS,
        common="background",
        population=population,
        E_L=np.full(len(population), -0.07),
        adaptation=np.array(adaptation)[population],
        excitation=draw_edges(rng, cells, cells, 0, 1, 0),
        inhibition=draw_edges(rng, inhibitory, targets, inhibition, 2.0, 0.0),
        background=draw_edges(rng, np.arange(200), cells, indegree, 1 / indegree, 0.3),
        n_background=200,
    )


def fired(parameters, network, totals, cycles=6):
    """Rate (Hz) of every population with settled background, in spikes that `settle` never saw."""
    simulation = homeostasis._Simulation(parameters, network)
    simulation._rng = np.random.default_rng(2)
    total = np.array([totals.get(name, 0.0) for name in POPULATIONS])[network.population]
    spikes = sum(simulation.cycle(total) for _ in range(cycles))
    seconds = cycles * homeostasis.LEVELS * homeostasis.LEVEL_STEPS * homeostasis.STEP
    counts = np.bincount(network.population, weights=spikes, minlength=len(POPULATIONS))
    return dict(zip(POPULATIONS, counts / np.bincount(network.population) / seconds, strict=True))


def test_populations_fire_at_their_resting_rates():
    parameters = load_parameters()
    # as many as make the slowest population fire often enough to be counted
    network, wanted = alone(parameters, each=100), resting_rates(parameters)
    rates = fired(parameters, network, settle(parameters, network))
    assert set(wanted) == set(POPULATIONS) - {"LC", "PVN"}
    for name, rate in wanted.items():
        assert rates[name] == pytest.approx(rate, rel=0.3), name


def test_inhibited_cells_get_more_and_the_same_call_gives_the_same():
    parameters = load_parameters()
    free, held = (settle(parameters, alone(parameters, inhibition=i)) for i in (0.0, 15.0))
    assert held["CeM"] > 1.1 * free["CeM"]
    assert held["PL_P"] == pytest.approx(free["PL_P"], rel=0.1)
    assert settle(parameters, alone(parameters)) == free


def test_a_higher_rate_needs_more():
    slow, fast = (
        settle(p, alone(p)) for p in map(load_parameters, ({}, {"resting.PL_P": "6 Hz"}))
    )
    assert 1.1 < fast["PL_P"] / slow["PL_P"] < 2
    assert fast["BLA_P"] == pytest.approx(slow["BLA_P"], rel=0.1)


@pytest.mark.parametrize("overrides", [
    {"afferent.rate_background": "0 Hz"}, {"resting.CeM": "0.1 Hz", "lif.V_th": "-58 mV"},
])  # fmt: skip
def test_a_rate_that_no_background_holds_is_refused(overrides):
    parameters = load_parameters(overrides)
    network = alone(parameters)
    if "resting.CeM" in overrides:
        cells = np.arange(len(network.population))
        strong = draw_edges(np.random.default_rng(3), cells, cells, 60, 12.0, 0.0)
        network = replace(network, excitation=strong)
    with pytest.raises(ParameterError, match="no background input holds .* fires at"):
        settle(parameters, network)


def test_what_is_not_heard_at_rest_changes_nothing():
    plain = background(load_parameters())
    assert background(load_parameters({"plasticity.eta": "0.1", "ip3.O_beta": "2"})) == plain
    assert background(load_parameters({"resting.VTA": "2 Hz"}))["VTA"] > plain["VTA"]
