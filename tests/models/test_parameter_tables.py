"""Tables of parameters: their rows, what is faulty in them, and what circuits share."""

import csv
import math
import re
import shutil
from importlib import resources
from types import MappingProxyType

import brian2 as b2
import numpy as np
import pytest

from models import parameters
from models.circuits.amygdala_mechanisms import MECHANISMS, composed
from models.circuits.amygdala_prefrontal import assemble, namespace
from models.machine.clocks import choose_clocks
from models.mechanisms.astrocyte.gap_junction import THRESHOLD_FLUX
from models.mechanisms.astrocyte.gliotransmission import RELEASE_THRESHOLD
from models.mechanisms.membrane import LIF_THRESHOLD
from models.parameters import ParameterError, ParameterSet, circuits, load_parameters
from models.tissue.drawing import draw_tissue
from models.tissue.individual import individual
from paradigms.protocol.timeline import animal_timeline
from paradigms.run.behaviour import score
from paradigms.run.recording import record
from paradigms.run.stimuli import draw_inputs
from tests.support.circuit import blink
from tests.support.parameters import refusal

ROWS = load_parameters().rows()
# What the circuit lists, and what its synapses read that no mechanism is listed for.
EQUATIONS = " ".join(
    composed(cells, part)
    for one in MECHANISMS
    for cells in one.cells
    for part in ("equations", "reset", "on_pre")
) + " ".join([LIF_THRESHOLD, RELEASE_THRESHOLD, THRESHOLD_FLUX,
              *(text for one in MECHANISMS for text in one.volume.values())])  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_every_row_is_complete(row):
    assert row.meaning.strip()
    assert row.source.strip()
    assert row.source != "chosen", "say why"
    assert row.low < row.high
    assert row.low <= row.value <= row.high
    assert b2.have_same_dimensions(row.quantity(), row.quantity())
    assert math.isfinite(float(row.quantity()))


def test_rows_are_sorted_by_group_and_all_there():
    groups = [row.group for row in ROWS]
    assert groups == sorted(groups)
    tables = resources.files("models") / "tables" / "amygdala_prefrontal"
    own = {entry.name.removesuffix(".csv") for entry in tables.iterdir() if entry.is_file()}
    taken = csv.DictReader((tables / "uses.csv").read_text(encoding="utf-8").splitlines())
    assert set(groups) == own - {"uses", "changes"} | {row["group"] for row in taken}
    assert len({row.key for row in ROWS}) == len(ROWS)


def test_no_parameter_is_dead():
    used = set()

    class Listening(dict):
        def __getitem__(self, key):
            used.add(key)
            return super().__getitem__(key)

    spied = ParameterSet(MappingProxyType(Listening(load_parameters().table)))
    individual(spied, 1)
    timeline = animal_timeline(blink(), None, 1)
    tissue = draw_tissue(spied, 250, 1)
    clocks = choose_clocks(spied, timeline.speed, "numpy")
    inputs = draw_inputs(spied, tissue, timeline, 1)
    circuit, _ = assemble(spied, tissue, inputs, clocks)
    record(circuit, tissue, spied, timeline.speed, clocks, 1)
    nothing = {"spike_time": np.empty(0), "spike_neuron": np.empty(0, int)}
    score(spied, tissue, timeline, nothing)
    refractory = " ".join(cells.refractory for cells in circuit.cells)
    named = set(re.findall(r"[A-Za-z_]\w*", EQUATIONS + refractory))
    in_equations = {name for name in namespace(spied, 1.0) if name in named}
    dead = [row.key for row in ROWS if row.key not in used and row.name not in in_equations]
    assert dead == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("eta,0.1,1,0,1,again,again", "stands twice"),
        ("odd,1,parsec,,,meaning,source", "parsec"),
        ("odd,7,pF,1,5,meaning,source", "plasticity.odd = 7 pF is out of range"),
        ("odd,nan,pF,,,meaning,source", "out of range"),
        ("odd,1,pF,,,meaning,source, with a comma", "quote a text that has a comma"),
        ("odd,1,pF,,,meaning", "more or fewer than 7 columns"),
    ],
)
def test_a_faulty_table_is_refused(line, words, tmp_path, monkeypatch):
    shutil.copytree(resources.files("models") / "tables", tmp_path / "tables")
    with (tmp_path / "tables" / "amygdala_prefrontal" / "plasticity.csv").open("a") as table:
        table.write(line + "\n")
    monkeypatch.setattr(parameters, "tables_folder", lambda: tmp_path / "tables")
    with pytest.raises(ValueError, match=words):
        load_parameters()


def test_a_table_with_other_columns_is_refused(tmp_path, monkeypatch):
    folder = tmp_path / "tables" / "toy"
    folder.mkdir(parents=True)
    (folder / "lif.csv").write_text("name,value\nC_m,1\n")
    monkeypatch.setattr(parameters, "tables_folder", lambda: tmp_path / "tables")
    with pytest.raises(ParameterError, match="lif.csv has columns"):
        load_parameters(circuit="toy")


@pytest.mark.parametrize(
    ("file", "line", "words"),
    [
        ("uses.csv", "myelin,thick", "uses.csv, line 12: no table mechanisms/'myelin'.csv"),
        ("uses.csv", "calcium,C_T Mg", "uses.csv, line 12: mechanisms/calcium.csv has no row 'Mg'"),
        ("uses.csv", "calcium,C_T", "a parameter stands twice"),
        ("changes.csv", "calcium.Mg,1,,,,", "changes.csv, line 30: 'calcium.Mg' is no parameter"),
        ("changes.csv", "calcium.C_T,-1,,,,", "calcium.C_T = -1 umolar is out of range"),
        ("changes.csv", "calcium.C_T,1", "changes.csv, line 30: more or fewer than 6 columns"),
        ("resting.csv", "odd,1,parsec,,,meaning,source", "resting.csv, line 19: unit 'parsec' has"),
    ],
)
def test_a_faulty_row_of_what_circuits_share_is_named(file, line, words, tmp_path, monkeypatch):
    shutil.copytree(resources.files("models") / "tables", tmp_path / "tables")
    with (tmp_path / "tables" / "amygdala_prefrontal" / file).open("a") as table:
        table.write(line + "\n")
    monkeypatch.setattr(parameters, "tables_folder", lambda: tmp_path / "tables")
    with pytest.raises(ParameterError, match=re.escape(words)) as caught:
        load_parameters()
    assert len(str(caught.value).splitlines()) == 1


SYMBOLS = {circuit: {row.name: row for row in load_parameters(circuit=circuit).rows()}
           for circuit in ("amygdala_prefrontal", "astrocyte_g_chi", "neuron_glia_2019",
                           "astrocyte_network_2014")}  # fmt: skip


def test_what_circuits_share_has_one_address_and_unit():
    shared = {
        row["name"]: (path.name.removesuffix(".csv"), row["unit"])
        for path in (resources.files("models") / "tables" / "mechanisms").iterdir()
        for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    }
    assert len(shared) > 60
    for circuit, rows in SYMBOLS.items():
        for name, row in rows.items():
            if name in shared:
                assert (row.group, row.unit) == shared[name], f"{circuit}: {row.key}"
    calcium = {name for name, (group, _) in shared.items() if group == "calcium"}
    assert sum(len(calcium & set(rows)) for rows in SYMBOLS.values()) > 50


def test_an_earlier_address_means_the_same():
    given = load_parameters({"astrocyte.C_T": "1.5 umolar", "individual.astrocyte.O_beta": 0})
    assert given.value("calcium.C_T") == given.value("astrocyte.C_T") == 1.5
    assert given.value("individual.ip3.O_beta") == 0
    for circuit, earlier, base in (
        ("neuron_glia_2019", "cell.C_m", 198), ("basal_amygdala_2011", "cell.tau_ref", 2),
        ("associative_memory", "spiking.E_L_sd", 1),
    ):  # fmt: skip
        assert load_parameters(circuit=circuit).value(earlier) == base
        assert load_parameters({earlier: base + 1}, circuit=circuit).value(earlier) == base + 1
    assert set(given.table) == {row.key for row in ROWS}
    assert "calcium.C_T = -1" in refusal({"astrocyte.C_T": -1})
    assert "did you mean calcium.C_T?" in refusal({"membrane.C_T": 1})
    everything = {
        row.key for circuit in circuits() for row in load_parameters(circuit=circuit).rows()
    }
    rows = (resources.files("models") / "tables" / "renamed.csv").read_text().splitlines()
    assert len(rows) > 40
    for row in csv.DictReader(rows):
        assert row["now"] in everything
        assert row["before"] not in everything
