"""From windows to levels, light by cell and lesions; what is refused; dose 0 is nothing."""

import numpy as np
import pytest

from models.parameters import load_parameters
from paradigms.cohort.groups import load_groups
from paradigms.protocol.doses import check_doses, dose_levels
from paradigms.protocol.files import (
    ProtocolError,
    load_protocol,
    parse_intervention,
    parse_protocol,
)
from paradigms.protocol.interventions import INTERVENTIONS, InterventionError
from paradigms.protocol.timeline import InterventionWindow, animal_timeline
from tests.support.anatomy import POPULATIONS
from tests.support.circuit import blink, draw
from tests.support.doses import SLOW, TIMES, dosed

PARAMETERS = load_parameters()
ASTROCYTIC = [kind for kind, row in INTERVENTIONS.items() if row.target == "astrocytes"]
LEVELLED = [kind for kind, row in INTERVENTIONS.items() if not row.target] + ASTROCYTIC
LIGHTS = [kind for kind, row in INTERVENTIONS.items() if row.conductance]


def test_without_interventions_every_level_is_zero(animal):
    found, scaled, fibre = dose_levels((), TIMES, SLOW * TIMES, animal.tissue, PARAMETERS)
    light = {f"{cells}.{name}" for cells in ("principal", "other") for name in
             ("g_light", "I_light")}  # fmt: skip
    on_label = {INTERVENTIONS[kind].variable for kind in ASTROCYTIC}
    assert set(scaled) == light | on_label
    assert not any(level.any() for level in scaled.values())
    named = {name for kind in LEVELLED for name in INTERVENTIONS[kind].variables}
    labels = {f"{cells}.tagging" for cells in fibre}
    assert set(found) == named | light | labels
    assert not any(level.any() for level in found.values())
    for of in (found, scaled):
        assert all(of[name].shape == (500, 2) for name in light)  # outside the zone, and in it
        assert all(of[name].shape == (500, 1) for name in on_label)
    assert all(found[name].shape == (500, 1) for name in labels)
    assert {name: len(cells) for name, cells in fibre.items()} == {
        "principal": animal.tissue.n_principal,
        "other": animal.tissue.n_neurons - animal.tissue.n_principal,
        "astrocyte": animal.tissue.n_astrocytes,
    }


@pytest.mark.parametrize("kind", LEVELLED)
def test_a_dose_is_on_from_start_to_stop(kind, levels):
    found = levels(InterventionWindow(kind, 0.7, 1.0, 2.5))
    on = (TIMES > 0.995) & (TIMES < 2.495)
    for variable in INTERVENTIONS[kind].variables:  # wherever its receptors are
        own = found.pop(variable)
        assert np.all(own[on] == 0.7)
        assert np.all(own[~on] == 0)
    assert not any(level.any() for level in found.values())


def test_doses_that_overlap_add_up(levels):
    windows = (InterventionWindow("Gq", 1.0, 0.0, 2.0), InterventionWindow("Gq", 0.5, 1.0, 3.0))
    level = levels(*windows)["astrocyte.drug_Gq"]
    assert level[[50, 150, 250, 350]].tolist() == [1.0, 1.5, 0.5, 0.0]


def test_rounding_of_a_step_does_not_shift_an_edge(levels):
    times = np.arange(1000) * 0.1  # 0.1*3 is above 0.3
    level = levels(InterventionWindow("Gi", 1.0, 0.3, 0.6), times=times)["astrocyte.drug_Gi"]
    assert np.flatnonzero(level).tolist() == [3, 4, 5]


def test_light_falls_on_the_cells_of_its_target_and_adds_up(animal):
    windows = (
        InterventionWindow("opto_excite", 0.5, 1.0, 3.0, "IL_P"),
        InterventionWindow("opto_silence", 2.0, 2.0, 4.0, "BLA_IL"),
        InterventionWindow("opto_silence", 1.0, 2.0, 4.0, "BLA_P"),
        InterventionWindow("opto_excite", 1.0, 2.0, 4.0, "IL_P"),
    )
    tissue = animal.tissue
    found, _, fibre = dose_levels(windows, TIMES, SLOW * TIMES, tissue, PARAMETERS)
    g, current = np.empty((2, len(TIMES), tissue.n_neurons))
    for where, name in ((slice(0, tissue.n_principal), "principal"),
                        (slice(tissue.n_principal, None), "other")):  # fmt: skip
        g[:, where] = found[f"{name}.g_light"][:, 2 * fibre[name]]
        current[:, where] = found[f"{name}.I_light"][:, 2 * fibre[name]]
        for level in ("g_light", "I_light"):  # which is the same in both zones
            levels = found[f"{name}.{level}"]
            assert np.array_equal(levels[:, ::2], levels[:, 1::2])
    excite, silence = 8e-9, 200e-9
    for time, cells, wanted, reversal in (
        (150, "IL_P", 0.5 * excite, 0.0), (250, "IL_P", 1.5 * excite, 0.0),
        (350, "IL_P", excite, 0.0), (450, "IL_P", 0.0, 0.0), (250, "BLA_IL", 3 * silence, -0.08),
        (250, "BLA_PL", silence, -0.08), (150, "BLA_P", 0.0, 0.0), (250, "CeM", 0.0, 0.0),
    ):  # fmt: skip
        here = tissue.cells(cells)
        assert g[time, here] == pytest.approx(wanted)
        assert current[time, here] == pytest.approx(wanted * reversal)
    assert fibre["principal"].max() == 1
    assert fibre["other"].max() == 1


def test_every_population_can_be_lit(animal, levels):
    for kind in LIGHTS:
        assert set(POPULATIONS) < set(INTERVENTIONS[kind].targets)
        for target in INTERVENTIONS[kind].targets:
            tagging = InterventionWindow("tagging", 1.0, 0.0, 1.0, "BLA_P")
            found = levels(tagging, InterventionWindow(kind, 1.0, 1.0, 2.0, target))
            lit = sum(found[f"{cells}.g_light"].any() for cells in ("principal", "other"))
            assert lit + found["principal.g_tag"].any() == 1


def test_light_on_tagged_cells_goes_with_their_label(levels, refusal):
    light = InterventionWindow("opto_silence", 2.0, 2.0, 3.0, "tagged")
    found = levels(InterventionWindow("tagging", 1.0, 0.0, 1.0, "BLA_P"), light)
    on = (TIMES > 1.995) & (TIMES < 2.995)
    for cells in ("principal", "other"):
        for column in (0, 1):
            g, current = (found[f"{cells}.{name}"][:, column] for name in ("g_tag", "I_tag"))
            assert g == pytest.approx(np.where(on, 4e-7, 0))
            assert current == pytest.approx(np.where(on, -3.2e-8, 0))
        assert not found[f"{cells}.g_light"].any()
    late = InterventionWindow("tagging", 1.0, 3.0, 4.0, "BLA_P")
    for windows in ((light,), (light, late)):
        assert "add tagging:POPULATION@PHASE" in refusal(*windows)


def test_the_largest_dose_is_allowed_and_more_is_not(levels, refusal):
    for kind in LEVELLED:
        row = INTERVENTIONS[kind]
        window = InterventionWindow(kind, row.highest, 0.0, 1.0)
        assert all(levels(window)[name].max() == row.highest for name in row.variables)
        line = refusal(window, InterventionWindow(kind, 0.01, 0.0, 1.0))
        assert f"allowed: 0 to {row.highest:g} in total" in line


@pytest.mark.parametrize("dose", [-0.1, float("nan"), float("inf")])
def test_an_impossible_dose_is_refused(dose, refusal):
    assert "allowed: 0 to 10" in refusal(InterventionWindow("Gq", dose, 0.0, 1.0))


def test_an_unknown_kind_or_target_is_refused(refusal):
    line = refusal(InterventionWindow("alcohol", 1.0, 0.0, 1.0))
    assert "'alcohol'" in line
    assert all(kind in line for kind in INTERVENTIONS)
    line = refusal(InterventionWindow("opto_excite", 1.0, 0.0, 1.0, "V1"))
    assert "does not act on 'V1'" in line
    assert all(name in line for name in (*POPULATIONS, "tagged"))
    assert "no target" in refusal(InterventionWindow("CalEx", 1.0, 0.0, 1.0, "IL_P"))
    line = refusal(InterventionWindow("Gq", 1.0, 0.0, 1.0, "IL_P"))
    assert "does not act on 'IL_P'; allowed: astrocytes, tagged_astrocytes" in line


@pytest.mark.parametrize(
    ("given", "parts"),
    [
        ("opto_silence@test", ["target is missing", "opto_silence:BLA_P", "tagged"]),
        ("opto_silence:IL@test", ["'IL' is not known", "IL_P", "did you mean"]),
        ("opto_silence:=1@test", ["KIND[:TARGET][=dose]@PHASE"]),
        ("CalEx:IL_P@test", ["'IL_P' is not a choice", "CalEx acts on astrocyte.drug_CalEx"]),
        ("Gq:IL_P@test", ["'IL_P' is not known; allowed: astrocytes, tagged_astrocytes"]),
        ("lesion@always", ["target is missing", "BLA_IL-IL_P"]),
        ("lesion:PL_P-LC@always", ["'PL_P-LC' is not known", "sensory-BLA_P", "LC-astrocytes"]),
        ("lesion:IL_P@always", ["'IL_P' is not known"]),
        ("lesion:sensory-BLA_P@test", ["is for good; allowed: always"]),
        ("lesion:sensory-BLA_P@always,test", ["is for good; allowed: always"]),
        ("CalEx@allways", ["did you mean 'always'"]),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_can(given, parts):
    with pytest.raises(ProtocolError) as caught:
        parse_intervention(given, blink())
    line = str(caught.value)
    assert len(line.splitlines()) == 1
    assert all(part in line for part in parts), line


def test_targets_stand_in_the_text_of_the_protocol_too():
    plan = dosed("opto_silence:tagged=0.5@test", "lesion:BLA_P-IL_P@always")
    again = parse_protocol(plan.text, "blink.toml")
    assert again.interventions == plan.interventions
    assert [item.target for item in again.interventions] == ["tagged", "BLA_P-IL_P"]


def test_a_session_cannot_be_called_as_the_whole_experiment():
    text = blink().text.replace('name = "night"', 'name = "always"')
    with pytest.raises(ProtocolError, match="'always' is the whole experiment"):
        parse_protocol(text, "blink.toml")


def test_a_protocol_gives_the_drug_in_the_phases_it_names(animal):
    timeline = animal_timeline(dosed("Gi=0.5@night,test", "CalEx=2@always"), None, 1)
    times = np.arange(0, timeline.duration, 0.01)
    found, _, _ = dose_levels(
        timeline.interventions, times, timeline.slow_time(times), animal.tissue, PARAMETERS
    )
    start = next(phase.start for phase in timeline.phases if phase.session == "night")
    level = found["astrocyte.drug_Gi"]
    assert np.all(level[times >= start - 0.005] == 0.5)
    assert np.all(level[times < start - 0.005] == 0)
    assert np.all(found["astrocyte.drug_CalEx"] == 2)


def test_dose_zero_of_everything_is_the_same_run_as_nothing(animal):
    """The same program and, bit for bit, the same tables: so the same run."""
    doses = [f"{kind}=0@test" for kind in LEVELLED]
    doses += [f"{kind}:{target}=0@test" for kind in LIGHTS for target in ("IL_P", "tagged")]
    doses += [f"{kind}:{target}=0@test" for kind in ASTROCYTIC
              for target in ("astrocytes", "tagged_astrocytes")]  # fmt: skip
    doses += [f"tagging:{target}=0@test" for target in ("BLA_P", "astrocytes")]
    nothing = draw(dosed(*doses, "lesion:BLA_P-IL_P=0@always", "CalEx=0@pairing"))
    ours, tables = nothing.circuit(nothing.clocks("cpp"))
    wanted, plain = animal.circuit(animal.clocks("cpp"))
    assert ours.circuit == wanted.circuit
    assert set(tables) == set(plain)
    for name, values in plain.items():
        np.testing.assert_array_equal(tables[name], values, err_msg=name)
        assert tables[name].shape == values.shape


def test_an_intervention_changes_its_own_tables_and_never_the_program(animal):
    _, plain = animal.circuit(animal.clocks("cpp"))
    wanted, _ = animal.circuit(animal.clocks("cpp"))
    light = ("g_light", "I_light")
    others = {
        *(f"course.other.{name}" for name in (*light, "tagging")),
        *(f"scaled.other.{name}" for name in light),
    }
    given = {
        "Gq=1@test": {"course.astrocyte.drug_Gq"},
        "Gq:astrocytes=1@test": {"course.astrocyte.drug_Gq"},
        "tagging:BLA_P@pairing": {"course.principal.tagging"},
        "tagging:astrocytes@pairing": {"course.astrocyte.tagging"},
        # a second fibre has columns of its own
        "tagging:DG@pairing": {*others, "rows.other.fibre"},
        "opto_silence:IL_P@test": {*others, "rows.other.fibre"},
        "lesion:DG-BLA_P=0.5@always": {
            *(f"edges.{kind}_other.{end}" for kind in ("tripartite", "terminal")
              for end in ("source", "target")),
            "initial.tripartite_other.w_0", "initial.tripartite_other.g_max",
            "initial.terminal_other.frac", "indices.weights_other",
        },
        "lesion:LC-astrocytes@always": {
            "edges.noradrenaline_astrocyte.source", "edges.noradrenaline_astrocyte.target",
            "initial.noradrenaline_astrocyte.frac",
        },
    }  # fmt: skip
    for item, names in given.items():
        treated = draw(dosed(item))
        ours, tables = treated.circuit(treated.clocks("cpp"))
        assert ours.circuit == wanted.circuit
        changed = {name for name in plain if not np.array_equal(tables[name], plain[name])}
        assert changed == names


def test_the_groups_that_ship_can_be_given():
    plan = load_protocol("fear_extinction")
    groups = {group.name: group.protocol(plan) for group in load_groups("amygdala_astrocytes")}
    assert list(groups) == ["control", "Gq", "Gi", "CalEx", "no_astrocytes"]
    (calex,) = animal_timeline(groups["CalEx"], None, 1).interventions
    assert (calex.start, calex.stop) == (0, animal_timeline(plan, None, 1).duration)


@pytest.mark.parametrize(
    ("items", "part"),
    [
        (["Gi=0.6@test", "Gi=0.6@always"], "allowed: 0 to 1 in total"),
        (["opto_silence:tagged@test"], "add tagging:POPULATION@PHASE"),
        (["Gi_neurons:tagged@test"], "add tagging:POPULATION@PHASE"),
    ],
)
def test_doses_are_checked_without_an_animal(items, part):
    timeline = animal_timeline(dosed(*items), None, 1)
    with pytest.raises(InterventionError) as caught:
        check_doses(PARAMETERS, timeline)
    assert part in str(caught.value)
    check_doses(PARAMETERS, animal_timeline(dosed("Gi@test", "tagging:BLA_P@pairing"), None, 1))
