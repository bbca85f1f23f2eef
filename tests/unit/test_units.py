"""Units from text: what is read, what is refused, and that nothing is executed."""

import brian2 as b2
import pytest
from brian2 import have_same_dimensions

from models.units import UNITS, UnitError, parse_quantity, parse_unit


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("1", b2.Quantity(1)),
        ("", b2.Quantity(1)),
        ("mV", b2.mV),
        ("umolar/second", b2.umolar / b2.second),
        ("1/second", 1 / b2.second),
        ("umolar**-1/second", 1 / b2.umolar / b2.second),
        ("umolar ** -1 / second", 1 / b2.umolar / b2.second),
        ("nS*mV", b2.nsiemens * b2.mV),
        ("second/umolar/um", b2.second / b2.umolar / b2.um),
        ("s**2/ms**+1", b2.second**2 / b2.ms),
        ("min", 60 * b2.second),
        ("h", 3600 * b2.second),
    ],
)
def test_units_are_read_from_left_to_right(text, unit):
    parsed = parse_unit(text)
    assert have_same_dimensions(parsed, unit)
    assert float(parsed) == pytest.approx(float(unit), rel=1e-15)


@pytest.mark.parametrize("name", UNITS)
def test_every_unit_reads_as_itself(name):
    assert parse_unit(name) == UNITS[name]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("30 s", 30.0),
        ("30s", 30.0),
        (" -70 mV ", -0.07),
        ("+.5 1", 0.5),
        ("1e-3", 1e-3),
        ("2.E2 Hz", 200.0),
    ],
)
def test_quantities_are_read(text, value):
    assert float(parse_quantity(text)) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    "text",
    [
        "volts", "mv", "s**", "s**-", "s**+", "s**1.5", "s***2", "s**2**2", "s//s", "/s", "s/",
        "*", "s^2", "0", "2", "s**99999999999999999999", "__import__('os')", "s;s", "second()",
        "brian2.second", "s.dim", "[s]", "s if 1 else s",
    ],
)  # fmt: skip
def test_other_units_are_refused_in_one_line(text):
    with pytest.raises(UnitError) as caught:
        parse_unit(text)
    assert len(str(caught.value).splitlines()) == 1
    assert "allowed: 1, second" in str(caught.value)


@pytest.mark.parametrize("text", ["h**9" + "*h**9" * 20, "1" + "/h**9" * 20])
def test_a_unit_beyond_all_numbers_is_refused(text):
    with pytest.raises(UnitError, match="beyond all numbers"):
        parse_unit(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "s",
        "mV 3",
        "1..2 s",
        "--1 s",
        "1e s",
        "nan s",
        "inf s",
        "0x10 s",
        "1_000 s",
        "1\ns\n2",
        "1e999 s",
    ],
)
def test_other_quantities_are_refused_in_one_line(text):
    with pytest.raises(UnitError) as caught:
        parse_quantity(text)
    assert len(str(caught.value).splitlines()) == 1
