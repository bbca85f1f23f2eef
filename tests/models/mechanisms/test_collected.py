"""A circuit from its mechanisms: places, needs, clocks, and what is collected from them."""

import importlib
import pkgutil
import re

import brian2 as b2
import pytest

import models.mechanisms
from models.checks import ModelError
from models.circuits.amygdala_mechanisms import MECHANISMS, check, composed, parameter_groups
from models.compose import check_mechanisms, compose, initial, rates, records, tools
from models.mechanisms.astrocyte import ip3, ip3_tools
from models.mechanisms.mechanism import AWAKE, PHYSICAL, SLOW, Mechanism
from models.parameters import load_parameters

VALUES = {
    name: float(value) for name, value in load_parameters().group(*parameter_groups()).items()
}
ROOM = "models.mechanisms."
CONSTANTS = frozenset(VALUES)
LEAK = Mechanism(
    "leak", ("cell",), "dx/dt = -k*x{more} : 1\n", PHYSICAL, reset="{gains}x -= 1\n",
    initial={"x": 2.0}, rates={"x": lambda value: value["k"]},
)  # fmt: skip
INPUT = Mechanism(
    "input", ("cell",), "u : 1/second\n", AWAKE, adds={"more": " + u{scale}", "gains": "x += 3\n"},
    initial={"u": "input.u_0"},
)  # fmt: skip
BRAKE = Mechanism("brake", ("cell", "other"), "b : 1\n", SLOW, adds={"scale": "*(1 - b)"})


def test_places_are_filled_in_the_order_of_the_list():
    text = compose((LEAK, INPUT, BRAKE), "cell")
    assert "dx/dt = -k*x + u*(1 - b) : 1" in text
    assert compose((LEAK, INPUT), "cell", "reset") == "x += 3\nx -= 1\n"
    assert compose((LEAK,), "cell").strip() == "dx/dt = -k*x : 1"


def test_what_is_added_stays_with_the_cells_it_is_for():
    open_other = Mechanism("open", ("other",), "dz/dt = 1/second{scale} : 1\n", PHYSICAL)
    far = Mechanism("far", ("cell",), "w : 1\n", PHYSICAL, adds={"other.scale": "*0.5"})
    assert "1/second*0.5 : 1" in compose((open_other, far), "other")
    assert "1/second*(1 - b) : 1" in compose((open_other, BRAKE), "other")
    assert "*" not in compose((open_other, INPUT), "other")


@pytest.mark.parametrize(
    ("listed", "constants", "said"),
    [
        ((INPUT,), {"k"}, "mechanism 'input' of toy adds to 'more', which no other holds"),
        ((LEAK,), set(), "mechanism 'leak' of toy asks for k of cell, which nobody provides"),
    ],
)
def test_a_list_that_lacks_something_is_refused_by_name(listed, constants, said):
    with pytest.raises(ModelError) as caught:
        check_mechanisms("toy", listed, constants)
    (line,) = str(caught.value).splitlines()
    assert said in line


@pytest.mark.parametrize("left_out", range(len(MECHANISMS)), ids=lambda k: MECHANISMS[k].name)
def test_the_circuit_says_what_it_lacks_without_any_of_its_mechanisms(left_out):
    """Or it stands without: then nothing of the rest reads a variable of the one left out."""
    rest = MECHANISMS[:left_out] + MECHANISMS[left_out + 1 :]
    gone = MECHANISMS[left_out]
    try:
        check_mechanisms("amygdala_prefrontal", rest, CONSTANTS)
    except ModelError as error:
        (line,) = str(error).splitlines()
        assert "mechanism '" in line
        return
    for cells in gone.cells:
        if not any(cells in one.cells for one in rest):
            continue
        left = b2.Equations(compose(rest, cells))
        assert not (set(b2.Equations(composed(cells)).names) - set(left.names)) & left.identifiers


def test_the_circuit_has_all_that_its_mechanisms_need():
    check()
    assert len(MECHANISMS) == 40


def test_every_file_of_the_room_is_in_the_circuit():
    apart = {"mechanism"}
    found = {
        module.name.removeprefix(ROOM): [
            value
            for value in vars(importlib.import_module(module.name)).values()
            if isinstance(value, Mechanism)
        ]
        for module in pkgutil.walk_packages(models.mechanisms.__path__, ROOM)
        if not module.ispkg
    }
    assert {name for name, own in found.items() if not own} == apart
    assert sum(map(len, found.values())) == len(MECHANISMS)
    assert {id(one) for own in found.values() for one in own} == {id(one) for one in MECHANISMS}


def test_the_clock_is_that_of_the_equations():
    for one in MECHANISMS:
        texts = (one.equations, one.reset, one.on_pre, *one.adds.values(), *one.volume.values())
        words = set(re.findall(r"\w+", " ".join(texts)))
        if one.clock != PHYSICAL and "/dt" in one.equations:
            assert "speed" in words, one.name
        if one.clock == PHYSICAL and "/dt" in one.equations:
            moving = [line for line in one.equations.splitlines() if "/dt" in line]
            assert not any("speed" in line for line in moving), one.name
            assert not one.pace, one.name
        if one.clock == SLOW:
            assert one.pace in ("pace_slow", ""), one.name
            for rate in one.rates.values():
                awake, folded = ({**VALUES, "speed": speed} for speed in (1.0, 3600.0))
                assert rate(folded) == pytest.approx(3600 * rate(awake)), one.name


def test_each_fast_mechanism_has_a_pace_and_all_slow_ones_share_one():
    paced = [one for one in MECHANISMS if one.pace]
    fast = [one.pace for one in paced if one.clock == AWAKE]
    assert len(set(fast)) == len(fast) > 5
    assert {one.pace for one in paced if one.clock == SLOW} == {"pace_slow"}
    for cells in {cells for one in paced for cells in one.cells}:
        equations = b2.Equations(composed(cells))
        paces = {one.pace for one in paced if cells in one.cells}
        assert paces <= equations.parameter_names  # set from outside, step by step
        # no rate has a speed that no pace moves; what counts seconds of life may
        for name in equations.diff_eq_names:
            assert "speed" not in equations[name].identifiers, name


def test_what_is_collected():
    listed = (LEAK, INPUT, BRAKE)
    assert initial(listed, "cell") == {"x": 2.0, "u": "input.u_0"}
    assert initial(listed, "other") == {}
    assert rates(listed)["x"]({"k": 4.0}) == 4.0
    assert [row.kind for row in tools((ip3.MECHANISM, ip3_tools.MECHANISM))] == [
        "IP3_sponge", "IP3_phosphatase"
    ]  # fmt: skip
    assert [row.name for row in records(MECHANISMS, "astrocyte")] == [
        "calcium", "ip3", "noradrenaline", "cAMP", "acetylcholine", "serotonin",
        "presynaptic_receptor", "gate", "receptor_density", "recruitment", "factor",
        "astrocyte_tag", "lability",
    ]  # fmt: skip
    assert [row.name for row in records(MECHANISMS, "principal")] == [
        "corticosterone", "effort", "salience", "protein"
    ]


def test_units_and_variables_of_what_is_recorded_are_those_of_the_equations():
    for cells in ("astrocyte", "principal"):
        equations = b2.Equations(composed(cells))
        for row in records(MECHANISMS, cells):
            concentration = equations[row.variable].dim == b2.mmolar.dim
            assert (row.unit, row.factor) == (("umol L-1", 1e3) if concentration else ("1", 1.0))
            assert row.meaning
