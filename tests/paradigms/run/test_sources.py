"""A result is made anew when the code that it follows from has changed, and only then."""

import ast
import shutil
from functools import cache
from itertools import count
from pathlib import Path

import pytest

from paradigms.run import sources as module
from paradigms.run.sources import MEASURED, ROOT, SIMULATED, Making, code_hash, sources

OTHER = count()


@pytest.fixture(scope="module", autouse=True)
def _each_text_is_parsed_once():
    """Nearly all of them are the same at every call."""
    imported, meaning = module._imported, module._meaning
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_tree", Path.read_bytes)
        patch.setattr(module, "_imported", cache(lambda text: imported(ast.parse(text))))
        patch.setattr(module, "_meaning", cache(lambda text: meaning(ast.parse(text))))
        yield


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of the packages."""
    root = tmp_path_factory.mktemp("checkout")
    for package in ("models", "paradigms", "analysis"):
        shutil.copytree(ROOT / package, root / package)
    return root


def hashes(root):
    """Of a simulation, and of a measurement of it; read anew."""
    code_hash.cache_clear()
    return code_hash(SIMULATED, root=root), code_hash(SIMULATED, MEASURED, root=root)


@pytest.fixture(scope="module")
def before(checkout):
    """Of the copy as it is; every test puts back what it changes."""
    return hashes(checkout)


def after(root, before, file, change):
    """Which of both hashes is another after a change of one file."""
    path = root / file
    text = path.read_text(encoding="utf-8")
    path.write_text(change(text), encoding="utf-8")
    changed = hashes(root)
    path.write_text(text, encoding="utf-8")
    assert hashes(root) == before
    return tuple(one != other for one, other in zip(before, changed, strict=True))


def statement(text):
    return f"{text}\nNEW = {next(OTHER)}\n"


def depressed(text):
    """The equation of synaptic resources, another one."""
    return text.replace("Omega_d*(1 - x_S)", "Omega_d*(2 - x_S)")


NOTHING, MEASURES, ALL = (False, False), (False, True), (True, True)


def test_the_copy_is_the_code_that_runs(checkout):
    assert hashes(checkout) == hashes(ROOT)


@pytest.mark.parametrize(
    ("file", "wanted"),
    [
        ("analysis/figures/sheet.py", NOTHING),
        ("analysis/cohort/compare.py", NOTHING),
        ("paradigms/command/cli.py", NOTHING),
        ("paradigms/display/console.py", NOTHING),
        ("paradigms/cohort/workers.py", NOTHING),
        ("paradigms/parts/calcium_wave.py", NOTHING),
        ("models/circuits/neuron_glia_2019.py", NOTHING),
        ("analysis/cohort/measures.py", MEASURES),
        ("analysis/activity/decoding.py", MEASURES),
        ("analysis/statistics.py", MEASURES),
        ("paradigms/protocol/doses.py", ALL),
        ("paradigms/run/recording.py", ALL),
        ("models/circuits/amygdala_prefrontal.py", ALL),
        ("models/mechanisms/synapse.py", ALL),
        ("models/__init__.py", ALL),
    ],
)
def test_a_statement_more_counts_where_it_is_used(checkout, before, file, wanted):
    assert after(checkout, before, file, statement) == wanted


@pytest.mark.parametrize(
    ("file", "change", "wanted"),
    [
        ("models/mechanisms/synapse.py", lambda text: f"# why\n{text}", NOTHING),
        ("models/mechanisms/synapse.py", lambda text: text.replace('"""', '"""So: ', 1), NOTHING),
        ("models/mechanisms/synapse.py", depressed, ALL),
        ("models/machine/program.hpp", lambda text: f"{text}// x\n", ALL),
        ("models/machine/memory.cpp", lambda text: f"{text}// x\n", ALL),
        ("paradigms/groups/amygdala_astrocytes.toml", lambda text: f"{text}# x\n", NOTHING),
        ("paradigms/protocols/fear_extinction.toml", lambda text: f"{text}# x\n", NOTHING),
        ("analysis/tables/epochs.csv", lambda text: text.replace("a", "b", 1), MEASURES),
    ],
)
def test_an_equation_counts_and_a_comment_does_not(checkout, before, file, change, wanted):
    text = (checkout / file).read_text(encoding="utf-8")
    assert change(text) != text
    assert after(checkout, before, file, change) == wanted


def test_a_table_of_the_models_counts(checkout, before):
    table = next((checkout / "models" / "tables").rglob("*.csv")).relative_to(checkout)
    assert after(checkout, before, table, lambda text: f"{text}\n") == ALL


def test_modules_are_found_through_all_forms_of_import(tmp_path):
    files = {
        "a/__init__.py": "", "a/b/__init__.py": "from a.top import X", "a/top.py": "X = 1",
        "a/b/start.py": "import a.c.one\nfrom a.c import two\ndef f():\n    from a.late import Y",
        "a/c/__init__.py": "", "a/c/one.py": "import numpy", "a/c/two.py": "from other import Z",
        "a/late.py": "from a.b import start", "a/unused.py": "", "a/c/unused.py": "",
        "other/__init__.py": "Z = 1", "a/c/table.csv": "1", "a/c/notes.txt": "1",
    }  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    making = Making("a.b.start", ("a",))
    found = {str(file.relative_to(tmp_path)) for file in sources(making, tmp_path)}
    assert set(files) - found == {
        "a/unused.py", "a/c/unused.py", "other/__init__.py", "a/c/notes.txt",
    }  # fmt: skip


@pytest.mark.parametrize("making", [SIMULATED, MEASURED])
def test_nothing_that_a_result_follows_from_is_imported_by_its_name_at_run_time(making):
    """It would not be found."""
    found = {file for file in sources(making) if file.suffix == ".py"}
    assert len(found) > 25
    for file in found:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func).rpartition(".")[2]
                assert called not in ("import_module", "__import__", "iter_modules"), file
            assert not (isinstance(node, ast.ImportFrom) and node.level), file
