"""Epochs and contrasts of a user's own: read as data, refused in one line, checked before a run."""

import json

import numpy as np
import pytest

from analysis.dataset.errors import RowsError
from analysis.design.contrasts import Contrast, published_contrasts
from analysis.design.epochs import (
    Design,
    Epoch,
    Own,
    Trials,
    choose,
    make_design,
    merge,
    published_epochs,
)
from analysis.design.own_rows import (
    check_groups,
    check_rows,
    design_text,
    load_rows,
    read_design,
    read_rows,
    with_rows,
)
from analysis.design.targets import FORMS, target, verdict
from paradigms.protocol.files import load_protocol, parse_protocol
from paradigms.protocol.reading import ProtocolError

STAGES = {"habituation": 12, "training": 1, "recall": 5}
GOOD = """
[[epoch]]
name = "late_recall"
stage = "recall"
trial = "last"
title = "recall, the last tone"
role = "test"
tested = false

[[contrast]]
name = "drug lowers recall"
quantity = "freezing"
epoch = "late_recall"
minus_epoch = "training"
group = "drug"
minus_group = "control"
expect = "below 0"
value = -20
sem = 4.5
n = "9 / 11"
trust = "pilot"
note = "notebook 3"
decisive = true
trials = 5
"""


def trials(**stages):
    counts = list(stages.values())
    index = np.concatenate([np.arange(count) for count in counts])
    return Trials(np.repeat(list(stages), counts), index // 5, index)


def names(design):
    return [epoch.name for epoch in design]


def test_a_table_becomes_what_the_package_has():
    own = read_rows(GOOD, "mine.toml", alone=True)
    assert own.epochs == (
        Epoch("late_recall", "recall", "", "last", "recall, the last tone", "test", False),
    )
    (row,) = own.contrasts
    assert row == Contrast(
        "drug lowers recall", "freezing", "late_recall", "training", "drug", "control",
        "difference", "", "below 0", -20.0, 4.5, "9 / 11", "pilot", "notebook 3", True, 5,
    )  # fmt: skip
    assert row.unit == "percent"
    assert row.epochs == ("late_recall", "training")


@pytest.mark.parametrize("rows", [published_contrasts(), published_contrasts("reasons")])
def test_every_published_row_can_be_written_by_a_user(rows):
    own = Own(tuple(published_epochs().values()), rows)
    text = with_rows('name = "mine"', own)
    again = read_rows(text, "mine.toml")
    assert again == own
    assert all(target(row.expect) for row in again.contrasts)


def test_text_of_any_script_survives():
    own = Own((), (Contrast('µ "quoted" \\ 脳 🧠', epoch="recall", note="é"),))
    assert read_rows(with_rows("", own), "x") == own


BAD = {
    "[[epoch]\n": "is not valid TOML",
    "[" * 3000: "is not valid TOML",
    "epoch = 3": "must be written as [[epoch]] tables",
    "contrast = [1]": "must be written as [[contrast]] tables",
    "[[epochs]]\nname = 'a'": "did you mean 'epoch'?",
    "[[epoch]]\nstage = 'recall'": "name is missing",
    "[[epoch]]\nname = 'a'": "stage is missing",
    "[[epoch]]\nname = 'a'\nstages = 'recall'\nstage = 'b'": "did you mean 'stage'?",
    "[[epoch]]\nname = 'a b'\nstage = 'recall'": "must be a name",
    "[[epoch]]\nname = 'all'\nstage = 'recall'": "is the whole experiment",
    "[[epoch]]\nname = 'a'\nstage = 'recal'": "did you mean 'recall'?",
    "[[epoch]]\nname = 'a'\nstage = 'recall'\nblock = 2": "trials 1 to 5 in blocks 1 to 1",
    "[[epoch]]\nname = 'a'\nstage = 'recall'\ntrial = 0": "a whole number counted from 1",
    "[[epoch]]\nname = 'a'\nstage = 'recall'\ntrial = true": "a whole number counted from 1",
    "[[epoch]]\nname = 'a'\nstage = 'recall'\nrole = 'tests'": "did you mean 'test'?",
    "[[epoch]]\nname = 'a'\nstage = 'recall'\ntested = 'no'": "without quotes",
    "[[epoch]]\nname = 'a'\nstage = 'recall'\ntitle = \"a\\u001b[31m\"": "must be one line of text",
    "[[epoch]]\nname = 'a'\nstage = 'recall'\n" * 2: "epoch 'a' is given twice",
    "[[epoch]]\nname = 'a'\nstage = 'recall'\nrole = 'test'\n"
    "[[epoch]]\nname = 'b'\nstage = 'recall'\nrole = 'test'\n": "role 'test' is given twice",
    "[[epoch]]\nname = 'a'\nstage = 'recall'\nstimulus = 'tone'":
        "stimulus = 'tone' is not in stage 'recall'; allowed: none is known",
    "[[epoch]]\nname = 'a'\nstage = 'recall'\nkind = 3": "must be a name",
    "[[contrast]]\nepoch = 'recall'": "name is missing",
    "[[contrast]]\nname = 'r'\nquantity = 'freezin'": "did you mean 'freezing'?",
    "[[contrast]]\nname = 'r'\nepoch = 'recal'": "did you mean 'recall'?",
    "[[contrast]]\nname = 'r'\nepoch = 'all'": "freezing is not measured in 'all'",
    "[[contrast]]\nname = 'r'\nepoch = 'habituation_first'\nquantity = 'cs_excited'":
        "cs_excited is not measured in 'habituation_first'; allowed: habituation, training, recall",
    "[[contrast]]\nname = 'r'\nquantity = 'fear_cells'": "needs epochs with the roles fear, test",
    "[[contrast]]\nname = 'r'\nepoch = 'recall'\nform = 'sum'": "allowed: value, difference",
    "[[contrast]]\nname = 'r'\nepoch = 'recall'\nform = 'ratio'": "it needs minus_group",
    "[[contrast]]\nname = 'r'\nepoch = 'recall'\nform = 'difference'": "needs minus_epoch or",
    "[[contrast]]\nname = 'r'\nepoch = 'recall'\nform = 'value'\nminus_group = 'x'": "to subtract",
    "[[contrast]]\nname = 'r'\nepoch = 'recall'\nform = 'correlation'": "goes with beside",
    "[[contrast]]\nname = 'r'\nepoch = 'recall'\nbeside_epoch = 'training'": "beside, which is",
    "[[contrast]]\nname = 'r'\nepoch = 'recall'\nform = 'correlation'\nbeside = 'approach'\n"
    "beside_epoch = 'trainin'": "did you mean 'training'?",
    "[[contrast]]\nname = 'r'\nepoch = 'recall'\nform = 'correlation'\nbeside = 'cs_excited'\n"
    "beside_epoch = 'habituation_first'": "cs_excited is not measured in 'habituation_first'",
    "[[contrast]]\nname = 'r'\nepoch = 'recall'\nexpect = 'much'": 'write it as one of "40 within',
    "[[contrast]]\nname = 'r'\nepoch = 'recall'\nexpect = 40": "cannot be judged",
    "[[contrast]]\nname = 'r'\nepoch = 'recall'\nexpect = \"kept: sign of 's'\"":
        "speaks of 's', which is no contrast above it",
    "[[contrast]]\nname = 'r'\nepoch = 'recall'\nvalue = nan": "must be between",
    f"[[contrast]]\nname = 'r'\nepoch = 'recall'\nvalue = {'9' * 400}": "must be between",
    "[[contrast]]\nname = 'r'\nepoch = 'recall'\ntrials = 0": "a whole number from 1",
    "[[contrast]]\nname = 'r'\nepoch = 'recall'\n" * 2: "contrast 'r' is given twice",
    "[[contrast]]\nname = 'r'\nepoch = 'recall'\nwithin = 3": "'within' is not a key here; allowed",
    "[[contrast]]\nname = 'r'\n" * 1001: "at most 1000 are allowed",
}  # fmt: skip


@pytest.mark.parametrize("text", BAD, ids=range(len(BAD)))
def test_what_cannot_be_is_refused_in_one_line(text):
    with pytest.raises(RowsError) as caught:
        check_rows(read_rows(text, "mine.toml", alone=True), trials(**STAGES), "mine.toml")
    message = str(caught.value)
    assert message.startswith("mine.toml: ")
    assert BAD[text] in message
    assert message.isprintable()


def test_a_file_that_cannot_be_read(tmp_path):
    for path, why in ((tmp_path / "no.toml", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(RowsError, match=why):
            load_rows(path)
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(RowsError, match="is not a text file"):
        load_rows(tmp_path / "x.toml")


def test_groups_are_checked_before_a_cohort():
    rows = (Contrast("r", epoch="recall", group="drug", minus_group="control"),)
    check_groups(rows, ["control", "drug"])
    with pytest.raises(RowsError, match=r"group 'drug' is not among .* did you mean 'drugs'\?"):
        check_groups(rows, ["control", "drugs"])


def test_every_stage_of_ones_own_is_an_epoch():
    design = make_design(Own(), trials(**STAGES))
    assert names(design) == ["habituation", "habituation_first", "habituation_last", "training",
                             "recall"]  # fmt: skip
    assert design.tested == ("habituation", "training", "recall")
    assert design.title("habituation_last") == "habituation, last block"
    sizes = [choose(epoch, trials(**STAGES)).size for epoch in design]
    assert sizes == [12, 5, 2, 1, 5]
    assert dict(design.stages) == STAGES


@pytest.mark.parametrize("stage", ["all", "habituation_first"])
def test_no_stage_takes_the_name_of_something_else(stage):
    design = make_design(Own(), trials(habituation=12, **{stage: 3}))
    (own,) = [epoch for epoch in design if epoch.stage == stage]
    assert own.name == f"{stage}_stage"


def test_published_epochs_hold_where_their_stages_are():
    one = make_design(Own(), trials(conditioning=1, recall=3))
    assert names(one) == ["conditioning_first", "recall"]  # the last pairing is the first
    two = make_design(Own(), trials(conditioning=2, extinction_1=3))
    assert names(two) == ["conditioning_first", "conditioning_last", "early_extinction"]
    assert two.role("fear") == "early_extinction"
    assert two.role("test") == ""
    assert two.roles("fear", "test") == ("early_extinction",)


def test_ones_own_epoch_takes_the_place_of_a_published_one():
    own = Own((Epoch("retrieval", "recall"), Epoch("mine", "extinction_1", 2, role="fear")))
    design = make_design(own, trials(extinction_1=10, recall=5, retrieval=5))
    assert design.get("retrieval").stage == "recall"
    assert design.role("fear") == "mine"
    assert design.get("early_extinction").role == ""
    # the same trials under two names are shown once, under the user's
    assert choose(own.epochs[1], trials(extinction_1=10)).tolist() == [5, 6, 7, 8, 9]
    assert "extinction_block_2" not in design.shown
    assert [epoch.name for epoch in design if epoch.stage == "retrieval"] == ["retrieval_stage"]


def test_designs_of_many_animals_are_one():
    one = make_design(Own((), (Contrast("a", epoch="x"),)), trials(before=2, test=3))
    other = make_design(Own((), (Contrast("b", epoch="x"),)), trials(before=2, drug=1, test=4))
    both = merge([one, other, one])
    assert names(both) == ["before", "drug", "test"]
    assert [row.name for row in both.contrasts] == ["a", "b"]
    assert dict(both.stages) == {"before": 2, "test": 4, "drug": 1}
    assert merge([]) == Design()


def test_a_design_survives_and_what_is_none_is_refused():
    design = check_rows(read_rows(GOOD, "x"), trials(**STAGES), "x")
    assert read_design(design_text(design), "x") == design
    for text in ("", "[]", "{", '{"stages": 3}', '{"stages": {"a": "b"}}', "[" * 5000, "1" * 5000,
                 '{"stages": {"a": 1e999}}', json.dumps({"stages": {}, "epoch": [{"name": 3}]})):
        with pytest.raises(RowsError) as caught:
            read_design(text, "cohort.nc")
        assert str(caught.value).startswith("cohort.nc: ")


def test_rows_beside_a_protocol_cannot_have_its_names():
    text = with_rows('name = "mine"\n', read_rows(GOOD, "x"))
    assert read_rows(text, "x") == read_rows(GOOD, "x")
    with pytest.raises(RowsError, match="epoch 'late_recall' is given twice"):
        with_rows(text, read_rows(GOOD, "x"))


@pytest.mark.parametrize(
    ("expect", "model", "low", "high", "found"),
    [
        ("40 within 10", 49.0, 47.0, 52.0, "met"), ("40 within 10", 51.0, 45.0, 60.0, "missed"),
        ("40 within 1", 50.0, 39.0, 60.0, "met"), ("above 0", 3.0, 1.0, 5.0, "order met"),
        ("above 0", 3.0, -1.0, 5.0, "order missed"), ("below 0", 3.0, 1.0, 5.0, "order missed"),
        ("at least 5", 5.0, 0.0, 9.0, "met"), ("at most -5e-1", 0.0, 0.0, 0.0, "missed"),
        ("kept: sign of 'r'", 2.0, 1.0, 3.0, "met"), ("kept: sign of 's'", 2.0, 1.0, 3.0, "missed"),
        ("gone: below 0.5 of 'r'", 2.0, -1.0, 3.0, "met"), ("", 1.0, 0.0, 2.0, "no target"),
        ("gone: below 0.5 of 'r'", 6.0, -1.0, 13.0, "missed"),
    ],
)  # fmt: skip
def test_verdicts(expect, model, low, high, found):
    done = {"r": {"verdict": "order met", "model": 10.0}, "s": {"verdict": "missed", "model": 9.0}}
    assert verdict(expect, model, low, high, done) == found


def test_every_form_that_is_named_can_be_read():
    assert {target(form).rule for form in FORMS} == {
        "near", "sign", "above", "below", "same", "share"
    }  # fmt: skip


def test_a_protocol_is_refused_before_anything_is_simulated():
    text = load_protocol("quick_conditioning").text
    good = '[[epoch]]\nname = "mine"\nstage = "retrieval"\ntrial = 2\n'
    row = '[[contrast]]\nname = "r"\nepoch = "mine"\nexpect = "at most 30"\n'
    assert parse_protocol(text + good + row, "p.toml").text.endswith(row)
    for bad, why in (
        (good.replace('"retrieval"', '"retrival"'), "did you mean 'retrieval'?"),
        (good.replace("trial = 2", "trial = 3"), "trials 1 to 2 in blocks 1 to 1"),
        (good + row.replace('"mine"', '"mne"'), "did you mean 'mine'?"),
        (good + row.replace("at most", "up to"), "cannot be judged"),
    ):
        with pytest.raises(ProtocolError) as caught:
            parse_protocol(text + bad, "p.toml")
        assert str(caught.value).startswith("p.toml: ")
        assert why in str(caught.value)
        assert len(str(caught.value).splitlines()) == 1
