"""A table never breaks a number: text is wrapped, a column is left out and named, or rows stand."""

import io
import json
import re
import sys
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from astrogram import environment
from paradigms.display import console
from paradigms.display.rendering import formatted, markdown, table
from tests.support.tables import left_out, missing

ROWS = [
    {"row": "Gq freezing early extinction", "unit": "percent", "paper": -20.1, "model": -33.25,
     "low": -41.0, "high": -26.04, "p": 0.00012345, "n": 12, "verdict": "met", "trust": "tuned on"},
    {"row": "Gi freezing renewal", "unit": "percent", "paper": None, "model": 4.9e-05,
     "low": -0.0, "high": 1.5e+20, "p": None, "n": 4294967295, "verdict": "missed", "trust": ""},
]  # fmt: skip
EXPENDABLE = ("trust", "p", "n", "unit")


@pytest.mark.parametrize("width", [20, 30, 40, 60, 70, 80, 100, 200])
def test_every_number_is_whole_or_its_column_is_named(width):
    text = table(ROWS, width=width, expendable=EXPENDABLE)
    assert not missing(ROWS, text)
    assert max(map(cell_len, text.splitlines())) <= width
    assert left_out(text) <= set(EXPENDABLE)


def test_columns_go_in_the_order_of_priority_and_only_as_many_as_must():
    gone = [left_out(table(ROWS, width=w, expendable=EXPENDABLE)) for w in range(200, 71, -1)]
    assert gone[0] == set()
    steps = [set(EXPENDABLE[:k]) for k in range(len(EXPENDABLE) + 1)]
    assert [step for step in steps if step in gone] == steps[: len(set(map(frozenset, gone)))]
    assert sorted(gone, key=len) == gone
    assert len(gone[-1]) >= 2


def test_too_narrow_for_what_must_stay_shows_every_row_whole():
    lines = table(ROWS, width=30, expendable=EXPENDABLE).splitlines()
    assert lines[:5] == [
        "row:", "  Gq freezing early extinction", "unit: percent", "paper: -20.1", "model: -33.25",
    ]  # fmt: skip
    assert lines.count("") == 1
    assert "n: 4294967295" in lines
    assert "trust:" in lines


def test_numbers_hidden_on_purpose_are_named():
    text = table(ROWS, width=80, columns=("row", "model"))
    assert left_out(text) == {"paper", "low", "high", "p", "n"}  # texts are not numbers


NUMBERS = [
    (4294967295, "4294967295"), (12345678901234567890, "12345678901234567890"), (-3, "-3"),
    (0, "0"), (True, "yes"), (False, "no"), (12.345678, "12.35"), (-20.1, "-20.1"), (-0.0, "0"),
    (1110.0, "1110"), (1e5, "1e+05"), (1.5e-7, "1.5e-07"), (None, "-"),
    ("a\x1b[2J\n b", "a\\x1b[2J b"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "text"), NUMBERS)
def test_a_value_is_written_once(value, text):
    assert formatted(value) == text


def test_text_of_strangers_is_harmless_in_all_forms():
    nasty = "\x1b]0;owned\x07 \u202e\x9b2J \r over\nline | \ud800"
    rows = [{"name": nasty, "value": 1.5, nasty: 2}]
    for text in (
        table(rows, width=80), table(rows, width=20), markdown(rows, group="value", title="t"),
    ):  # fmt: skip
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\ud800]", text)
        assert "\\x1b]0;owned\\x07" in "".join(text.split())


def test_columns_stand_in_line_whatever_the_script():
    rows = [{"name": name, "value": 1.25} for name in ("plain", "你好", "µm²", "e\u0301")]
    lines = table(rows, width=60).splitlines()[2:]
    assert {cell_len(line) for line in lines} == {12}
    ascii_lines = table(rows, width=60, encoding="ascii").splitlines()
    assert all(line.isascii() for line in ascii_lines)
    assert "\\xb5m\\xb2" in ascii_lines[4]
    assert {len(line) for line in ascii_lines[2:]} == {len(ascii_lines[2])}


@pytest.mark.parametrize("rows", [[], [{}]])
def test_nothing_is_said(rows):
    assert table(rows, width=80) == "(nothing to show)"


LETTERS = st.text("abcdefghijklmnopqrstuvwxyzäµ你 ", max_size=60)
CELL = st.one_of(
    st.integers(-(2**63), 2**64), st.floats(allow_nan=False, allow_infinity=False), LETTERS,
    st.none(), st.booleans(),
)  # fmt: skip


@st.composite
def tables(draw):
    names = draw(st.lists(st.text("abcde_", min_size=1, max_size=24), min_size=1, max_size=9,
                          unique=True))  # fmt: skip
    rows = draw(st.lists(st.fixed_dictionaries({name: CELL for name in names}),
                         min_size=1, max_size=4))  # fmt: skip
    return rows, draw(st.lists(st.sampled_from(names), unique=True))


@given(tables(), st.integers(28, 220))
def test_any_table_at_any_width(made, width):
    rows, expendable = made
    text = table(rows, width=width, expendable=expendable)
    assert not missing(rows, text)
    assert max(map(cell_len, text.splitlines())) <= width
    gone = left_out(text)
    assert gone <= set(expendable)
    assert next(iter(rows[0])) not in gone
    kept = "".join(formatted(v) for row in rows for k, v in row.items() if k not in gone)
    lost = Counter("".join(kept.split())) - Counter(text)
    assert not lost  # nothing of any text is cut off


@pytest.mark.parametrize(
    ("given", "found"),
    [("60", 60), ("0", None), ("-3", None), ("", None), ("x", None), ("9" * 40, None),
     ("６０", None), ("8 0", None)],
)  # fmt: skip
def test_the_width_that_is_asked_for(monkeypatch, given, found):
    with monkeypatch.context() as own:  # pytest itself asks for the width when a test has ended
        own.setenv("COLUMNS", given)
        width = environment.columns()
    assert width == found


class Stream(io.StringIO):
    """A stream of an encoding that is not UTF-8, or that nobody reads."""

    def __init__(self, encoding="ascii", error=None):
        super().__init__()
        self.coded, self.error = encoding, error

    @property
    def encoding(self):
        return self.coded

    def write(self, text):
        if self.error:
            raise self.error
        text.encode(self.coded)
        return super().write(text)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
def test_no_encoding_ends_a_command(monkeypatch, encoding):
    out, err = Stream(encoding), Stream(encoding)
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    rows = [{"name": "µ你\x1b", "value": 0.5, "group": "Γ"}]
    console.print_rows(rows, as_json=False)
    console.print_rows(rows, as_json=True)
    console.print_markdown(rows, group="group", title="Λ")
    console.print_title("ν\x1b")
    console.note("figure: µ\x1b[2J\nnext")
    assert "0.5" in out.getvalue()
    assert json.loads(out.getvalue().split("[", 1)[1].split("]")[0]) == rows[0]
    assert "\x1b" not in out.getvalue() + err.getvalue()
    assert len(err.getvalue().splitlines()) == 1


def test_a_note_that_nobody_reads_ends_no_run(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stderr", Stream(error=BrokenPipeError()))
    console.note("said")
    monkeypatch.setattr(sys, "stderr", None)
    console.note("said")
    assert capsys.readouterr().out == ""  # and never stands between the rows


def test_numbers_that_json_does_not_know_are_null(capsys):
    console.print_rows([{"value": float("nan"), "text": "\x7f"}], as_json=True)
    text = capsys.readouterr().out
    assert json.loads(text) == [{"value": None, "text": "\x7f"}]
    assert "\x7f" not in text
