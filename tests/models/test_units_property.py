"""Whatever a stranger writes for a unit is looked up or refused, never run."""

import math
import sys

from brian2 import Quantity
from hypothesis import example, given
from hypothesis import strategies as st

from models.units import UNITS, UnitError, parse_quantity, parse_unit

WORDS = st.sampled_from(
    [*UNITS, "*", "/", "**", "-1", "2", "(", ")", ".", "'", "os", "__import__", "eval", "lambda:"]
)
RAN = []


def heard(event, given):
    """Note what the interpreter compiles or starts, or reads from a module."""
    if event in ("compile", "exec", "import", "os.system", "subprocess.Popen", "open"):
        RAN.append((event, given))


sys.addaudithook(heard)  # cannot be taken away again, so it only ever appends

TEXT = st.one_of(st.text(max_size=40), st.lists(WORDS, max_size=8).map("".join))


@given(TEXT)
@example("__import__('os').system('true')")
@example("s**-")
@example("().__class__.__base__.__subclasses__()")
def test_a_unit_is_known_or_refused(text):
    before = len(RAN)
    try:
        result = parse_unit(text)
    except UnitError as error:
        result = str(error)
    assert RAN[before:] == []
    if isinstance(result, str):
        assert len(result.splitlines()) == 1
    else:
        assert isinstance(result, Quantity)


@given(st.floats(-1e280, 1e280), st.sampled_from(list(UNITS)))
def test_numbers_survive(value, unit):
    parsed = parse_quantity(f"{value!r} {unit}")
    expected = value * float(UNITS[unit])
    assert float(parsed) == expected or math.isclose(float(parsed), expected, rel_tol=1e-15)


@given(TEXT)
def test_a_quantity_is_read_or_refused(text):
    try:
        result = parse_quantity(text)
    except UnitError as error:
        result = str(error)
    if isinstance(result, str):
        assert len(result.splitlines()) == 1
    else:
        assert math.isfinite(float(result))
