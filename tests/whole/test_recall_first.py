"""A recall before anything was learned is answered: nobody recalls, nobody is labelled."""

import numpy as np
import pytest

from analysis.cohort.measures import measure
from analysis.dataset.schema import validate
from paradigms.protocol.files import parse_protocol
from paradigms.run.simulate import simulate
from tests.support.circuit import SIZE

RECALL = """
[[session]]
name = "%s"
context = "A"
lead = "5 s"
[[session.phase]]
name = "alone"
stage = "%s"
trials = 3
trial = "30 s"
cs = false
interval = "5 s"
"""
NAIVE = (
    """
name = "naive"
title = "Recalls of what was never learned"
default_clock = "compressed"
[clock.compressed]
time_scale = 0.1
"""
    + RECALL % ("recall_1", "recall_1")
    + '[[session]]\nname = "night"\noffline = "24 h"\nsimulated = "50 s"\n'
    + RECALL % ("recall_2", "recall_2")
    + """
[[intervention]]
kind = "tagging"
target = "astrocytes"
during = ["recall_1"]
[[intervention]]
kind = "beta_uncoupling"
target = "tagged_astrocytes"
during = ["recall_2"]
"""
)


@pytest.fixture(scope="module")
def naive():
    return simulate(parse_protocol(NAIVE, "naive.toml"), seed=3, size=SIZE)


def test_it_runs_and_is_scored(naive):
    validate(naive)
    freezing = naive["freezing"].values
    assert freezing.shape == (6,)
    assert np.isfinite(freezing).all()
    assert freezing.mean() < 20


def test_what_was_not_learned_leaves_no_label(naive):
    assert naive["astrocyte_tag"].values.max() < 0.01
    assert naive["receptor_density"].values.max() < 0.05


def test_it_can_be_measured(naive):
    values = measure(naive).values
    for stage in ("recall_1", "recall_2"):
        assert np.isfinite(values["freezing", stage])
