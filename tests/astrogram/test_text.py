"""Text from strangers is shown on one line and commands no terminal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from astrogram.text import LONGEST, one_line, printable, shown


@given(st.text())
def test_no_control_character_is_left(text):
    line = one_line(text)
    assert line.isprintable() or line == ""
    assert "\n" not in line


def test_escape_sequences_are_written_out():
    assert one_line("a\x1b[31m\r\nb\u202e\ud800") == "a\\x1b[31m b\\u202e\\ud800"
    assert printable("µ α\n\tß") == "µ α\n\tß"


@given(st.recursive(st.none() | st.floats() | st.text(), st.lists))
def test_values_are_shown_within_bounds(value):
    assert len(shown(value)) <= LONGEST


def test_numbers_and_nests_beyond_python_are_shown():
    assert "digits" in shown(10**5000)
    nest: list = []
    for _ in range(100_000):
        nest = [nest]
    assert shown(nest)
