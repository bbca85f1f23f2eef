"""What tests of compiled programs look at."""

from __future__ import annotations

import numpy as np

N_STEPS = 2000


def equal(one, other):
    return set(one) == set(other) and all(np.array_equal(one[name], other[name]) for name in one)


def one_line(error):
    line = str(error.value)
    assert len(line.splitlines()) == 1
    assert len(line) < 500  # with two long paths
    return line
