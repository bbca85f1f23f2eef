"""A comparison judges only what an experiment has, a user's own rows first."""

import numpy as np
import pytest

from analysis.cohort.compare import KEYS, comparison
from analysis.cohort.measures import MeasuredAnimal
from analysis.cohort.report import report
from analysis.design.contrasts import Contrast, published_contrasts
from analysis.design.epochs import Epoch, Own, Trials, make_design

PUBLISHED = {"before_conditioning": 5, "conditioning": 3, "extinction_1": 25, "extinction_2": 25,
             "retrieval": 5, "renewal": 5}  # fmt: skip


def design(own=None, **stages):
    counts = list(stages.values())
    index = np.concatenate([np.arange(count) for count in counts])
    return make_design(
        own or Own(), Trials(np.repeat(list(stages), counts), index // 5, index)
    )


def animals(plan, groups=("control",), n=3, **freezing):
    """Animals that freeze by epoch, each group 10 points more than the one before it."""
    return [
        MeasuredAnimal(group, seed, ("mine", "compressed", "0"),
               {("freezing", epoch.name): freezing.get(epoch.name, 40.0) + seed + 10 * k
                for epoch in plan}, design=plan)
        for k, group in enumerate(groups) for seed in range(n)
    ]  # fmt: skip


def named(rows):
    return {row["row"]: row for row in rows}


def test_the_published_experiment_has_every_row_as_before():
    plan = design(**PUBLISHED)
    for groups in (("control",), ("control", "Gq", "Gi", "CalEx")):
        members = animals(plan, groups)
        rows, left_out = report(members)
        assert left_out == ""
        assert rows == comparison(members)
        assert len(rows) == 39
    rows, left_out = report(animals(plan), "reasons")
    assert len(rows) == len(published_contrasts("reasons"))
    assert left_out == ""


@pytest.mark.parametrize(
    ("stages", "kept", "missing", "count"),
    [
        # one pairing: the last is the first and no third
        (PUBLISHED | {"conditioning": 1}, 21, "more trials in conditioning and", 18),
        (PUBLISHED | {"conditioning": 2}, 23, "3 trials in conditioning and", 16),
        (PUBLISHED | {"conditioning": 5}, 23, "3 trials in conditioning and", 16),
        ({"conditioning": 3}, 3, "early extinction, extinction retrieval, renewal", 36),
    ],
)
def test_a_row_is_judged_only_where_the_protocol_has_it(stages, kept, missing, count):
    rows, left_out = report(animals(design(**stages)))
    found = named(rows)
    assert ("freezing third pairing" in found) == (stages["conditioning"] == 3)
    assert found["freezing first pairing"]["verdict"] == "met"
    assert len(rows) == kept
    assert left_out.startswith("left out, as the protocol has no ")
    assert missing in left_out
    assert left_out.endswith(f": {count} rows")
    assert "group Gq, Gi, CalEx" in left_out or len(stages) == 1
    assert len(left_out.splitlines()) == 1
    assert kept + count == len(published_contrasts()) == 39


def test_stages_of_ones_own_are_compared_without_any_table():
    plan = design(habituation=10, fear=1, recall=3)
    rows, left_out = report(animals(plan, ("vehicle", "drug")))
    assert left_out.endswith(": 39 rows")
    assert all(tuple(row) == KEYS for row in rows)
    shown = ["habituation", "habituation, first block", "habituation, last block", "fear", "recall"]
    assert [row["row"] for row in rows] == [f"freezing {name}" for name in shown] + [
        f"drug - vehicle, freezing {name}" for name in shown
    ]
    last = rows[-1]
    assert (last["group"], last["against"], last["paired"]) == ("drug", "vehicle", True)
    assert (last["model"], last["verdict"], last["expected"]) == (10.0, "no target", "")
    assert rows[0]["model"] == 41.0


def test_groups_are_compared_with_the_one_called_control():
    rows, _ = report(animals(design(recall=3), ("drug", "control", "other")))
    pairs = {(row["group"], row["against"]) for row in rows}
    assert pairs == {("control", None), ("drug", "control"), ("other", "control")}


def test_ones_own_rows_come_first_and_say_what_was_expected():
    own = Own(
        (Epoch("last_tone", "retrieval", "", "last"),),
        (
            Contrast("drug helps", "freezing", "last_tone", "", "drug", "control", "difference",
                     expect="above 0", value=12.0, decisive=True),
            Contrast("late recall", "freezing", "last_tone", expect="90 within 5"),
        ),
    )  # fmt: skip
    plan = design(own, conditioning=3, retrieval=5)
    rows, left_out = report(animals(plan, ("control", "drug")))
    assert [row["row"] for row in rows[:2]] == ["drug helps", "late recall"]
    assert (rows[0]["verdict"], rows[0]["paper"], rows[0]["decisive"]) == ("order met", 12.0, True)
    assert (rows[1]["verdict"], rows[1]["model"]) == ("missed", 41.0)
    # the drug is spoken of, so nothing is added of it; the published rows follow
    assert [row["row"] for row in rows[2:]] == [
        "freezing first pairing", "freezing third pairing", "freezing extinction retrieval",
    ] + [row["row"] for row in rows[5:]]  # fmt: skip
    assert not any(row["group"] == "drug" for row in rows[2:])
    assert "early extinction" in left_out


def test_a_row_of_ones_own_waits_for_its_group():
    own = Own((), (Contrast("drug", epoch="recall", group="drug", minus_group="control",
                            form="difference", expect="below 0"),))  # fmt: skip
    rows, _ = report(animals(design(own, recall=3)))
    assert named(rows)["drug"]["verdict"] == "not run"


def test_a_row_that_no_file_can_have_is_counted():
    own = Own((), (Contrast("mine", epoch="nowhere", expect="above 0"),))
    rows, left_out = report(animals(design(own, **PUBLISHED)))
    assert "mine" not in named(rows)
    assert left_out == "left out, as the protocol has no nowhere: 1 row"


def test_groups_with_protocols_of_their_own():
    one, other = design(before=2, recall=5), design(before=2, stress=1, recall=5)
    members = animals(one, ("control",)) + animals(other, ("stressed",))
    rows, _ = report(members)
    assert [row["row"] for row in rows] == [
        "freezing before", "freezing recall", "stressed - control, freezing before",
        "stressed - control, freezing recall",
    ]  # fmt: skip


def test_nothing_is_said_of_no_animals():
    rows, left_out = report([])
    assert {row["verdict"] for row in rows} == {"not run"}
    assert left_out == ""


def test_animals_meet_the_published_experiment_that_they_went_through():
    days = design(before_conditioning=5, conditioning=3, recall_1=9, neutral=9, recall_2=9,
                  recall_3=9, neutral_2=9)  # fmt: skip
    groups = tuple(dict.fromkeys(
        group for row in published_contrasts("targets_section2") for group in row.groups
    ))  # fmt: skip
    members = animals(days, groups)
    rows, left_out = report(members)
    assert left_out == ""
    assert rows == report(members, "targets_section2")[0]
    # one animal of no group is asked what it can be, and nothing of the other experiment
    theirs = published_contrasts()
    asked = [(row["row"], row["paper"]) for row in report(animals(days, n=1))[0]]
    assert not set(asked) & {(row.name, row.value) for row in theirs}
