"""The rows of the small paradigms are what their functions take, draw and allow."""

from inspect import signature

import pytest

from models.mechanisms.astrocyte.gap_junction import FLUXES
from paradigms.parts.table import PARADIGMS, resolve
from paradigms.parts.tissue_graphs import GRAPHS

COMMON = {"seed", "overrides", "progress"}
# What only Python asks for
PYTHON = {"associative_recall": {"group"}, "memory_capacity": {"sizes", "kinds"}}


def test_there_are_seven():
    assert len(PARADIGMS) == 7
    assert all(name == row.name for name, row in PARADIGMS.items())


@pytest.mark.parametrize("name", PARADIGMS)
def test_a_row_is_the_signature_of_its_function(name):
    row = PARADIGMS[name]
    taken = signature(resolve(row.function)).parameters
    declared = {option.name: option for option in row.options}
    assert set(taken) == set(declared) | COMMON | PYTHON.get(name, set())
    for option in row.options:
        assert taken[option.name].default == option.default
        assert str(taken[option.name].annotation).split(" |")[0] == option.kind.__name__
        assert option.bounds is None or option.kind in (int, float)
    assert callable(resolve(row.measured))
    assert callable(resolve(row.figure))


def test_words_that_are_allowed_are_those_that_there_are():
    wave = PARADIGMS["calcium_wave"]
    assert wave.option("graph").names == tuple(GRAPHS)
    assert wave.option("junction").names == tuple(FLUXES)


def test_an_option_says_what_is_allowed():
    recall = PARADIGMS["associative_recall"]
    assert recall.option("n_patterns").flag == "--n-patterns"
    assert recall.option("n_patterns").describe() == "number of patterns, 1 or more [default: 25]"
    assert recall.option("block").describe().endswith("blocked, 0 to 1 [default: 0.0]")
    assert PARADIGMS["calcium_wave"].option("junction").describe() == (
        "gap junctions: threshold, linear, none [default: threshold]"
    )
