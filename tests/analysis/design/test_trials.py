"""Trials of a stage told apart by kind, stimulus and context."""

import numpy as np
import pytest

from analysis.dataset.errors import RowsError
from analysis.design.contrasts import Contrast
from analysis.design.epochs import Own, make_design
from analysis.design.own_rows import check_rows, design_text, plain, read_design, read_rows, rows_of
from analysis.design.trials import Epoch, Trials, choose


def discrimination(stage="lesson"):
    """Twelve trials of a stage: tone and light in turn, two of silence, the last four elsewhere."""
    stimulus = np.array(["tone", "light"] * 5 + ["none", "none"])
    context = np.array(["A"] * 8 + ["B_2"] * 4)
    kind = np.array(["paired", "plain"] * 5 + ["silent"] * 2)
    index = np.arange(12)
    return Trials(np.repeat(stage, 12), index // 5, index, kind, stimulus, context)


@pytest.mark.parametrize(
    ("asked", "places"),
    [
        ({"stimulus": "tone"}, [0, 2, 4, 6, 8]),
        ({"stimulus": "light", "block": "first"}, [1, 3]),
        ({"stimulus": "light", "block": 2}, [5, 7, 9]),
        ({"stimulus": "light", "trial": "last"}, [9]),
        ({"stimulus": "light", "trial": 2}, [3]),  # of its trials, not of the stage
        ({"stimulus": "light", "block": 2, "trial": 3}, [5]),
        ({"stimulus": "tone", "context": "B_2"}, [8]),
        ({"context": "B_2"}, [8, 9, 10, 11]),
        ({"kind": "silent"}, [10, 11]),
        ({"stimulus": "none"}, [10, 11]),
        ({"stimulus": "chirp"}, []),
        ({"trial": 2}, [1]),
        ({"block": 2, "trial": 7}, [6]),
    ],
)
def test_trials_are_chosen_by_their_labels(asked, places):
    assert choose(Epoch("a", "lesson", **asked), discrimination()).tolist() == places


def test_labels_that_nobody_knows_choose_nothing():
    bare = Trials(np.array(["lesson"]), np.zeros(1, int), np.zeros(1, int))
    assert choose(Epoch("a", "lesson"), bare).tolist() == [0]
    assert choose(Epoch("a", "lesson", stimulus="tone"), bare).size == 0


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("stimulus = 'tne'", "'tne' is not in stage 'lesson'; allowed: tone, light, none"),
        ("stimulus = 'tne'", "did you mean 'tone'?"),
        ("kind = 'pair'", "kind = 'pair' is not in stage 'lesson'; allowed: paired, plain, silent"),
        ("context = 'B'", "context = 'B' is not in stage 'lesson'; allowed: A, B_2"),
        ("kind = 'silent'\ncontext = 'A'",
         "no trial of stage 'lesson' has kind 'silent' and context 'A'; drop one of them"),
        ("stimulus = 'tone'\ntrial = 6",
         "trial = 6 is not there; stage 'lesson' has such trials 1 to 5 in blocks 1 to 2"),
        ("context = 'B_2'\nblock = 1", "such trials 1 to 4 in blocks 2 to 3"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_refused_with_what_is(text, why):
    own = read_rows(f"[[epoch]]\nname = 'a'\nstage = 'lesson'\n{text}", "my.toml")
    with pytest.raises(RowsError) as caught:
        check_rows(own, discrimination(), "my.toml")
    assert str(caught.value).startswith("my.toml: epoch 'a': ")
    assert why in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def epochs(design):
    return [(epoch.name, epoch.stimulus, epoch.context, epoch.tested) for epoch in design]


def test_stimuli_and_contexts_of_a_stage_are_epochs():
    design = make_design(Own(), discrimination())
    assert epochs(design) == [
        ("lesson", "", "", True), ("lesson_first", "", "", False),
        ("lesson_tone", "tone", "", False), ("lesson_A", "", "A", False),
        ("lesson_light", "light", "", False), ("lesson_B_2", "", "B_2", False),
        ("lesson_last", "", "", False),
    ]  # fmt: skip
    assert design.title("lesson_tone") == "lesson, tone"
    assert design.title("lesson_B_2") == "lesson, context B 2"
    assert read_design(design_text(design), "x") == design


def test_a_stage_of_published_epochs_is_parted_too():
    names = [epoch.name for epoch in make_design(Own(), discrimination("conditioning"))]
    assert names == [
        "conditioning_first", "conditioning_tone", "conditioning_A", "conditioning_light",
        "conditioning_B_2", "conditioning_last",
    ]  # fmt: skip


def test_who_names_an_epoch_of_a_stage_says_all_of_it():
    own = Own((Epoch("mine", "lesson", stimulus="tone"),))
    assert epochs(make_design(own, discrimination())) == [("mine", "tone", "", True)]


@pytest.mark.parametrize("field", ["stimulus", "context", "kind"])
def test_trials_that_are_all_alike_give_no_parts(field):
    alike = Trials(np.repeat("lesson", 3), np.zeros(3, int), np.arange(3),
                   **{field: np.repeat("tone", 3)})  # fmt: skip
    assert [epoch.name for epoch in make_design(Own(), alike)] == ["lesson"]


def test_a_part_takes_no_name_that_there_is():
    trials = discrimination()
    stage = np.where(np.arange(12) < 11, "lesson", "lesson_tone")
    both = Trials(stage, trials.block, trials.index, trials.kind, trials.stimulus)
    made = {epoch.name: epoch for epoch in make_design(Own(), both)}
    assert made["lesson_tone_stage"].stage == "lesson_tone"
    assert made["lesson_tone"].stimulus == "tone"


def test_labels_of_an_epoch_survive():
    own = Own((Epoch("a", "lesson", kind="paired", stimulus="tone+light", context="B_2"),),
              (Contrast("r", epoch="a"),))  # fmt: skip
    assert rows_of(plain(own), "x") == own
