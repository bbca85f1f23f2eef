"""Energy along random trajectories, and symmetries of recall."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models.memory.activations import SHAPES, Activation
from models.memory.energy import energy
from models.memory.network import Network, State, integrate
from models.memory.reduction import recall_signs
from models.memory.transport import PatternTransport

ROUNDING = 1e-13  # of the sum of the terms' sizes
MOVED = 1e-3  # change of an activity that is more than none
STEPS = 25


def symmetric(rng, count, n):
    drawn = rng.normal(size=(count, n, n))
    return drawn + drawn.swapaxes(1, 2)


def trajectory(draw, *, broken=False):
    """Energies (step, cue), their sizes, and how far activities moved (cue,): a random network."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, k = draw(st.integers(2, 12)), draw(st.integers(1, 20))
    phi, g, psi = (
        Activation(draw(st.sampled_from(SHAPES)), *rng.uniform(0.2, 2.0, 2)) for _ in range(3)
    )
    write = rng.normal(size=(k, n))
    read = rng.normal(size=(k, n)) if broken else write
    leaks, taus = rng.uniform(0, 2, 3), np.exp(rng.uniform(-2, 2, 3))
    strength, balanced = rng.uniform(0, 3), draw(st.booleans())
    if broken:  # where processes move most, driven by transport
        taus[:2], strength, balanced = 1e3 * taus[2], 30 * n, False
    transport = PatternTransport(write, read, strength, balanced)
    network = Network(
        transport, phi, g, psi, *taus, *leaks, b=rng.normal(size=n),
        c=symmetric(rng, 1, n)[0], d=symmetric(rng, 1, n)[0],
    )  # fmt: skip
    state = State(rng.normal(size=(2, n)), symmetric(rng, 2, n), symmetric(rng, 2, n))
    found, size, activities = [], [], []

    def observe(_, now):
        terms = energy(network, now)
        found.append(terms.total)
        size.append(terms.size)
        layers = phi(now.x), g(now.s), psi(now.p)
        activities.append(np.concatenate([each.reshape(len(now.x), -1) for each in layers], axis=1))

    # A step far below the fastest rate, so that what is left is rounding.
    slopes = phi.steepest * g.steepest + phi.steepest + psi.steepest + g.steepest
    flow = np.linalg.norm(write) ** 2 * np.linalg.norm(read) ** 2 * (3 + strength) / n**3
    rate = (2 + 8 * n * (1 + abs(phi.scale) + abs(g.scale)) * slopes + flow * psi.steepest)
    reach = 1 + abs(state.s).max() * g.steepest * phi.steepest * n
    integrate(
        network, state, 0.05 * taus.min() / (rate + reach), STEPS, method="rk4", observe=observe
    )
    moved = abs(activities[-1] - activities[0]).max(axis=1)
    return np.array(found), np.array(size), moved


def test_energy_never_rises_along_a_trajectory():
    falls = []

    @settings(max_examples=1000)
    @given(st.data())
    def follow(data):
        found, size, moved = trajectory(data.draw)
        assert np.all(np.diff(found, axis=0) <= ROUNDING * size[1:])
        # A clipped network may sit at its bounds, where energy is flat
        assert np.all(found[-1][moved > MOVED] < found[0][moved > MOVED])
        falls.append(np.mean(found[-1] < found[0]))

    follow()
    assert len(falls) >= 1000
    assert np.mean(falls) > 0.95


def test_energy_rises_when_the_symmetry_of_transport_is_broken():
    rises = []

    @settings(max_examples=200, database=None, derandomize=True)
    @given(st.data())
    def collect(data):
        found, size, _ = trajectory(data.draw, broken=True)
        rises.append(np.any(np.diff(found, axis=0) > 1e6 * ROUNDING * size[1:]))

    collect()
    assert np.mean(rises) > 0.02


@given(
    st.integers(0, 2**32 - 1), st.integers(4, 24), st.integers(1, 30),
    st.sampled_from(["astrocyte", "balanced", "pairwise"]),
)  # fmt: skip
def test_recall_of_the_negative_is_the_negative_of_recall(seed, n, k, kind):
    rng = np.random.default_rng(seed)
    stored, cues = rng.choice([-1, 1], (k, n)), rng.choice([-1, 1], (3, n))
    found = recall_signs(stored, cues, kind)
    assert np.array_equal(recall_signs(stored, -cues, kind), -found)
    order, flip = rng.permutation(k), rng.choice([-1, 1], (k, 1))
    assert np.array_equal(recall_signs(flip * stored[order], cues, kind), found)
