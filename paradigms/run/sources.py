"""Which of the project's files a result follows from: found by its imports, known by a hash.

A simulated animal follows from the models, the protocol and the run; what is measured in it from
the analysis, too. Neither follows from a figure, a command or a circuit that it does not import,
nor from a comment or a docstring, so a change of those makes nothing anew.
"""

from __future__ import annotations

import ast
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLES = (".csv", ".hpp", ".cpp")
"""Files that modules read. Protocols and groups (.toml) are no part of the code: they are asked."""


@dataclass(frozen=True)
class Making:
    """How a result is made.

    Attributes
    ----------
    module : str
        Makes it.
    packages : tuple of str
        Within which its imports are followed.
    """

    module: str
    packages: tuple[str, ...]


# The schema, which is analysis, is no part: what no longer fits it is found when it is read
SIMULATED = Making("paradigms.run.simulate", ("models", "paradigms"))
MEASURED = Making("analysis.cohort.measures", ("analysis",))


@cache
def code_hash(*makings: Making, root: Path = ROOT) -> str:
    """Return a hash of all that results which are made so follow from."""
    content = hashlib.sha256()
    for file in sorted({file for making in makings for file in sources(making, root)}):
        text = _meaning(_tree(file)) if file.suffix == ".py" else file.read_bytes()
        content.update(f"{file.relative_to(root)}\0".encode() + text)
    return content.hexdigest()[:24]


def sources(making: Making, root: Path = ROOT) -> set[Path]:
    """Return the modules that are imported, at the head of a module or within, and all tables.

    Parameters
    ----------
    making : Making
    root : Path
        Folder of the packages.
    """
    files = [file for package in making.packages for file in (root / package).rglob("*")]
    modules = {_name(file, root): file for file in files if file.suffix == ".py"}
    reached: set[str] = set()
    waiting = [making.module]
    while waiting:
        name = waiting.pop()
        if name in modules and name not in reached:
            reached.add(name)
            waiting += [name.rpartition(".")[0], *_imported(_tree(modules[name]))]
    return {modules[name] for name in reached} | {x for x in files if x.suffix in TABLES}


def _name(file: Path, root: Path) -> str:
    parts = file.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(tree: ast.Module) -> list[str]:
    """Names that may be modules."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return found


def _meaning(tree: ast.Module) -> bytes:
    """What a module does: its syntax tree without docstrings."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
            node.body = node.body[ast.get_docstring(node) is not None :]
    return ast.dump(tree).encode("utf-8", "surrogatepass")


def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_bytes())
