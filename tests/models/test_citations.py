"""Every equation string names its paper, every parameter its source."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import models
from models.parameters import circuits, load_parameters

FOLDER = Path(models.__file__).parent
# Its strings are statements of a watch over the model, not of the model.
CLOCKWORK = {"checks"}
# A differential equation, a variable with a unit, or a statement or condition.
EQUATION = re.compile(r"^\s*\w+(/dt)?\s*[-+*/]?=[^=]|^\s*\w+ : \w|^\s*\w+ [<>] \w|<.*\*dt$", re.M)
# Paper and year, or the word that marks what no paper gives.
CITED = re.compile(r"[A-Z][\w&. ]+(19|20)\d\d|[Cc]hosen")


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts(item)


def equation_strings(path: Path) -> Iterator[tuple[str, str]]:
    """Names of module-level equation strings, each with the comment above its paragraph."""
    module = importlib.import_module(
        ".".join(("models", *path.relative_to(FOLDER).with_suffix("").parts))
    )
    lines = path.read_text(encoding="utf-8").splitlines()
    comment, last = "", 0
    for node in ast.parse("\n".join(lines)).body:
        between = lines[last : node.lineno - 1]
        if any(not line.strip() for line in between) or not last:
            comment = ""
        found = [line for line in between if line.startswith("#")]
        comment = " ".join(line.lstrip("# ") for line in found) or comment
        last = node.end_lineno or node.lineno
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if any(EQUATION.search(text) for text in texts(getattr(module, name))):
                yield name, comment


MODULES = sorted(path for path in FOLDER.rglob("*.py") if path.stem not in CLOCKWORK)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_equation_strings_name_their_paper(path):
    missing = [name for name, comment in equation_strings(path) if not CITED.search(comment)]
    assert missing == [], f"no paper and no 'chosen' in the comment above, {path.name}"


def test_the_equation_strings_are_found():
    found = {path.stem: [name for name, _ in equation_strings(path)] for path in MODULES}
    assert {"CALCIUM", "CALCIUM_NOISE", "GIVEN_IP3"} <= set(found["calcium"])
    assert {"MODULATED_AMPA", "STATIC_GABA", "TERMINAL"} <= set(found["synapse"])
    assert {"LIF", "LIF_RESET", "LIF_THRESHOLD"} <= set(found["membrane"])
    assert {"WEIGHT", "WEIGHT_ON_PRE", "LEARNING_CELL"} <= set(found["learning"])
    assert "HAND_OVER" in found["neuron_glia_2019"]
    assert "AFFERENT_THRESHOLD" in found["basal_amygdala_2011"]
    assert sum(len(names) for names in found.values()) > 50


@pytest.mark.parametrize("circuit", circuits())
def test_every_parameter_names_its_source(circuit):
    rows = load_parameters(circuit=circuit).rows()
    assert rows
    assert [row.key for row in rows if not row.source.strip()] == []
