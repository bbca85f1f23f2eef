"""Every notebook runs from its text to its last cell."""

from pathlib import Path

import jupytext
import pytest
from nbclient import NotebookClient

from tests.support.paths import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.py"))
# Whole animals: nine and one at full size, two small ones through a week
SLOW = {"amygdala_astrocytes", "fear_extinction", "astrocyte_trace"}


def test_notebooks_are_found() -> None:
    assert {path.stem for path in NOTEBOOKS} > SLOW


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, marks=[pytest.mark.slow] if path.stem in SLOW else [])
        for path in NOTEBOOKS
    ],
    ids=lambda path: path.stem,
)
def test_notebook_runs(path: Path) -> None:
    notebook = jupytext.read(path)
    notebook.metadata["kernelspec"] = {
        "name": "python3", "display_name": "Python 3", "language": "python",
    }  # fmt: skip
    NotebookClient(
        notebook, timeout=1800, resources={"metadata": {"path": str(ROOT)}}
    ).execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    drawn = [
        output
        for cell in code
        for output in cell.outputs
        if "image/png" in output.get("data", {})
    ]
    assert len(drawn) == sum(cell.source.rstrip().endswith("figure") for cell in code)
