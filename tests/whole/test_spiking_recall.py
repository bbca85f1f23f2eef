"""The spiking memory: its links are the factorised transport, and it completes a partial cue."""

import brian2 as b2
import numpy as np
import pytest

from analysis.statistics import permutation_p
from models.machine.session import device_session
from models.memory.spiking import build_spiking, pairs
from models.memory.transport import pattern_transport
from models.parameters import load_parameters
from paradigms.memory.spiking_recall import draw_wiring, simulate_spiking


def test_pools_exchange_what_the_factorised_tensor_does():
    """Collecting and giving back along the links is sum_kl T_ijkl excess_kl without i = j."""
    small = {"spiking.n_neurons": "8", "spiking.n_patterns": "2", "spiking.n_inhibitory": "2"}
    parameters = load_parameters(small, circuit="associative_memory")
    wiring = draw_wiring(parameters, [3])
    with device_session("numpy"):
        b2.defaultclock.dt = 1 * b2.ms
        parts = build_spiking(parameters, wiring)
        b2.Network(*parts.values())
        collect, back = parts["collect"], parts["give_back"]
        i, j, w = np.array(collect.i), np.array(collect.j), np.array(collect.w_in)
        source, target, give = np.array(back.i), np.array(back.j), np.array(back.w_out)
    pre, post = pairs(8)
    excess = np.random.default_rng(0).normal(size=(8, 8))
    here = i < len(pre)
    pool = np.bincount(j[here], w[here] * excess[pre[i[here]], post[i[here]]], minlength=2)[:2]
    there = target < len(pre)
    given = np.bincount(target[there], give[there] * pool[source[there]], minlength=len(pre))
    np.fill_diagonal(excess, 0)
    flow = pattern_transport(wiring.patterns[0], 8**3 / (8 * 7)).flow(excess[np.newaxis])[0]
    np.testing.assert_allclose(given, flow[pre, post], atol=1e-12)


def test_only_open_networks_have_links_to_pools():
    small = {"spiking.n_neurons": "8", "spiking.n_patterns": "2", "spiking.n_inhibitory": "2"}
    parameters = load_parameters(small, circuit="associative_memory")
    with device_session("numpy"):
        parts = build_spiking(parameters, draw_wiring(parameters, [0]))
        b2.Network(*parts.values())
        rest = np.array(parts["process"].C_set_) / 1e-4
        assert len(parts["collect"]) == 2 * 56
    assert np.all(rest[: 2 * 56] == 1)
    assert np.ptp(rest[2 * 56 :]) > 1


@pytest.mark.slow
def test_transport_completes_what_a_pairwise_network_cannot():
    """The reported seeds, looked at once: 1100-1109."""
    dataset = simulate_spiking(seed=1100, networks=10)
    transport, without, pairwise = dataset["overlap"].values
    assert transport.mean() >= 0.9
    assert permutation_p(transport, without, paired=True) < 0.01
    assert permutation_p(transport, pairwise, paired=True) < 0.01
    assert pairwise.mean() < 0.9
