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
        ("1/day", 1 / (86400 * b2.second)),
        ("d", 86400 * b2.second),
        ("1/(umolar*second)", 1 / b2.umolar / b2.second),
        ("(nS*(mV/ms))/pA**2", b2.nS * b2.mV / b2.ms / b2.pA**2),
        ("metre ** 3 * second ** -1 * mole ** -1", b2.metre**3 / b2.second / b2.mole),
        ("katal / (metre ** 3)", b2.mole / b2.second / b2.metre**3),
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
        ("0" * 5000 + "7", 7.0),
    ],
)
def test_quantities_are_read(text, value):
    assert float(parse_quantity(text)) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("40/second", 40 * b2.Hz),
        ("40 / second", 40 * b2.Hz),
        ("40*hertz", 40 * b2.Hz),
        ("2*umolar", 2 * b2.umolar),
        ("30*nS", 30 * b2.nS),
        ("30. * nsiemens", 30 * b2.nS),
        ("0.3/(umolar*second)", 0.3 / b2.umolar / b2.second),
        ("3 uM", 3 * b2.umolar),
        ("3 \u00b5M", 3 * b2.umolar),
        ("3 \u03bcM", 3 * b2.umolar),
        ("2 mM", 2 * b2.mmolar),
        ("5 us", 5 * b2.usecond),
        ("1.5 kHz", 1.5 * b2.kHz),
        ("2 nA", 2 * b2.namp),
        ("5 umol/second", 5 * b2.umole / b2.second),
        ("4 Mohm", 4 * b2.Mohm),
        ("2 nfarad", 2 * b2.nfarad),
        ("3 cm", 3 * b2.cmetre),
    ],
)
def test_the_notation_of_brian_is_read(text, value):
    parsed = parse_quantity(text)
    assert have_same_dimensions(parsed, value)
    assert float(parsed) == pytest.approx(float(value), rel=1e-15)


@pytest.mark.parametrize(
    "value", [30 * b2.nS, 2 * b2.umolar / b2.second, 0.3 / b2.umolar / b2.second, 3 * b2.ms]
)
def test_what_brian_prints_is_read_again(value):
    again = parse_quantity(repr(value))
    assert have_same_dimensions(again, value)
    assert float(again) == pytest.approx(float(value), rel=1e-15)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("mv", "did you mean mV"),
        ("m", "did you mean metre, min, ms"),
        ("M", "did you mean molar, mM, uM"),
        ("secnd", "did you mean second"),
        ("umolr", "did you mean umolar"),
        ("s s", "write [*] or / there"),
        ("s**12", "powers as"),
        ("(s", "where a unit or"),
        ("s)", "that nothing opens"),
        ("(" * 150 + "s", "where a unit or"),
        ("(" * 900, "900 characters; allowed: 200"),
    ],
)
def test_a_wrong_unit_is_refused_with_what_may_be_meant(text, hint):
    with pytest.raises(UnitError, match=hint) as caught:
        parse_quantity(f"3 {text}")
    assert len(str(caught.value)) < 250


def test_the_units_are_the_ones_of_brian():
    for name, unit in UNITS.items():
        brian = getattr(b2.units.allunits, name, getattr(b2, name, None))
        if isinstance(brian, b2.Quantity):
            assert have_same_dimensions(unit, brian), name
            assert unit == brian, name


@pytest.mark.parametrize(
    "text",
    [
        "volts", "mv", "s**", "s**-", "s**+", "s**1.5", "s***2", "s**2**2", "s//s", "/s", "s/",
        "*", "()", "s^2", "0", "2", "s**99999999999999999999", "__import__('os')", "s;s",
        "second()", "brian2.second", "s.dim", "[s]", "s if 1 else s",
    ],
)  # fmt: skip
def test_other_units_are_refused_in_one_line(text):
    with pytest.raises(UnitError) as caught:
        parse_unit(text)
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 250


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
        "1e400",
        "1e-400",
        "1" * 5000,
        "0." + "0" * 5000 + "1",
        "1" * 20_000,
        "\u0663 s",
        "\x1b[31m1 s",
        "3*",
        "3/",
        "3 **2",
        "2**2 s",
        "3 * * s",
    ],
)
def test_other_quantities_are_refused_in_one_line(text):
    with pytest.raises(UnitError) as caught:
        parse_quantity(text)
    assert len(str(caught.value).splitlines()) == 1
