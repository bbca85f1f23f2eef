"""A row more changes nothing that stood there before: every drawn quantity has its own stream."""

import shutil
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from models import parameters as tables
from models.parameters import load_parameters
from models.tissue import anatomy_tables, drawing
from models.tissue.drawing import draw_tissue
from paradigms.protocol.files import load_protocol
from paradigms.protocol.timeline import animal_timeline
from paradigms.run.stimuli import draw_inputs

SHIPPED = resources.files("models") / "tables"
CIRCUIT = "amygdala_prefrontal"
POPULATION = {
    "anatomy/populations.csv": "PVT,PVT,other,glutamate,lif.b_ahp_other,\n",
    "anatomy/projections.csv": "background,PVT,ampa,,,,\nPVT,CeM,ampa,,,,\n",
    "population.csv": "PVT,40,1,1,10000,thalamus,chosen: a test\n",
    "resting.csv": "PVT,3,Hz,0.1,100,rate,chosen: a test\n",
    "projection.csv": "background_to_PVT.indegree,40,1,0,10000,inputs,chosen: a test\n"
    "PVT_to_CeM.indegree,5,1,0,10000,inputs,chosen: a test\n"
    "PVT_to_CeM.total,0,nS,0,10000,strength,chosen: a test\n",
}
STIMULUS = {
    "anatomy/afferents.csv": "light,afferent,afferent.n_sensory,conditioned,afferent.code_sensory,"
    "afferent.rate_CS,afferent.rate_silent,,,,,\n",
    "anatomy/plastic.csv": "light,BLA_P,plasticity.indegree_CS,plasticity.G_CS,,\n",
}


def draw():
    parameters = load_parameters()
    tissue = draw_tissue(parameters, 500, 7)
    timeline = animal_timeline(load_protocol("quick_conditioning"), None, 7)
    return tissue, draw_inputs(parameters, tissue, timeline, 7)


def forget():
    anatomy_tables.load_anatomy.cache_clear()
    drawing._background.cache_clear()


@pytest.fixture
def with_rows(tmp_path, monkeypatch):
    """Draw an animal with rows more in its tables."""

    def drawn(rows):
        folder = tmp_path / "tables"
        shutil.copytree(Path(str(SHIPPED)), folder)
        for name, text in rows.items():
            with (folder / CIRCUIT / name).open("a", encoding="utf-8") as file:
                file.write(text)
        monkeypatch.setattr(tables, "tables_folder", lambda: folder)
        monkeypatch.setattr(anatomy_tables, "tables_folder", lambda: folder)
        forget()
        return draw()

    yield drawn
    forget()


def same_edges(one, other, n_source, n_target):
    """Edges between cells that both have are the same."""
    kept = (other.source < n_source) & (other.target < n_target)
    for name in ("source", "target", "weight"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name)[kept])


def test_a_population_more_leaves_every_array_as_it_was(with_rows):
    before, inputs = draw()
    after, inputs_after = with_rows(POPULATION)
    n, other = before.n_neurons, before.n_neurons - before.n_principal
    assert after.n_neurons == n + 20
    for name in ("population", "projection", "position", "domain", "E_L"):
        np.testing.assert_array_equal(getattr(before, name), getattr(after, name)[:n])
    for name in ("astrocyte_position", "gain"):
        np.testing.assert_array_equal(getattr(before, name), getattr(after, name))
    sizes = {"drive": 10**9, "principal": before.n_principal, "other": other}
    for key, edges in before.static.items():
        same_edges(edges, after.static[key], sizes.get(key[0], 10**9), sizes[key[1]])
    for part in ("tripartite", "terminals", "volume"):
        for key, edges in getattr(before, part).items():
            same_edges(edges, getattr(after, part)[key], 10**9, 10**9)
    for source in ("afferent", "drive"):
        one, two = getattr(inputs, source), getattr(inputs_after, source)
        np.testing.assert_array_equal(one.cell, two.cell)
        np.testing.assert_array_equal(one.step, two.step)


def test_a_stimulus_more_leaves_cells_and_all_other_afferents_as_they_were(with_rows):
    before, inputs = draw()
    after, inputs_after = with_rows(STIMULUS)
    where = after.afferents["light"]
    assert where.start == max(place.stop for place in before.afferents.values())
    for name in ("population", "projection", "position", "domain", "E_L", "gain"):
        np.testing.assert_array_equal(getattr(before, name), getattr(after, name))
    for key, edges in before.static.items():
        same_edges(edges, after.static[key], 10**9, 10**9)
    same_edges(before.tripartite["afferent"], after.tripartite["afferent"], where.start, 10**9)
    for pre in ("principal", "other"):
        same_edges(before.tripartite[pre], after.tripartite[pre], 10**9, 10**9)
    known = inputs_after.afferent.cell < where.start
    np.testing.assert_array_equal(inputs.afferent.cell, inputs_after.afferent.cell[known])
    np.testing.assert_array_equal(inputs.afferent.step, inputs_after.afferent.step[known])
    assert np.count_nonzero(~known) > 100
    np.testing.assert_array_equal(inputs.drive.cell, inputs_after.drive.cell)
    np.testing.assert_array_equal(inputs.drive.step, inputs_after.drive.step)
