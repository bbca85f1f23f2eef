"""The table of interventions: each moves its own quantity, by a number worked out by hand."""

import re
import subprocess
import sys

import brian2 as b2
import numpy as np
import pytest

from models.circuits.amygdala_mechanisms import composed
from models.machine.session import device_session
from models.mechanisms.learning import LEARNING_RESET
from models.mechanisms.membrane import LIF_RESET, LIF_THRESHOLD
from models.mechanisms.tagging import TAG_RESET
from paradigms.protocol.interventions import INTERVENTIONS
from tests.support.paths import ROOT
from tests.support.synapses import fire
from tests.support.tools import DOSE, PARAMETERS, SPACE, SPEED, P, one_step

CELL = {"v": -0.06, "E_L": -0.07, "V_th": -0.05, "g_ampa": 2e-9, "g_gaba": 3e-9, "tag": 0.25}


@pytest.mark.parametrize(
    ("levels", "factor"),
    [
        ({}, 1 / (1 + 1e-4 / P["K_DA"])),
        ({"drug_D1_block": DOSE}, 1 / (1 + 1e-4 / P["K_DA"] / (1 + DOSE))),
        ({"drug_D1_agonist": DOSE}, 1 / (1 + 1e-4 / P["K_DA"] + DOSE)),
        ({"drug_D1_agonist": 2.0, "drug_D1_block": 3.0}, 1 / (1 + (1e-4 / P["K_DA"] + 2) / 4)),
    ],
)
def test_d1_drugs_move_the_modification_threshold(levels, factor):
    cell = {"y": 50.0, "theta": 60.0, "D": 1e-4, **levels}
    found = fire(PARAMETERS, ([0], [1e-3]), 1, 5e-3, cell=cell, speed=SPEED)
    rate = 50.0 * (50.0 - 60.0 * factor) / (50.0**2 + P["theta_0"] ** 2)
    up = 1 - np.exp(-P["eta"] * SPEED * rate * (P["w_max"] - 1) / (P["w_max"] - P["w_min"]))
    down = 1 - np.exp(P["eta"] * SPEED * rate * P["ltd"])
    wanted = up * (P["w_max"] - 1) if rate > 0 else -down * (1 - P["w_min"])
    assert found["h_S"][0] == pytest.approx(wanted, rel=1e-9)


def membrane(equations, **levels):
    dt = 1e-5
    before, after = one_step(equations, {**CELL, **levels}, dt, threshold="v > V_th",
                             reset="")  # fmt: skip
    return {name: (after[name] - before[name]) / dt for name in before}


PRINCIPAL = composed("principal")


@pytest.mark.parametrize("kind", ["opto_excite", "opto_silence", "Gi_neurons"])
def test_light_and_designer_receptors_open_a_conductance_with_its_own_reversal(kind):
    row = INTERVENTIONS[kind]
    g = DOSE * float(PARAMETERS.quantity(row.conductance))
    reversal = float(PARAMETERS.quantity(row.reversal))
    current = g * (reversal - CELL["v"]) / P["C_m"]
    assert np.sign(current) == (1 if kind == "opto_excite" else -1)
    other = {name: value for name, value in CELL.items() if name != "tag"}
    for equations, start in ((composed("other"), other), (PRINCIPAL, CELL)):
        dt, events = 1e-5, {"threshold": "v > V_th", "reset": ""}
        _, dark = one_step(equations, start, dt, **events)
        light = {**start, "g_light": g, "I_light": g * reversal}
        _, lit = one_step(equations, light, dt, **events)
        assert (lit.pop("v") - dark.pop("v")) / dt == pytest.approx(current, rel=1e-6)
        assert lit == dark


def rate(conductance, reversal):
    """Spikes in a second of a resting cell without adaptation under steady light."""
    g = float(PARAMETERS.quantity(conductance))
    with device_session("numpy"):
        b2.defaultclock.dt = 0.2 * b2.ms
        group = b2.NeuronGroup(
            1, composed("other"), namespace=SPACE, method="euler", threshold=LIF_THRESHOLD,
            reset=LIF_RESET,
        )  # fmt: skip
        group.E_L_ = group.v_ = -0.07
        group.V_th_, group.g_light_ = -0.05, g
        group.I_light_ = g * float(PARAMETERS.quantity(reversal))
        spikes = b2.SpikeMonitor(group)
        b2.Network(group, spikes).run(1 * b2.second)
        return spikes.num_spikes


def test_full_light_drives_a_cell_as_fast_as_its_membrane_allows():
    g, rest = P["g_L"] + P["g_ChR2"], P["g_L"] * -0.07 / (P["g_L"] + P["g_ChR2"])
    climb = P["C_m"] / g * np.log((rest + 0.07) / (rest + 0.05))
    assert rate("optogenetics.g_ChR2", "optogenetics.E_ChR2") == pytest.approx(
        1 / (climb + P["tau_ref"]), rel=0.05
    )
    assert rate("optogenetics.g_GtACR", "optogenetics.E_GtACR") == 0


def test_a_gi_receptor_in_neurons_holds_a_cell_nearer_to_potassium():
    """At dose 1, as much potassium conductance as leak: half way."""
    row = INTERVENTIONS["Gi_neurons"]
    g, reversal = (float(PARAMETERS.quantity(name)) for name in (row.conductance, row.reversal))
    settled = (P["g_L"] * -0.07 + g * reversal) / (P["g_L"] + g)
    assert settled == pytest.approx((-0.07 + P["E_ahp"]) / 2)
    cell = {"v": settled, "E_L": -0.07, "V_th": -0.05, "g_light": g, "I_light": g * reversal}
    events = {"threshold": "v > V_th", "reset": ""}
    before, after = one_step(composed("other"), cell, 1e-5, **events)
    assert after["v"] == pytest.approx(before["v"], abs=1e-15)


@pytest.mark.parametrize("cells", ["principal", "other"])
@pytest.mark.parametrize(("tagging", "y"), [(1, 40.0), (0.5, 40.0), (1, 0.0), (0, 40.0)])
def test_a_spike_labels_by_the_rate_so_far_while_tagging_is_on(tagging, y, cells):
    dt, ago = 1e-5, 0.03
    start = {**CELL, "v": -0.04, "bursting": y, "t_burst": -ago, "tagging": tagging}
    events = {"threshold": LIF_THRESHOLD, "reset": composed(cells, "reset")}
    equations = composed(cells)
    _, after = one_step(equations, start, dt, **events)
    left = 0.75 * np.exp(-tagging * SPEED * y * np.exp(-ago / P["tau_y"]) / P["y_tag"])
    assert after["tag"] == pytest.approx(1 - left, rel=1e-12)
    if not tagging * y:
        assert after["tag"] == 0.25
    assert after["v"] == P["V_reset"]
    _, silent = one_step(equations, {**start, "v": -0.07}, dt, **events)
    assert silent["tag"] == 0.25


def test_every_variable_of_the_table_is_in_the_equations_and_used_there():
    equations = {
        "astrocyte": composed("astrocyte") + composed("astrocyte", "reset"),
        "principal": PRINCIPAL + TAG_RESET + LEARNING_RESET,
        "other": composed("other"),
    }
    named = {x for row in INTERVENTIONS.values() if "." in row.variable for x in row.variables}
    for cells, text in equations.items():
        drugs = re.findall(r"^(drug_\w+) : 1$", text, re.MULTILINE)
        assert {f"{cells}.{name}" for name in drugs} == {x for x in named if x.startswith(cells)}


def test_every_row_is_complete_and_documented():
    for kind, row in INTERVENTIONS.items():
        assert row.kind == kind
        assert row.highest > 0
        assert all((row.tool, row.equation, row.dose_unit, row.source, row.variable))
    done = subprocess.run(
        [sys.executable, "-m", "paradigms", "interventions", "--markdown"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    page = ROOT / "docs" / "interventions_table.md"
    assert page.read_text(encoding="utf-8") == done.stdout, "run make docs"


def test_nothing_outside_the_table_knows_an_intervention_by_name():
    names = re.compile("|".join(rf"""["'](?:{kind})["']""" for kind in INTERVENTIONS))
    read, found = 0, []
    for folder in ("models", "paradigms"):
        for path in ROOT.joinpath(folder).rglob("*.py"):
            said = names.findall(path.read_text(encoding="utf-8"))
            read += 1
            if "mechanisms" in path.parts:
                found += [kind.strip("\"'") for kind in said]
            else:
                assert not said, path
    assert read > 100
    assert sorted(found) == sorted(INTERVENTIONS), "each once, with the mechanism that it acts on"
