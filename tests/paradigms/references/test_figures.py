"""The figures of the reference checks: what they show, and that they are drawn."""


import numpy as np
import pytest
import xarray as xr

from analysis.figures.references import references_figure
from paradigms.command import cli
from paradigms.references import figures as reference_figures
from paradigms.references.basal_amygdala_2011 import POPULATIONS
from paradigms.references.basal_amygdala_protocol import CONDITIONS, DENSE
from paradigms.references.neuron_glia import FORMULATIONS
from paradigms.references.neuron_glia_2019 import CELL_TYPES, WINDOWS
from tests.support.paths import ROOT

LARGEST = 150_000  # bytes


def network():
    rng = np.random.default_rng(1)
    return xr.Dataset(
        {
            "activity": (("formulation", "cell_type", "bin"), rng.random((2, 3, 400))),
            "rate": (("formulation", "cell_type", "window"), rng.random((2, 3, 3))),
        },
        coords={
            "formulation": list(FORMULATIONS), "cell_type": list(CELL_TYPES),
            "window": list(WINDOWS), "bin": np.arange(400) * 0.02,
        },
        attrs={
            "figure": "neuron_glia_2019", "seed": 1, "size": 200, "start": 2.0, "stop": 4.0,
        },
    )  # fmt: skip


def fear():
    rng = np.random.default_rng(2)
    shape = (len(CONDITIONS), 3, 2, 12)
    return xr.Dataset(
        {
            "rate": (("condition", "seed", "population", "presentation"), rng.random(shape)),
            "power": (("dense", "frequency"), rng.random((3, 129)) + 0.1),
        },
        coords={
            "condition": list(CONDITIONS), "population": list(POPULATIONS),
            "dense": ["standard", *DENSE], "frequency": np.linspace(0, 500, 129),
        },
        attrs={"figure": "basal_amygdala_2011"},
    )  # fmt: skip


@pytest.fixture(scope="module")
def astrocyte():
    return reference_figures.single_astrocyte()


def test_the_single_astrocyte_shows_what_the_checks_measure(astrocyte):
    assert float(abs(astrocyte.calcium - astrocyte.exact).max()) < 1e-6  # umolar
    swing = (astrocyte.highest - astrocyte.lowest).values
    # Beyond the end an oscillation that runs goes on beside a rest that is stable.
    for cell, (onset, end) in enumerate(astrocyte.bifurcation.values):
        level = astrocyte.level.values
        inside = (level > onset + 0.03) & (level < end - 0.03)
        assert swing[cell, inside].min() > 0.1
        assert swing[cell, level < onset - 0.1].max() < 0.01
    error = astrocyte.error.sel(step=[0.005, 0.04]).values
    assert 8**3.7 < error[1] / error[0] < 8**4.1


def test_every_figure_is_drawn(astrocyte, tmp_path):
    for dataset in (astrocyte, network(), fear()):
        assert dataset.attrs["figure"] in reference_figures.FIGURES
        path = tmp_path / "figure.png"
        references_figure(dataset, path)
        assert path.read_bytes()[:4] == b"\x89PNG"


def test_figures_of_the_docs_are_small_and_shown():
    docs = ROOT / "docs"
    pictures = sorted((docs / "figures").glob("*.png"))
    assert set(reference_figures.FIGURES) <= {path.stem for path in pictures}
    assert [path.name for path in pictures if path.stat().st_size >= LARGEST] == []
    text = "".join(page.read_text(encoding="utf-8") for page in docs.glob("*.md"))
    assert [path.name for path in pictures if f"figures/{path.name}" not in text] == []


def test_the_command_writes_every_figure(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(reference_figures, "FIGURES", {"a": network, "b": fear})
    assert cli.main(["reproduce", "figures", "--out", str(tmp_path / "new")]) == 0
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["a.png", "b.png"]
    assert "computing a" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_refused_before_the_work(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(reference_figures, "FIGURES", {"a": lambda: pytest.fail("too late")})
    (tmp_path / "file").write_text("")
    assert cli.main(["reproduce", "figures", "--out", str(tmp_path / "file" / "x")]) == 2
    assert "cannot write" in capsys.readouterr().err
