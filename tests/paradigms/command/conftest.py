"""Stand-ins for the simulation and the analysis behind the command line."""

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from matplotlib.image import imsave

from paradigms.display.console import COMPARE_COLUMNS
from paradigms.protocol.interventions import TargetedTool
from paradigms.protocol.timeline import animal_timeline
from tests.support.command import ROWS


@pytest.fixture
def house(monkeypatch):
    """Stand-ins for every module that a command imports; returns what they were called with."""
    calls = SimpleNamespace(
        simulated=[], checked=[], written=[], progress=[], fail=None, fail_write=None
    )

    def check_run(path, protocol, *, overwrite, seed, clock, **_):
        calls.checked.append((path, overwrite))
        return SimpleNamespace(timeline=animal_timeline(protocol, clock, seed))

    def simulate(protocol, *, progress, **options):
        calls.simulated.append((protocol, options))
        for fraction in (0.0, 0.5, 1.0):
            progress(fraction, 25 * fraction)
        if calls.fail:
            raise calls.fail
        return "dataset"

    def write_dataset(dataset, path):
        if calls.fail_write:
            raise calls.fail_write
        Path(path).write_text("dataset")
        calls.written.append(Path(path))

    def read_dataset(path):
        return SimpleNamespace(attrs={"seed": Path(path).read_text()})

    def figure_sheet(dataset, path):
        assert Path(path).suffix == ".png"
        imsave(path, [[0.0, 1.0]])

    def comparison(animals):
        row = dict.fromkeys(COMPARE_COLUMNS, 1.0)
        return [{**row, "row": "r1", "stage": "renewal", "source": "paper", "n": len(animals)}]

    tool = TargetedTool("tool", "a tool", "cells.v", "v = dose", "1", 1.0, "somewhere")
    fakes = {
        "paradigms.run.simulate": {"simulate": simulate},
        "paradigms.run.preflight": {"check_run": check_run},
        "paradigms.protocol.interventions": {"INTERVENTIONS": {"tool": tool}},
        "analysis.dataset.schema": {"write_dataset": write_dataset, "read_dataset": read_dataset},
        "analysis.cohort.summary": {"summarise": lambda dataset: ROWS},
        "analysis.figures.sheet": {"figure_sheet": figure_sheet},
        "analysis.cohort.compare": {"cautions": lambda animals: [f"{len(animals)} animals"]},
        "analysis.cohort.report": {
            "report": lambda animals: (comparison(animals), "left out: 3 rows")
        },
        "analysis.design.windows": {"design_of": None},
        "analysis.cohort.dataset": {
            "read_any": read_dataset, "is_cohort": lambda dataset: False, "animals": None,
            "beside": None, "design_of_cohort": None,
        },
        "analysis.activity.regime": {"cautions_of": lambda dataset: []},
        "analysis.cohort.results": {"Results": lambda dataset: dataset},
        "analysis.cohort.measures": {"measure": lambda dataset: dataset},
    }
    for name, members in fakes.items():
        module = ModuleType(name)
        module.__dict__.update(members)
        monkeypatch.setitem(sys.modules, name, module)
    return calls
