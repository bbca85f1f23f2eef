"""docs/extend.md, applied to a copy of the project and run as it stands."""

import re
import shutil
import subprocess
import sys

import pytest

from tests.support.paths import ROOT

PACKAGES = ("astrogram", "models", "paradigms", "analysis")
PAGE = (ROOT / "docs" / "extend.md").read_text(encoding="utf-8")
SECTIONS = {part.split("\n", 1)[0]: part for part in re.split(r"^## ", PAGE, flags=re.M)[1:]}
CHANGE = re.compile(
    r"^`(?P<file>[\w/.]+)`, (?P<how>a new file|rows more|in place of `(?P<old>[^\n]+)`):\n\n"
    r"```\w*\n(?P<new>.*?)```\n",
    re.M | re.S,
)
CHECK = re.compile(r"^```python\n(.*?)```\n", re.M | re.S)
# How many files a section may touch.
MOST_FILES = {
    "A drug": 1, "A mechanism with a second messenger that is recorded": 4,
    "A quantity of the analysis": 2, "A panel of the figure sheet": 1,
}  # fmt: skip


@pytest.fixture
def copy(tmp_path):
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    return tmp_path


def apply(text, copy):
    """Make the changes of a section; return the files that it touched."""
    touched = set()
    for change in CHANGE.finditer(text):
        path = copy / change["file"]
        touched.add(change["file"])
        if change["how"] == "a new file":
            assert not path.exists()
            path.write_text(change["new"], encoding="utf-8")
        elif change["how"] == "rows more":
            with path.open("a", encoding="utf-8") as file:
                file.write(change["new"])
        else:
            old = path.read_text(encoding="utf-8")
            assert old.count(change["old"]) == 1, change["old"]
            new = change["new"].removesuffix("\n")
            path.write_text(old.replace(change["old"], new), encoding="utf-8")
    return touched


def test_every_block_of_the_page_is_a_change_or_a_check():
    blocks = PAGE.count("```") // 2
    assert len(CHANGE.findall(PAGE)) + len(CHECK.findall(PAGE)) == blocks
    assert len(SECTIONS) >= 5


@pytest.mark.parametrize("name", [name for name in SECTIONS if CHECK.search(SECTIONS[name])])
def test_an_extension_is_as_small_as_the_page_says_and_works(name, copy):
    touched = apply(SECTIONS[name], copy)
    assert 1 <= len(touched) <= MOST_FILES.get(name, 6)
    if name not in MOST_FILES:
        assert all(path.endswith(".csv") for path in touched), "rows only"
    for code in CHECK.findall(SECTIONS[name]):
        subprocess.run(
            [sys.executable, "-W", "error::UserWarning", "-c", code], cwd=copy, check=True,
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(copy), "HOME": str(copy)},
        )  # fmt: skip
