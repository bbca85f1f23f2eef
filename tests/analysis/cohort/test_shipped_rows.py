"""Rows that ship with protocols: what was published meets them, and its opposite does not."""

from pathlib import Path

import numpy as np
import pytest

import paradigms
from analysis.cohort.measures import MeasuredAnimal
from analysis.cohort.report import report
from analysis.design.epochs import Trials, make_design
from analysis.design.own_rows import check_groups, load_rows, read_rows
from paradigms.cohort.groups import ask_beside, load_groups
from paradigms.protocol.files import load_protocol
from paradigms.protocol.timeline import animal_timeline

PROPRANOLOL = Path(paradigms.__file__).parent / "rows" / "propranolol.toml"


def judged(plan, quantity, by_group):
    """Rows of a protocol by name, for two animals a group with numbers by epoch."""
    trials = animal_timeline(plan, None, 1).trials
    stage = np.array([trial.stage for trial in trials])
    index = np.array([(stage[:k] == name).sum() for k, name in enumerate(stage)])
    own = read_rows(plan.text, plan.name)
    design = make_design(own, Trials(stage, index // 5, index))
    animals = [
        MeasuredAnimal(
            group, seed, (plan.name, "compressed", "0"),
            {(quantity, epoch): float(value) + seed for epoch, value in values.items()},
            design=design,
        )
        for group, values in by_group.items() for seed in (0, 1)
    ]  # fmt: skip
    rows, _ = report(animals)
    found = {row["row"]: row for row in rows}
    return {row.name: found[row.name]["verdict"] for row in own.contrasts}, found


def gate(amygdala_unheard=0, **shares):
    shares["amygdala_unheard"] = amygdala_unheard
    return judged(
        load_protocol("recruitment_gate"), "recruited_share",
        {group: {"light": share} for group, share in shares.items()},
    )[0]  # fmt: skip


def test_an_and_gate_meets_every_row_of_recruitment_gate():
    rows = gate(unlit=0, LC=0, amygdala=0, both=5, both_no_calcium=4, both_no_cAMP=0)
    assert len(rows) == 11
    assert set(rows.values()) == {"met", "order met"}


def test_no_other_gate_does():
    either = gate(5, unlit=0, LC=5, amygdala=5, both=5, both_no_calcium=5, both_no_cAMP=5)
    assert {name for name, said in either.items() if "missed" in said} == {
        "recruited by locus coeruleus alone", "recruited by the amygdala alone",
        "recruited by the amygdala, locus coeruleus silenced",
        "both less locus coeruleus alone", "both less the amygdala alone",
        "recruited by both without cyclic AMP", "both without cyclic AMP less with it",
    }  # fmt: skip
    calcium = gate(unlit=0, LC=0, amygdala=0, both=5, both_no_calcium=0, both_no_cAMP=0)
    assert {name for name, said in calcium.items() if "missed" in said} == {
        "recruited by both without calcium", "both without calcium less with it",
    }  # fmt: skip
    never = gate(unlit=0, LC=0, amygdala=0, both=0, both_no_calcium=0, both_no_cAMP=0)
    assert never["recruited by both"] == "missed"


@pytest.mark.parametrize(
    ("first", "last", "verdict"), [(32, 30, "met"), (32, 36, "met"), (32, 38, "missed")]
)
def test_a_memory_of_one_pairing_must_not_grow_in_tones_alone(first, last, verdict):
    weak = {"day_2": 30, "day_2_tone_1": first, "day_2_tone_5": last, "day_8": 30}
    rows, found = judged(
        load_protocol("training_astrocytes"), "freezing",
        {"control": weak, "Gq": weak, "weak_control": weak, "weak_Gq": weak},
    )  # fmt: skip
    name = "weak training, fifth tone alone less the first"
    assert rows[name] == verdict
    assert found[name]["model"] == pytest.approx(last - first)
    assert found[name]["group"] == "weak_control"
    assert rows["Gq at training, day 2"] == "met"  # day 2 as a whole is still an epoch
    assert len(rows) == 5


@pytest.mark.parametrize(
    ("drugged", "missed"),
    [
        ((20, 20, 55), set()),
        ((40, 40, 55), {"propranolol first tone", "propranolol first five tones"}),
        ((60, 20, 55), {"propranolol first tone"}),
        ((20, 20, 80), {"propranolol extinction a day later"}),
    ],
)
def test_propranolol_halves_freezing_and_leaves_extinction(drugged, missed):
    plan, groups = ask_beside(load_protocol("fear_extinction"), load_groups("propranolol"),
                              PROPRANOLOL)  # fmt: skip
    epochs = ("extinction_tone_1", "early_extinction", "extinction_a_day_later")
    values = dict(zip(epochs, drugged, strict=True))
    rows, found = judged(
        plan, "freezing",
        {"control": dict(zip(epochs, (60, 60, 60), strict=True)), "propranolol": values},
    )  # fmt: skip
    assert len(rows) == 3
    assert rows == {name: "missed" if name in missed else "met" for name in rows}
    assert [group.name for group in groups] == ["control", "propranolol"]
    expected = drugged[2] - 60
    assert found["propranolol extinction a day later"]["model"] == pytest.approx(expected)
    ratio = (drugged[0] + 0.5) / 60.5
    assert found["propranolol first tone"]["model"] == pytest.approx(ratio)


def test_rows_speak_of_groups_that_ship():
    for name in ("recruitment_gate", "training_astrocytes"):
        rows = read_rows(load_protocol(name).text, name)
        check_groups(rows.contrasts, [group.name for group in load_groups(name)])
    check_groups(load_rows(PROPRANOLOL).contrasts, ["control", "propranolol"])
