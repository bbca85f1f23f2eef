"""Whatever fires and whenever: no synapse leaves its bounds."""

import numpy as np
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from models.parameters import load_parameters
from tests.support.synapses import DT, LATE, fire

N = 60
DURATION = 0.2
STEPS = int(DURATION / DT) + 2


def check_bounds(seed, rate, highest, speed, overrides):
    """Run `N` synapses whose cell wanders at random: rate estimate up to `highest` Hz."""
    rng = np.random.default_rng(seed)
    parameters = load_parameters(overrides)
    low, high = (parameters.value(f"plasticity.w_{name}") for name in ("min", "max"))
    fired = rng.random((STEPS, N)) < rate * DT
    fired[0] = False
    steps, cells = np.nonzero(fired)
    hold = 50
    y = np.repeat(rng.uniform(0, highest, (STEPS // hold + 1, N)), hold, axis=0)[:STEPS]
    gate_time = np.cumsum(rng.exponential(speed * DT * 50, (STEPS, N)), axis=0)
    T_slow = np.cumsum(rng.exponential(speed * DT * 3000, (STEPS, N)), axis=0)
    restored = np.cumsum(rng.exponential(speed * DT * 300, (STEPS, N)), axis=0)
    # protein of the cell comes and goes, as its integral and moments in time
    protein = np.repeat(rng.random((STEPS // hold + 1, N)), hold, axis=0)[:STEPS]
    made = protein * np.diff(T_slow, axis=0, prepend=0.0)
    moments = {f"P_{k}": np.cumsum(made * T_slow**k, axis=0) for k in range(3)}
    unstable = np.repeat(rng.random((STEPS // hold + 1, N)), hold, axis=0)[:STEPS]
    w_0 = np.clip(rng.lognormal(-0.1, 0.5, N), low, high)
    result = fire(
        parameters, (cells, steps * DT), N, DURATION,
        cell={"theta": rng.exponential(highest, N), "D": rng.exponential(2e-4, N)},
        start={"w_0": w_0}, speed=speed, record_synapse=("h_S", *LATE),
        feed={"y": y, "gate_time": gate_time, "T_slow": T_slow, "restored": restored,
              "strengthened": 0.7 * restored, "unstable": unstable, **moments},
    )  # fmt: skip
    weight = w_0[:, None] + sum(result[f"synapse/{name}"] for name in ("h_S", *LATE))
    assert result["l_S"].any(), "nothing became labile, so nothing is shown of that"
    assert np.ptp(weight) > 1, "nothing was learned, so nothing is shown"
    assert np.all(np.isfinite(weight))
    assert weight.min() >= low - 1e-9
    assert weight.max() <= high + 1e-9
    for name in ("u_S", "x_S"):
        assert np.all((result[name] >= 0) & (result[name] <= 1))


@settings(max_examples=4, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(
    seed=st.integers(0, 2**32 - 1),
    rate=st.sampled_from([20.0, 100.0, 400.0]),
    speed=st.sampled_from([1.0, 10.0]),
)
def test_weights_stay_within_their_bounds(seed, rate, speed):
    check_bounds(seed, rate, 180.0, speed, {})


def test_weights_stay_within_their_bounds_at_any_rate_and_learning_rate():
    check_bounds(1, 100.0, 500.0, 10.0, {"plasticity.eta": "0.05"})
