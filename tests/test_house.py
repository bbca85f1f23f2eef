"""The house: rooms of a size that a reader takes in, no circle, no arrow against the way."""

import ast
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.support.paths import ROOT

PACKAGES = ("astrogram", "models", "paradigms", "analysis")
# What each package may import, beside itself; what all share is below all.
ALLOWED = {
    "astrogram": set(),
    "models": {"astrogram"},
    "analysis": {"astrogram"},
    "paradigms": {"astrogram", "models", "analysis"},
}
# Doors of the house: what users call, and the command, hand over to the rooms; no room uses them.
ENTRANCES = {"astrogram.api.results", "astrogram.api.simulation", "astrogram.__main__"}
MOST_LINES = 300
MOST_MODULES = 20


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {_name(path): path for package in PACKAGES for path in (ROOT / package).rglob("*.py")}


def _imports(name: str) -> set[str]:
    """Our modules that a module imports, at its head or inside a function."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            wanted = [f"{node.module}.{alias.name}" for alias in node.names]
            found |= {full if full in MODULES else node.module for full in wanted}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found & set(MODULES)


IMPORTS = {name: _imports(name) for name in MODULES}


def _room(name: str) -> str:
    """The folder of a module; a package is its own, and so is a module that stands in none."""
    if MODULES[name].name == "__init__.py" or name.count(".") < 2:
        return name
    return name.rpartition(".")[0]


def circles(arrows: dict[str, set[str]]) -> set[str]:
    """Those that can be reached from themselves."""

    def reached(start: str) -> set[str]:
        seen, waiting = set(), [start]
        while waiting:
            for name in arrows.get(waiting.pop(), set()) - seen:
                seen.add(name)
                waiting.append(name)
        return seen

    return {name for name in arrows if name in reached(name)}


def test_the_house_was_found():
    assert len(MODULES) > 150
    assert sum(map(len, IMPORTS.values())) > 500


def test_no_module_is_too_long():
    lines = {
        name: path.read_text(encoding="utf-8").count("\n") for name, path in MODULES.items()
    }  # fmt: skip
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}


def test_no_folder_holds_too_many_modules():
    held = Counter(
        path.parent for path in MODULES.values() if path.name != "__init__.py"
    )  # fmt: skip
    assert {str(folder): count for folder, count in held.items() if count > MOST_MODULES} == {}


def test_every_room_says_what_lives_there():
    for name, path in MODULES.items():
        if path.name == "__init__.py":
            assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), name


def test_no_module_reaches_itself():
    assert circles(IMPORTS) == set()


def test_no_room_reaches_itself():
    between: dict[str, set[str]] = {}
    for name, imported in IMPORTS.items():
        room = _room(name)
        between.setdefault(room, set()).update({_room(other) for other in imported} - {room})
    assert circles(between) == set()


def test_circles_are_found():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == {"b", "c"}


@pytest.mark.parametrize("package", PACKAGES)
def test_no_arrow_against_the_way(package):
    wrong = {
        (name, other)
        for name, imported in IMPORTS.items()
        if name.split(".")[0] == package and name not in ENTRANCES
        for other in imported
        if other.split(".")[0] not in ALLOWED[package] | {package}
    }
    assert wrong == set()


def test_no_room_goes_out_by_an_entrance():
    """Else what stands below all would depend on all, whatever the rule above says."""
    users = {name for name, imported in IMPORTS.items() if imported & (ENTRANCES | {"astrogram"})}
    assert users == {"astrogram", "paradigms.__main__"}


def test_nothing_of_a_test_or_benchmark_is_imported():
    names = ("tests", "benchmarks")
    for path in MODULES.values():
        text = path.read_text(encoding="utf-8")
        assert not any(f"from {name}" in text or f"import {name}" in text for name in names), path


def test_every_module_can_be_imported_first():
    """No module needs another to have been imported before it."""
    code = "import importlib, sys; importlib.import_module(sys.argv[1])"
    for name in ("models.run", "paradigms.cohort.check", "paradigms.references.loop"):
        subprocess.run([sys.executable, "-c", code, name], cwd=ROOT, check=True)


NAMED = re.compile(r"`((?:astrogram|models|paradigms|analysis|tests|benchmarks|docs)/[\w./<>*-]+)`")
# What the worked examples of that page write into a copy.
WRITTEN = {"models/mechanisms/astrocyte/cyclic_gmp.py", "models/tables/mechanisms/cyclic_gmp.csv"}


def test_what_the_docs_name_is_there():
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), ROOT / "benchmarks" / "README.md"]
    named = {
        (page.name, place)
        for page in pages
        for place in NAMED.findall(page.read_text(encoding="utf-8"))
        if place not in WRITTEN
    }
    assert len(named) > 60
    missing = {
        (page, place) for page, place in named if not list(ROOT.glob(re.sub(r"<\w+>", "*", place)))
    }
    assert missing == set()
