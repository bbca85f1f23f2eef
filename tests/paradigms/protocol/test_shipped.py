"""The protocols that ship beside fear_extinction: what is done, where, for how long."""

import numpy as np
import pytest

from paradigms.cohort.groups import load_groups
from paradigms.protocol.files import load_protocol
from paradigms.protocol.timeline import animal_timeline
from paradigms.run.preflight import prepare
from tests.support.circuit import draw


def stages(name):
    """Trials of each stage, with contexts and what comes in them."""
    found = {}
    for trial in animal_timeline(load_protocol(name), None, 1).trials:
        events = tuple(event.stimulus for event in trial.events)
        found.setdefault(trial.stage, []).append((trial.context, events))
    return found


@pytest.mark.parametrize(
    ("name", "seconds"),
    [("discrimination", 120), ("contextual_fear", 111), ("unsignalled_us", 148),
     ("reward_conditioning", 101), ("place_preference", 121),
     ("astrocyte_trace", 214), ("receptor_days", 77), ("recruitment_gate", 77)],
)  # fmt: skip
def test_they_are_short_on_the_compressed_clock_and_as_long_as_an_experiment(name, seconds):
    plan = load_protocol(name)
    fast, real = (animal_timeline(plan, clock, 1) for clock in ("compressed", "published"))
    assert fast.duration == pytest.approx(seconds, abs=3)
    assert real.duration == pytest.approx(10 * fast.duration, abs=0.1)
    assert plan.default_clock == "compressed"
    assert "doi 10." in plan.reference


def test_discrimination_has_both_cs_shuffled_in_a_and_in_turn_in_b():
    found = stages("discrimination")
    assert sorted(found["conditioning"]) == 5 * [("A", ("minus",))] + 5 * [("A", ("plus", "us"))]
    assert found["test"] == 5 * [("B", ("plus",)), ("B", ("minus",))]
    assert dict(load_protocol("discrimination").stimuli[-1].similar_to) == {"plus": 0.25}


def test_contextual_fear_has_shocks_after_three_minutes_and_three_recalls():
    found = stages("contextual_fear")
    assert found["before_conditioning"] == 5 * [("A", ())]
    assert found["conditioning"] == 3 * [("A", ("us",))]
    assert [found[f"recall_{name}"] for name in "ABC"] == [5 * [(name, ())] for name in "ABC"]
    plan = load_protocol("contextual_fear")
    assert [(item.name, item.similar_to) for item in plan.contexts] == [
        ("A", ()), ("B", (("A", 0.5),)), ("C", ()),
    ]  # fmt: skip
    shock = animal_timeline(plan, "published", 1).trials[5]
    assert shock.start == 180
    assert shock.times("us") == (208, 210)


def test_unsignalled_us_reminds_in_the_context_of_extinction():
    found = stages("unsignalled_us")
    assert found["conditioning"] == 3 * [("A", ("cs", "us"))]
    assert found["extinction"] == 16 * [("B", ("cs",))]
    assert found["reminder"] == 2 * [("B", ("us",))]
    assert found["test"] == 3 * [("B", ("cs",))]


def test_reward_conditioning_pairs_a_tone_with_sucrose():
    found = stages("reward_conditioning")
    assert found["day_1"] == found["day_2"] == 10 * [("A", ("tone", "sucrose"))]
    assert found["test"] == 5 * [("A", ("tone",))]
    plan = load_protocol("reward_conditioning")
    assert [(item.name, item.valence) for item in plan.stimuli] == [
        ("tone", ""), ("sucrose", "appetitive"),
    ]  # fmt: skip


def test_place_preference_labels_and_lights_one_zone():
    found = stages("place_preference")
    assert found["conditioning"] == 3 * [("A", ("us",))]
    for stage in ("before_light", "light_1", "between", "light_2"):
        assert found[stage] == [("box", ())]
    timeline = animal_timeline(load_protocol("place_preference"), "published", 1)
    label, *light = timeline.interventions
    assert label.target == "DG"
    assert [item.label for item in light] == 2 * ["opto_excite@tagged@zone"]
    assert [item.stop - item.start for item in light] == [180, 180]
    assert [phase.name for phase in timeline.phases if phase.place] == [
        "baseline", "on_1", "off", "on_2",
    ]  # fmt: skip


def windows(name, plan=None):
    """Sessions in order, each with its place and the days since the animal's life began."""
    timeline = animal_timeline(plan or load_protocol(name), None, 1)
    days = timeline.slow_time(np.array([phase.start for phase in timeline.phases])) / 86400
    return {
        phase.session: (phase.context, pytest.approx(day, abs=0.1))
        for phase, day in reversed(list(zip(timeline.phases, days, strict=True))) if phase.stage
    }  # fmt: skip


def test_astrocyte_trace_recalls_a_three_times_and_meets_a_place_like_it_twice():
    found = stages("astrocyte_trace")
    assert found["before_conditioning"] == 5 * [("A", ())]
    assert found["conditioning"] == 3 * [("A", ("us",))]
    for name, context in (("recall_1", "A"), ("neutral", "B"), ("recall_2", "A"),
                          ("recall_3", "A"), ("neutral_2", "B")):  # fmt: skip
        assert found[name] == 9 * [(context, ())]
    assert windows("astrocyte_trace") == {
        "conditioning": ("A", 0), "recall_1": ("A", 1), "neutral": ("B", 2), "recall_2": ("A", 3),
        "recall_3": ("A", 7), "neutral_2": ("B", 8),
    }  # fmt: skip
    plan = load_protocol("astrocyte_trace")
    assert [item.similar_to for item in plan.contexts] == [(), (("A", 0.4),)]
    timeline = animal_timeline(plan, "published", 1)
    shocks = [trial.times("us") for trial in timeline.trials if trial.stage == "conditioning"]
    assert shocks == [(208, 210), (268, 270), (328, 330)]
    recall = next(phase for phase in timeline.phases if phase.session == "recall_1")
    assert recall.stop - recall.start == 300


GROUPS = {
    "astrocyte_trace": ("strong", "strong_loss", "strong_gain", "weak", "weak_gain",
                        "tagged_blocked", "tagged_forced"),
    "receptor_days": ("at_once", "hours_6", "day_1", "day_2", "day_4", "day_7"),
    "recruitment_gate": ("unlit", "LC", "amygdala", "amygdala_unheard", "both",
                         "both_no_calcium", "both_no_cAMP"),
    "spontaneous_recovery": ("day_1", "day_21"),
    "training_astrocytes": ("control", "Gq", "weak_control", "weak_Gq"),
    "behavioural_tagging": ("untrained", "weak", "weak_1h", "novelty_1h_before",
        "novelty_4h_before", "novelty_1h_after", "familiar_1h_after", "novelty_4h_after",
        "strong_1h_before", "strong_half_h_after", "strong_4h_after", "novelty_1h_after_no_protein",
        "novelty_1h_after_no_D1"),
    "locus_coeruleus": ("weak", "LC_light", "LC_light_no_D1", "LC_light_no_beta", "strong",
        "no_D1", "no_D1_after"),
    "reconsolidation": ("vehicle", "propranolol", "no_protein", "corticosterone", "vehicle_2h",
        "propranolol_2h", "no_protein_2h", "unrecalled", "propranolol_unrecalled",
        "no_protein_unrecalled", "vehicle_36d", "propranolol_36d"),
    "extinction_pharmacology": ("vehicle", "CB1_block_training", "BF_on_training",
        "BF_off_training", "no_2C", "agonist_2A_after", "CB1_block", "GR_agonist", "metyrapone",
        "no_D1", "BF_off_extinction"),
    "stress_before": ("vehicle", "corticosterone"),
    "individual_differences": ("control",),
}  # fmt: skip


@pytest.mark.parametrize("name", GROUPS)
@pytest.mark.parametrize("clock", ["compressed", "published"])
def test_every_group_of_them_can_be_run(name, clock):
    plan, groups = load_protocol(name), load_groups(name)
    assert tuple(group.name for group in groups) == GROUPS[name]
    for group in groups:
        prepare(group.protocol(plan), seed=1, clock=clock, overrides=group.overrides)


def of_groups(name):
    plan = load_protocol(name)
    return {group.name: group.protocol(plan) for group in load_groups(name)}


def test_weak_groups_have_one_shock_or_pairing_and_else_the_same():
    for name, phase, weak, strong in (("astrocyte_trace", 1, "weak", "strong"),
                                      ("training_astrocytes", 1, "weak_control", "control")):
        found = of_groups(name)
        one, three = (found[group].sessions[0].phases[phase] for group in (weak, strong))
        assert (one.trials, three.trials) == (1, 3)
        assert one.kinds[0].events == three.kinds[0].events
        assert found[weak].sessions[1:] == found[strong].sessions[1:]


def test_ensembles_are_labelled_in_the_first_recall_and_acted_on_after_it():
    found = of_groups("astrocyte_trace")
    blocked = "recall_2", "four_days", "recall_3", "night_4", "neutral_2"
    for group, kind, sessions in (("tagged_blocked", "beta_uncoupling", blocked),
                                  ("tagged_forced", "Gs", ("neutral", "recall_2"))):  # fmt: skip
        timeline = animal_timeline(found[group], None, 1)
        label, *rest = timeline.interventions
        when = {phase.session: phase for phase in timeline.phases}
        assert (label.kind, label.target) == ("tagging", "astrocytes")
        assert (label.start, label.stop) == (when["recall_1"].start, when["recall_1"].stop)
        assert {(item.kind, item.target) for item in rest} == {(kind, "tagged_astrocytes")}
        assert [(item.start, item.stop) for item in rest] == [
            (when[name].start, when[name].stop) for name in sessions
        ]


def test_animals_wait_for_hours_to_weeks_before_their_only_test():
    waits = [0.01, 0.25, 1, 2, 4, 7]
    for plan, days in zip(of_groups("receptor_days").values(), waits, strict=True):
        assert windows("receptor_days", plan)["recall"] == ("A", pytest.approx(days, abs=0.03))
        assert [item.label for item in plan.interventions] == ["tagging@astrocytes"]
    short, long = of_groups("spontaneous_recovery").values()
    assert windows("", short)["retrieval"] == ("B", 3)
    assert windows("", long)["retrieval"] == ("B", 23)
    assert stages("spontaneous_recovery")["extinction_2"] == 25 * [("B", ("cs",))]
    # what comes before is what fear_extinction does, to the last pause
    theirs = animal_timeline(load_protocol("fear_extinction"), None, 1).trials
    ours = animal_timeline(long, None, 1).trials
    assert ours[:-5] == theirs[: len(ours) - 5]


def test_training_is_tested_on_days_two_and_eight_in_a_new_place():
    assert windows("training_astrocytes") == {
        "conditioning": ("A", 0), "day_2": ("B", 2), "day_8": ("B", 8)
    }  # fmt: skip
    for name in ("day_2", "day_8"):
        assert stages("training_astrocytes")[name] == 5 * [("B", ("cs",))]


def test_the_gate_is_lit_a_day_later_in_a_place_that_has_nothing_of_a():
    found = stages("recruitment_gate")
    assert found["before_conditioning"] == 5 * [("A", ())]
    assert found["conditioning"] == 3 * [("A", ("us",))]
    assert found["light"] == 9 * [("B", ())]
    assert windows("recruitment_gate") == {"conditioning": ("A", 0), "light": ("B", 1)}
    plan = load_protocol("recruitment_gate")
    assert all(item.similar_to == () for item in plan.contexts)
    timeline = animal_timeline(plan, "published", 1)
    light = next(phase for phase in timeline.phases if phase.session == "light")
    assert light.stop - light.start == 300
    # shocks are those of the experiment whose recall the light stands for
    theirs = animal_timeline(load_protocol("astrocyte_trace"), "published", 1)
    assert timeline.trials[:8] == theirs.trials[:8]


def test_groups_of_the_gate_differ_in_what_is_lit_and_in_nothing_before_it():
    found = of_groups("recruitment_gate")
    lit = {"LC": {"LC"}, "amygdala": {"tagged"}, "amygdala_unheard": {"tagged"}}
    for name, plan in found.items():
        timeline = animal_timeline(plan, None, 1)
        when = {phase.session: phase for phase in timeline.phases}
        label, *rest = timeline.interventions
        assert (label.kind, label.target) == ("tagging", "BLA_P")
        assert (label.start, label.stop) == (0, when["conditioning"].stop)
        assert min([item.start for item in rest], default=label.stop) >= label.stop
        light = [item for item in rest if item.kind == "opto_excite"]
        both = {"LC", "tagged"} if name.startswith("both") else set()
        assert {item.target for item in light} == lit.get(name, both)
        assert {(item.start, item.stop) for item in light} <= {
            (when["light"].start, when["light"].stop)
        }
        blocks = [item for item in rest if item.kind != "opto_excite"]
        kinds = {"both_no_calcium": {"CalEx"}, "both_no_cAMP": {"beta_uncoupling"},
                 "amygdala_unheard": {"opto_silence"}}  # fmt: skip
        assert {item.kind for item in blocks} == kinds.get(name, set())
        if blocks:
            assert min(item.start for item in blocks) <= when["light"].start
            last = "light" if name == "amygdala_unheard" else "night_2"
            assert max(item.stop for item in blocks) == when[last].stop
    doses = {  # the same light whatever else is done
        name: {(item.target, item.dose) for item in plan.interventions
               if item.kind == "opto_excite"}
        for name, plan in found.items()
    }  # fmt: skip
    assert doses["both"] == doses["LC"] | doses["amygdala"]
    assert doses["amygdala"] == doses["amygdala_unheard"]
    assert doses["both"] == doses["both_no_calcium"] == doses["both_no_cAMP"]


def test_propranolol_is_there_in_the_first_session_of_extinction_and_gone_a_day_later():
    plan = load_protocol("fear_extinction")
    control, drugged = load_groups("propranolol")
    assert (control.name, drugged.name) == ("control", "propranolol")
    assert control.protocol(plan) == plan
    animal = draw(drugged.protocol(plan))
    level = animal.inputs.levels["astrocyte.drug_beta_block"]
    step = animal.clocks("cpp").slow
    first, second = (
        round(next(phase.start for phase in animal.timeline.phases if phase.session == name) / step)
        for name in ("extinction_1", "extinction_2")
    )
    assert np.all(level[: first - 1] == 0)
    assert level[first + 1] == 20
    assert level[second + 1] < 1e-3
