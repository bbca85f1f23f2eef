"""The factorised dynamics against T formed in full, Brian2, the reduction and attention."""

import brian2 as b2
import numpy as np
import pytest

from models.checks import ModelError
from models.machine.session import device_session
from models.memory.activations import SHAPES, Activation
from models.memory.attention import (
    exchange,
    positive_features,
    read_query,
    write_tokens,
)
from models.memory.energy import energy
from models.memory.equations import brian_network
from models.memory.network import (
    Network,
    at_rest,
    clamped,
    fast_equilibrium,
    integrate,
    memory_network,
)
from models.memory.reduction import integrate_fast, recall_signs, reduce_network
from models.memory.transport import PatternTransport, pattern_transport
from models.parameters import load_parameters
from tests.support.memory import attention, formed_tensor

PARAMETERS = load_parameters(circuit="associative_memory")


def patterns(k, n, seed=0):
    return np.random.default_rng(seed).choice([-1, 1], (k, n))


@pytest.mark.parametrize("balanced", [False, True])
@pytest.mark.parametrize("k", [1, 5, 40])
def test_factorised_transport_equals_the_formed_tensor(k, balanced):
    rng = np.random.default_rng(k)
    one = pattern_transport(patterns(k, 9), 1.7, balanced=balanced)
    psi = rng.normal(size=(3, 9, 9))
    psi += psi.swapaxes(1, 2)
    tensor = formed_tensor(one.write, one.read, 1.7, balanced)
    expected = np.einsum("ijkl,bkl->bij", tensor, psi)
    np.testing.assert_allclose(one.flow(psi), expected, rtol=0, atol=1e-12)
    quartic = np.einsum("bij,ijkl,bkl->b", psi, tensor, psi)
    np.testing.assert_allclose(one.interaction(psi), quartic, rtol=1e-12, atol=1e-11)


def test_asymmetric_transport_equals_the_formed_tensor():
    one = PatternTransport(patterns(4, 7).astype(float), patterns(4, 7, 1).astype(float), 0.9)
    psi = np.random.default_rng(2).normal(size=(2, 7, 7))
    expected = np.einsum("ijkl,bkl->bij", formed_tensor(one.write, one.read, 0.9), psi)
    np.testing.assert_allclose(one.flow(psi), expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize("shape", SHAPES)
def test_slope_and_integral_belong_to_the_activation(shape):
    act, u, h = Activation(shape, 1.3, 0.7), np.linspace(-2.5, 2.5, 58), 1e-5
    np.testing.assert_allclose(act.slope(u), (act(u + h) - act(u - h)) / (2 * h), atol=1e-6)
    rise = (act.integral(u + h) - act.integral(u - h)) / (2 * h)
    np.testing.assert_allclose(rise, act(u), atol=1e-6)
    assert np.all(act.slope(u) <= act.steepest + 1e-15)
    value = eval(act.text("u"), {"u": u, "tanh": np.tanh, "clip": np.clip, "exp": np.exp})
    np.testing.assert_allclose(value, act(u), atol=1e-15)


def test_energy_falls_at_the_rate_of_the_theory():
    rng = np.random.default_rng(1)
    network = Network(
        pattern_transport(patterns(4, 8), 2.0), Activation("tanh", 2), Activation("tanh", 1.5, 0.4),
        Activation("logistic", 3), 1.1, 0.4, 0.7, 0.9, 0.5, 0.3,
    )  # fmt: skip
    s, p = rng.normal(size=(2, 3, 8, 8))
    start = at_rest(network, rng.normal(size=(3, 8)))
    state = type(start)(start.x, s + s.swapaxes(1, 2), p + p.swapaxes(1, 2))
    h = 1e-5
    later = integrate(network, state, h, 1)
    x, s, p = (
        (getattr(later, name) - getattr(state, name)) / h for name in ("x", "s", "p")
    )
    expected = -(
        1.1 * np.sum(network.phi.slope(state.x) * x**2, axis=1)
        + 0.4 / 2 * np.sum(network.g.slope(state.s) * s**2, axis=(1, 2))
        + 0.7 / 2 * np.sum(network.psi.slope(state.p) * p**2, axis=(1, 2))
    )
    found = (energy(network, later).total - energy(network, state).total) / h
    np.testing.assert_allclose(found, expected, rtol=1e-3)


def test_brian2_takes_the_same_trajectory():
    rng = np.random.default_rng(0)
    transport = PatternTransport(patterns(3, 8).astype(float), patterns(3, 8, 1).astype(float), 2.0)
    network = Network(
        transport, Activation("tanh", 2.0), Activation("tanh", 0.7, 0.3), Activation("clip", 1.3),
        0.5, 0.2, 0.3, 1.0, 0.4, 0.8, b=0.1 * rng.normal(size=8), c=0.1 * rng.normal(size=(8, 8)),
    )  # fmt: skip
    state, seen = at_rest(network, rng.normal(size=(1, 8))), []
    last = integrate(network, state, 0.01, 200, observe=lambda _, now: seen.append(now.x[0]))
    with device_session("numpy"):
        b2.defaultclock.dt = 10 * b2.ms
        net, neurons, pairs = brian_network(network, state)
        trace = b2.StateMonitor(neurons, "x", record=True)
        net.add(trace)
        net.run(2 * b2.second)
        x, s, p = np.array(trace.x).T, np.array(pairs.s), np.array(pairs.p)
    assert np.ptp(x) > 1
    np.testing.assert_allclose(x, np.array(seen)[:200], rtol=0, atol=1e-13)
    np.testing.assert_allclose(s, last.s.ravel(), rtol=0, atol=1e-13)
    np.testing.assert_allclose(p, last.p.ravel(), rtol=0, atol=1e-13)


@pytest.mark.parametrize(("group", "strength"), [("recall", 3.0), ("gradient", 0.5)])
def test_reduction_equals_synapses_at_equilibrium(group, strength):
    stored = patterns(10, 60)
    transport = pattern_transport(stored, strength)
    network = memory_network(PARAMETERS, transport, group)
    cues = np.random.default_rng(3).normal(size=(4, 60))
    settled = integrate(clamped(network), at_rest(network, cues), 0.02, 4000)
    given = np.einsum("bij,bj->bi", network.g(settled.s), network.phi(settled.x))
    field = reduce_network(network).field(network.phi(cues))
    np.testing.assert_allclose(field, given, rtol=0, atol=1e-7 * abs(given).max())


def test_reduction_without_leaks_is_the_quartic_memory():
    overrides = {"recall.alpha": "0"}
    stored = patterns(12, 40)
    for balanced in (False, True):
        network = memory_network(
            load_parameters(overrides, circuit="associative_memory"),
            pattern_transport(stored, 1.0, balanced=balanced),
        )
        signs = patterns(5, 40, 9).astype(float)
        tensor = formed_tensor(stored.astype(float), stored.astype(float), 1.0, balanced)
        expected = np.einsum("ijkl,bj,bk,bl->bi", tensor, signs, signs, signs)
        np.testing.assert_allclose(reduce_network(network).field(signs), expected, atol=1e-11)
        kind = "balanced" if balanced else "astrocyte"
        one_sweep = recall_signs(stored, signs, kind, sweeps=1)
        assert np.array_equal(one_sweep, np.sign(expected))


@pytest.mark.parametrize(("n", "k"), [(24, 60), (32, 150)])
def test_three_layers_confirm_the_reduction_beyond_n_squared_over_ten(n, k):
    """Full dynamics, self-coupling removed, leaks small: the same cues are recalled."""
    rng = np.random.default_rng(n)
    stored = rng.choice([-1, 1], (k, n))
    wanted = stored[:40]
    cues = wanted.copy()
    for cue in cues:
        cue[rng.choice(n, round(0.05 * n), replace=False)] *= -1
    overrides = {"recall.alpha": "0.5", "recall.beta": "200", "recall.tau_s": "0.05 s"}
    network = memory_network(
        load_parameters(overrides, circuit="associative_memory"),
        pattern_transport(stored, 0.1, balanced=True),
    )
    state = integrate(clamped(network), at_rest(network, cues), 0.01, 400)
    full = np.sign(integrate(network, state, 0.01, 1500).x)
    binary = recall_signs(stored, cues, "balanced")
    assert np.mean(np.mean(binary * wanted, axis=1) >= 0.95) >= 0.9
    assert np.mean(np.mean(full * wanted, axis=1) >= 0.95) >= 0.9


def test_fast_and_full_dynamics_reach_the_same_memory():
    stored = patterns(10, 100)
    network = memory_network(PARAMETERS, pattern_transport(stored, 3.0))
    cues = stored[:5].astype(float)
    cues[:, :20] *= -1
    start = integrate(clamped(network), at_rest(network, cues), 0.05, 20)
    full = integrate(network, start, 0.05, 160)
    fast = integrate_fast(reduce_network(network), cues, 0.05, 160)
    assert np.array_equal(np.sign(full.x), stored[:5])
    assert np.array_equal(np.sign(fast), stored[:5])


def test_the_limit_of_fast_astrocytes_is_a_saddle_with_rising_psi_and_stable_with_falling():
    stored = patterns(3, 20)
    cue = 0.6 * stored[:1].astype(float)
    gone = []
    for gain in (20.0, -20.0):
        network = Network(
            pattern_transport(stored, 3.0), Activation("tanh", 1),
            Activation("identity", 1, 1 / 20), Activation("identity", gain),
            tau_s=0.2, tau_p=0.2, leak_s=0.0, leak_p=0.0,
        )  # fmt: skip
        settled = fast_equilibrium(network, cue)
        start = settled.moved(type(settled)(0 * settled.x, 0 * settled.s + 1e-6, 0 * settled.p), 1)
        last = integrate(clamped(network), start, 0.01, 1000)
        gone.append(abs(last.s - settled.s).max())
    assert gone[0] > 1.0
    assert gone[1] < 1e-3


def test_attention_equals_a_layer_written_from_its_definition():
    rng = np.random.default_rng(4)
    queries, keys, values = (rng.normal(size=shape) for shape in ((7, 16), (12, 16), (12, 5)))
    written = write_tokens(positive_features(keys), values)
    found, processes = read_query(written, positive_features(queries))
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, attention(queries, keys, values), rtol=0, atol=1e-6)
    total = (positive_features(queries) * written.uptake).sum(axis=1)
    np.testing.assert_allclose(processes.sum(axis=1), total, rtol=1e-13)
    # before the exchange is over the read-out is another one
    early, _ = read_query(written, positive_features(queries), steps=1)
    assert abs(early - found).max() > 1e-3


def test_attention_refuses_what_it_cannot_read():
    with pytest.raises(ModelError, match="negative features"):
        write_tokens(np.array([[-1.0, 1.0]]), np.ones((1, 2)))
    with pytest.raises(ModelError, match="allowed: \\(token, feature\\)"):
        write_tokens(np.ones((2, 3)), np.ones((1, 2)))
    with pytest.raises(ModelError, match="too long"):
        exchange(np.ones((1, 4)), 1.0, 0.5, 1)
