"""Cells are asked for by what they are, whatever their populations are called."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.activity.cells import cells_of, names_of, populations, with_label
from analysis.dataset.schema import assemble
from analysis.dataset.table import ROLES
from tests.support.synthetic import synthetic

WORD = st.text("abXY09_", min_size=1, max_size=5)


@pytest.fixture(scope="module")
def dataset():
    return synthetic(bla=20, astrocytes=2)[0]


def test_by_population_and_by_role(dataset):
    assert cells_of(dataset).tolist() == list(range(20)) == cells_of(dataset, "BLA_P").tolist()
    assert names_of(dataset, with_label(dataset, "role=output")) == "CeM"
    assert names_of(dataset, with_label(dataset, "role=modulator")) == "LC and VTA"
    assert names_of(dataset, cells_of(dataset, "nobody")) == ""
    assert sum(map(len, populations(dataset).values())) == dataset.sizes["neuron"]
    assert list(populations(dataset))[:2] == ["BLA_P", "BLA_PV"]


def test_with_a_label_and_without(dataset):
    to, not_to = (with_label(dataset, f"projection{sign}PL") for sign in ("=", "!="))
    assert np.union1d(to, not_to).size == to.size + not_to.size == dataset.sizes["neuron"]
    assert to.tolist() == [0, 3, 6, 9, 12, 15, 18]
    assert with_label(dataset.drop_vars("projection"), "projection=PL").size == 0


@given(st.lists(st.tuples(WORD, st.sampled_from(ROLES)), min_size=1, max_size=20))
def test_any_population_any_role(cells):
    names, roles = zip(*cells, strict=True)
    found = assemble(
        {"population": names, "role": roles, "spike_time": [1.0], "spike_neuron": [0],
         "time": [0.0], "calcium": np.zeros((1, 1))},
        {"title": "cells"},
    )  # fmt: skip
    for name in set(names):
        assert cells_of(found, name).tolist() == [k for k, n in enumerate(names) if n == name]
    assert cells_of(found).tolist() == [k for k, r in enumerate(roles) if r == "memory"]
    assert list(populations(found)) == list(dict.fromkeys(names))
