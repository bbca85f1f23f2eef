"""Functions of equations are the same on every device, and exact where little decays."""

import brian2 as b2
import mpmath
import numpy as np
import pytest

from models.machine.functions import decayed, functions
from models.machine.session import device_session

X = np.concatenate([[0.0], *(sign * np.logspace(-300, 2.8, 600) for sign in (1, -1))])
EDGE = np.nextafter(1e-3, [0, 1])  # where the series ends


def on(device, x):
    with device_session(device) as session:
        group = b2.NeuronGroup(len(x), "x : 1\nresult : 1", namespace=functions())
        group.x_ = x
        group.run_regularly("result = decayed(x)")
        session.run(b2.Network(group), 1e-3)
        return np.array(group.result_)


def exact(x):
    with mpmath.workdps(40):
        return np.array([float(-mpmath.expm1(-mpmath.mpf(float(value)))) for value in x])


@pytest.mark.parametrize(
    "device", ["numpy", "cython", "cpp", pytest.param("genn", marks=pytest.mark.genn)]
)
def test_what_decays_is_exact_to_the_last_digits_on_every_device(device):
    x = np.concatenate([X, EDGE, -EDGE])
    np.testing.assert_allclose(on(device, x), exact(x), rtol=1e-15, atol=0)


def test_the_share_that_decays_is_0_without_time_and_1_after_ages():
    assert decayed(np.array([0.0, 50.0, np.inf])).tolist() == [0, 1, 1]
