"""The parameter tables: complete, checked, used, and the same after a trip through JSON."""

import json
import math
import re
from dataclasses import replace
from fractions import Fraction

import brian2 as b2
import numpy as np
import pytest

from models.circuits.amygdala_mechanisms import parameter_groups
from models.circuits.amygdala_prefrontal import namespace
from models.parameters import ParameterError, ParameterSet, circuits, load_parameters
from tests.support.parameters import refusal

ROWS = load_parameters().rows()


def test_the_namespace_holds_every_constant_of_the_equations_once():
    space = namespace(load_parameters(), 10.0)
    assert space["speed"] == 10.0
    groups = parameter_groups()
    assert len(groups) == 21
    names = [row.name for row in ROWS if row.group in groups]
    assert len(names) == len(set(names)), "two groups share a name"


def test_a_value_is_given_in_the_unit_of_the_table_or_a_like_one():
    given = load_parameters({"lif.C_m": "300 nS*ms", "lif.tau_ref": "3", "lif.E_L": "-0.065e3 mV"})
    assert given.value("lif.C_m") == pytest.approx(300)
    assert given.value("lif.tau_ref") == 3
    assert given.quantity("lif.tau_ref") == 3 * b2.ms
    assert given.value("lif.E_L") == pytest.approx(-65)
    assert given["lif.E_L"].unit == "mV"
    again = given.with_values({"lif.tau_ref": "4e-3 s"})
    assert again.value("lif.tau_ref") == pytest.approx(4)
    assert given.value("lif.tau_ref") == 3


@pytest.mark.parametrize(
    ("given", "value"),
    [
        (300, 300.0),
        (300.5, 300.5),
        (np.float32(300), 300.0),
        (np.int64(300), 300.0),
        (Fraction(601, 2), 300.5),
        (300 * b2.pF, 300.0),
        (0.3 * b2.nF, 300.0),
        (30 * b2.nS * (10 * b2.ms), 300.0),
        (np.array([300]) * b2.pF, 300.0),
        ("300*pF", 300.0),
        ("0.3*nF", 300.0),
        ("30*(nS*ms)", 30.0),
        ("+3.0E+2", 300.0),
    ],
)
def test_python_gives_texts_numbers_and_quantities(given, value):
    assert load_parameters({"lif.C_m": given}).value("lif.C_m") == pytest.approx(value)


@pytest.mark.parametrize(
    "given",
    [
        True, np.True_, None, [300], (300,), {}, b"300 pF", 300 + 1j, np.array([300, 301]), "", " ",
        np.array([1, 2]) * b2.pF, 300 * b2.nS, b2.Quantity(300.0), math.nan, math.inf, 10**400,
        math.nan * b2.pF, 10**5000, "1" * 5000, "1e400", "inf", "\u0663", object(), "300 1",
        "300 pF\nlif.g_L", "300 \x1b[31m",
    ],
    ids=lambda given: str(type(given)),
)  # fmt: skip
def test_any_other_value_is_refused_in_one_line(given):
    line = refusal({"lif.C_m": given})
    assert "lif.C_m" in line
    assert len(line) < 350
    assert "\x1b" not in line


@pytest.mark.parametrize(
    "key", [3, None, ("lif", "C_m"), "", "x" * 100_000, "\x1b[31m", "lif.C\nm"]
)
def test_any_other_name_is_refused_in_one_line(key):
    line = refusal({key: 1})
    assert "unknown parameter" in line
    assert len(line) < 350
    assert "\x1b" not in line


def test_defaults_are_not_touched_by_overrides():
    load_parameters({"lif.C_m": "300"})
    assert load_parameters().value("lif.C_m") != 300
    with pytest.raises(TypeError):
        load_parameters().table["lif.C_m"] = None


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"lif.C_n": "250 pF"}, ("'lif.C_n'", "did you mean lif.C_m", "astrogram parameters")),
        ({"nonsense": "1"}, ("'nonsense'", "astrogram parameters")),
        ({"lif.C_m": "250 parsec"}, ("lif.C_m", "parsec", "allowed", "pF")),
        ({"lif.C_m": "250 pf"}, ("lif.C_m", "'pf'", "did you mean pF")),
        ({"lif.C_m": "250 mV"}, ("lif.C_m", "250 mV", "pF")),
        ({"lif.C_m": "1e9 pF"}, ("lif.C_m", "1000000000 pF", "10 to 1000 pF", "capacitance")),
        ({"lif.C_m": "-250"}, ("lif.C_m", "-250 pF", "10 to 1000 pF")),
        ({"lif.C_m": "much"}, ("lif.C_m", "'much'", "number")),
        ({"lif.C_m": "nan"}, ("lif.C_m", "'nan'", "number")),
        ({"lif.C_m": "__import__('os').getpid()"}, ("lif.C_m", "number")),
        ({"lif.C_m": "250 __import__('os')"}, ("lif.C_m", "__import__", "allowed")),
    ],
)
def test_a_faulty_override_is_refused_in_one_line(overrides, words):
    line = refusal(overrides)
    for word in words:
        assert word in line


def test_an_unknown_circuit_is_refused():
    with pytest.raises(ParameterError, match="'cortex'; allowed: .*amygdala_prefrontal"):
        load_parameters(circuit="cortex")
    assert "amygdala_prefrontal" in circuits()


def test_json_carries_all_values_and_comes_back():
    given = load_parameters({"lif.C_m": "261.7 pF", "plasticity.eta": "0.0071"})
    content = json.loads(given.to_json())
    assert list(content) == sorted(content)
    assert set(content) == {row.key for row in ROWS}
    assert content["lif.C_m"] == {"value": pytest.approx(261.7), "unit": "pF"}
    again = load_parameters({key: repr(item["value"]) for key, item in content.items()})
    assert again.to_json() == given.to_json()
    assert again.hash() == given.hash()


def test_the_hash_follows_every_value():
    table = load_parameters().table
    base = ParameterSet(table).hash()
    assert re.fullmatch(r"[0-9a-f]{16}", base)
    assert load_parameters({}).hash() == base
    seen = {base}
    for row in ROWS:
        for other in (replace(row, value=row.value * 1.5 + 1), replace(row, unit="other")):
            seen.add(ParameterSet({**table, row.key: other}).hash())
    assert len(seen) == 2 * len(ROWS) + 1
