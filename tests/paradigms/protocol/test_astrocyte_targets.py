"""What acts on all astrocytes, on labelled ones alone, and what labels them."""

import numpy as np
import pytest

from models.circuits.amygdala_mechanisms import MECHANISMS
from models.parameters import load_parameters
from models.run import run_circuit
from paradigms.protocol.doses import check_doses
from paradigms.protocol.files import parse_intervention, parse_protocol
from paradigms.protocol.interventions import INTERVENTIONS, InterventionError
from paradigms.protocol.timeline import InterventionWindow as Window
from paradigms.protocol.timeline import animal_timeline
from tests.support.circuit import blink, draw
from tests.support.doses import TIMES, dosed

KINDS = [kind for kind, row in INTERVENTIONS.items() if row.target == "astrocytes"]
LABEL = Window("tagging", 2.0, 0.0, 1.0, "astrocytes")
ON = (TIMES > 1.995) & (TIMES < 2.995)


def name(kind, *, tagged=False):
    variable = INTERVENTIONS[kind].variable
    return variable.replace("drug", "tag") if tagged else variable


def test_there_are_tools_for_astrocytes_and_the_label_is_the_one_for_neurons():
    assert {"Gq", "Gi", "Gs", "beta_uncoupling", "beta1_expression"} == set(KINDS)
    for kind in KINDS:
        assert INTERVENTIONS[kind].targets == ("astrocytes", "tagged_astrocytes")
    assert [kind for kind, row in INTERVENTIONS.items() if row.labels] == ["tagging"]
    assert INTERVENTIONS["tagging"].targets[-1] == "astrocytes"
    assert not INTERVENTIONS["tagging"].accepts("tagged_astrocytes")
    assert not INTERVENTIONS["tagging"].accepts("")


@pytest.mark.parametrize("kind", KINDS)
def test_its_variable_is_one_that_a_mechanism_lets_the_label_scale(kind):
    cells, variable = INTERVENTIONS[kind].variable.split(".")
    scales = {one.scaled[variable] for one in MECHANISMS
              if cells in one.cells and variable in one.scaled}  # fmt: skip
    assert scales == {"tag"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("target", ["", "astrocytes"])
def test_it_acts_on_all_astrocytes_if_none_are_named(kind, target, levels):
    found = levels(Window(kind, 0.7, 2.0, 3.0, target))
    assert np.array_equal(found.pop(name(kind)), np.where(ON, 0.7, 0))
    assert not any(level.any() for level in found.values())


@pytest.mark.parametrize("kind", KINDS)
def test_what_acts_on_labelled_ones_is_scaled_by_their_label(kind, levels):
    found = levels(LABEL, Window(kind, 0.7, 2.0, 3.0, "tagged_astrocytes"))
    assert np.array_equal(found.pop(name(kind, tagged=True)), np.where(ON, 0.7, 0))
    assert np.array_equal(found.pop("astrocyte.tagging"), np.where(TIMES < 0.995, 2.0, 0))
    assert not any(level.any() for level in found.values())


def test_all_and_labelled_ones_together_do_not_exceed_the_largest_dose(levels, refusal):
    windows = [LABEL, Window("Gi", 0.4, 1.0, 4.0), Window("Gi", 0.6, 2.0, 3.0, "tagged_astrocytes")]
    found = levels(*windows)
    assert found["astrocyte.drug_Gi"].max() == 0.4
    assert found["astrocyte.tag_Gi"].max() == 0.6
    line = refusal(*windows, Window("Gi", 0.1, 2.5, 2.6))
    assert "intervention Gi" in line
    assert "allowed: 0 to 1 in total" in line
    levels(*windows, Window("Gi", 0.6, 4.0, 4.5))  # not at the same time


def test_a_label_of_neurons_is_none_of_astrocytes_nor_the_other_way_round(refusal, levels):
    on_astrocytes = Window("Gs", 1.0, 2.0, 3.0, "tagged_astrocytes")
    on_cells = Window("opto_silence", 1.0, 2.0, 3.0, "tagged")
    neurons = Window("tagging", 1.0, 0.0, 1.0, "BLA_P")
    late = Window("tagging", 1.0, 2.5, 3.0, "astrocytes")
    for windows in ([on_astrocytes], [neurons, on_astrocytes], [late, on_astrocytes]):
        assert refusal(*windows) == (
            "what acts on tagged astrocytes needs a label: add tagging:astrocytes@PHASE for an "
            "earlier phase"
        )
    assert "add tagging:POPULATION@PHASE" in refusal(LABEL, on_cells)
    both = levels(LABEL, neurons, on_astrocytes, on_cells)
    assert both["principal.tagging"].any()
    assert both["astrocyte.tagging"].any()


def test_it_is_refused_before_an_animal_is_drawn_and_in_every_form():
    given = "beta_uncoupling:tagged_astrocytes@test"
    with pytest.raises(InterventionError, match="add tagging:astrocytes@PHASE"):
        check_doses(load_parameters(), animal_timeline(dosed(given), None, 1))
    plan = dosed("tagging:astrocytes@pairing", given)
    check_doses(load_parameters(), animal_timeline(plan, None, 1))
    again = parse_protocol(plan.text, "blink.toml")
    assert again.interventions == plan.interventions
    assert [item.label for item in again.interventions] == [
        "tagging@astrocytes", "beta_uncoupling@tagged_astrocytes",
    ]  # fmt: skip
    assert parse_intervention("Gq@test", blink()).label == "Gq"  # as ever


def test_uptake_and_washout_are_of_labelled_ones_too(levels):
    course = Window("Gs", 1.0, 2.0, 3.0, "tagged_astrocytes", uptake=4.0, washout=8.0)
    level = levels(LABEL, course)["astrocyte.tag_Gs"]
    assert level[300] == pytest.approx(1 - np.exp(-10 / 4))
    assert level[400] == pytest.approx(level[300] * np.exp(-10 / 8))


def cAMP(plan, device, tags):
    """Cyclic AMP of each astrocyte at the end, where labels are what they are from the first."""
    drawn = draw(plan)
    recorder, tables = drawn.circuit(drawn.clocks(device))
    tables["initial.astrocyte.tag"] = tags(drawn.tissue.n_astrocytes)
    run = run_circuit(recorder.circuit, tables, drawn.timeline.duration, device)
    return recorder.arrays(run.records, drawn.tissue)["cAMP"][:, -1]


@pytest.mark.parametrize("device", ["numpy", "cpp"])
def test_in_a_run_each_astrocyte_gets_what_its_label_lets_through(device):
    plan = blink("10 min")
    doses = "tagging:astrocytes@pairing", "Gs:tagged_astrocytes=3@test", "Gs=1@test"

    def tags(n):
        return np.linspace(0, 1, n)

    plain, driven = (cAMP(each, device, tags) for each in (plan, dosed(*doses, plan=plan)))
    made = driven - plain
    assert made.min() > 0.01
    assert made / made[0] == pytest.approx(1 + 3 * tags(len(made)), rel=0.05)
