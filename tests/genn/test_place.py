"""A place test on GeNN (processor): body, zone and light are those of C++ on the same schedule."""

import os

import numpy as np
import pytest

from tests.support.box import FAST, box
from tests.support.circuit import draw

pytestmark = [
    pytest.mark.genn,
    pytest.mark.skipif("GENN_PATH" not in os.environ, reason="GENN_PATH is not set"),
]
pytest.importorskip("brian2genn", reason="brian2genn is not installed: make test-genn")


def test_the_place_test_is_the_same_spike_by_spike():
    animal = draw(box(), 3, overrides=FAST)
    genn, cpp = animal.run("genn"), animal.run("cpp", like_genn=True)
    assert len(genn["spike_time"]) > 500
    assert np.array_equal(genn["spike_neuron"], cpp["spike_neuron"])
    assert np.allclose(genn["spike_time"], cpp["spike_time"], rtol=0, atol=1e-9)
    assert np.ptp(genn["path"]) > 0.3
    assert np.allclose(genn["path"], cpp["path"], rtol=0, atol=1e-12)
