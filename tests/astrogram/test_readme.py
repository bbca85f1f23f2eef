"""The README's lines of Python do what they say, and its commands are there."""

import re
import shlex

import numpy as np
import pytest

from models.parameters import load_parameters
from paradigms.command import cli
from tests.support.paths import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
(PYTHON,) = re.findall(r"^```python\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
COMMANDS = [
    shlex.split(line, comments=True)[1:]
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
    for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("astrogram ")
    if not line.endswith("\\")
]  # fmt: skip


def test_the_lines_of_python_do_what_they_say(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    found = {}
    exec(compile(PYTHON, "README.md", "exec"), found)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["animal.nc", "animal.png"]
    animal, treated = found["animal"], found["treated"]
    assert animal.sizes["neuron"] == treated.sizes["neuron"]
    assert animal.attrs["individual"] == treated.attrs["individual"]
    assert not np.array_equal(animal["ip3"].values, treated["ip3"].values)
    out = capsys.readouterr().out.splitlines()
    assert out[0] == str(animal["freezing"].values).splitlines()[0]
    assert out[-1] == str(load_parameters()["plasticity.eta"].value)
    assert any("freezing" in line for line in out[1:-1])
    assert {row["quantity"] for row in found["rows"]} >= {"freezing", "mean rate"}
    assert [item.seed for item in found["measured"]] == [1]


def test_there_are_commands():
    assert len(COMMANDS) > 25


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_command_has_the_options_that_it_is_shown_with(arguments, capsys):
    name = [word for word in arguments[:2] if word.isidentifier() or word.endswith(".toml")]
    deep = arguments[0] in ("run", "reproduce")
    assert cli.main([*name[: 1 + deep], "--help"]) == 0
    text = capsys.readouterr().out
    for word in arguments:
        if word.startswith("--"):
            assert re.search(rf"^  {word.partition('=')[0]}\b", text, re.MULTILINE), word
