"""Recall: memories reached from cues, and the tutorial of the authors."""

import numpy as np
import pytest

from models.memory.activations import Activation
from models.memory.network import (
    Network,
    fast_equilibrium,
    integrate,
    memory_network,
    refinement,
)
from models.memory.transport import pattern_transport
from models.parameters import load_parameters
from paradigms.memory.associative_recall import simulate_recall

PARAMETERS = load_parameters(circuit="associative_memory")
FEW = {"recall.cues": "12"}


def test_recall_of_random_patterns_reaches_the_memory_and_energy_falls():
    dataset = simulate_recall("random", 8, 0.2, size=96, seed=5, overrides=FEW)
    assert np.all(dataset["overlap"].values[:, 0] == pytest.approx(1 - 2 * 19 / 96))
    assert np.all(dataset["sign"] == 1)
    energy = dataset["effective_energy"].values
    # synapses and processes are fast, not infinitely so
    assert np.all(np.diff(energy, axis=1) < 5e-3 * np.ptp(energy))
    assert np.all(np.isfinite(dataset["energy"]))


def test_a_cue_beyond_half_flipped_ends_in_the_negative():
    dataset = simulate_recall("random", 8, 0.85, size=96, seed=5, overrides=FEW)
    assert np.all(dataset["sign"] == -1)


def test_gradient_constants_recall_with_falling_energy():
    dataset = simulate_recall("random", 5, 0.2, size=96, seed=6, group="gradient", overrides=FEW)
    assert np.all(dataset["sign"] == 1)
    total = dataset["energy"].sum("term").values
    assert np.all(np.diff(total, axis=1) < 1e-3 * np.ptp(total))


def test_without_transport_the_cue_stays_as_it_is():
    dataset = simulate_recall("random", 8, 0.2, size=96, seed=5, block=1, overrides=FEW)
    np.testing.assert_allclose(dataset["overlap"][:, -1], dataset["overlap"][:, 0])
    assert np.all(dataset["sign"] == 0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "k", "size", "flips"),
    [("random", 25, 768, 0.2), ("patches", 25, None, 0.2), ("random", 10, 500, 0.1)],
)
def test_published_sizes_are_recalled(source, k, size, flips):
    overrides = {"recall.cues": "20", "recall.steps": "80"}
    dataset = simulate_recall(source, k, flips, size=size, seed=7, overrides=overrides)
    assert np.mean(np.abs(dataset["overlap"].values[:, -1]) >= 0.99) >= 0.95


def tutorial(n, k, leak, seed=8):
    """Network and cues of the authors' notebook: tanh with gain 5, every bit flipped at 0.1."""
    rng = np.random.default_rng(seed)
    stored = rng.choice([-1, 1], (k, n))
    cues = stored[:2] * np.where(rng.random((2, n)) < 0.1, -1.0, 1.0)
    act = Activation("tanh", 5.0)
    leaks = dict.fromkeys(("leak_n", "leak_s", "leak_p"), leak)
    return stored, cues, Network(pattern_transport(stored, 1.0), act, act, act, **leaks)


def written_anew(stored, cue, leak, dt, steps):
    """The three equations of the notebook for one cue, with T as what its products come to."""
    n = stored.shape[1]
    fired = np.tanh(5 * cue)

    def carried(psi):
        return sum(np.outer(xi, xi) * (xi @ psi @ xi) for xi in stored) / n**3

    psi = -np.outer(fired, fired)
    x, s, p = cue.copy(), np.arctanh(-carried(psi)) / 5, np.arctanh(psi) / 5
    for _ in range(steps):
        fired, given, psi = np.tanh(5 * x), np.tanh(5 * s), np.tanh(5 * p)
        x = x + dt * (given @ fired - leak * x)
        s = s + dt * (np.outer(fired, fired) + psi - leak * s)
        p = p + dt * (carried(psi) + given - leak * p)
    return x, s, p


@pytest.mark.parametrize(
    ("n", "k", "steps"),
    [(80, 3, 300), pytest.param(500, 10, 1000, marks=pytest.mark.slow)],
)
def test_the_tutorial_of_the_authors_is_reproduced(n, k, steps):
    """All leaks 1, as in the notebook (kozleo/naam); the slow case has its size and length."""
    stored, cues, network = tutorial(n, k, 1.0)
    last = integrate(network, fast_equilibrium(network, cues), 0.05, steps)
    for cue in range(len(cues)):
        for ours, theirs in zip(
            (last.x, last.s, last.p), written_anew(stored, cues[cue], 1.0, 0.05, steps), strict=True
        ):
            np.testing.assert_allclose(ours[cue], theirs, rtol=0, atol=1e-12)
    assert np.any(np.sign(cues) != stored[:2])
    assert np.array_equal(np.sign(last.x), stored[:2])


def test_the_network_of_the_tutorial_recalls_without_leaks_too():
    """Not what the notebook does: there every leak is 1."""
    stored, cues, network = tutorial(80, 3, 0.0)
    last = integrate(network, fast_equilibrium(network, cues), 0.05, 300)
    assert np.array_equal(np.sign(last.x), stored[:2])


def test_alike_patterns_need_finer_steps():
    same = np.tile(np.random.default_rng(0).choice([-1, 1], 40), (9, 1))
    assert refinement(memory_network(PARAMETERS, pattern_transport(same, 3.0)), 0.05) == 7
    one = memory_network(PARAMETERS, pattern_transport(same[:1], 3.0))
    assert refinement(one, 0.05) == 1
