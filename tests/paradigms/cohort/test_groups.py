"""Files of groups: what they may say, and that a faulty one is told in one line."""

import os

import pytest

from analysis.design.epochs import Own
from analysis.design.own_rows import load_rows, read_rows
from models.parameters import ParameterError, load_parameters
from paradigms.cohort.groups import Group, ask_beside, load_groups
from paradigms.protocol.files import load_protocol, parse_intervention, parse_protocol
from paradigms.protocol.reading import ProtocolError
from tests.support.circuit import BLINK


def refusal(path):
    with pytest.raises(ProtocolError) as caught:
        load_groups(path)
    line = str(caught.value)
    assert len(line.splitlines()) == 1
    assert len(line) < 500
    return line


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no group; add a [[group]]"),
        ("[[group]]\nintervene = []", "name is missing"),
        ('[[group]]\nname = "a"\n[[group]]\nname = "a"', "'a' stands twice"),
        ('[[group]]\nname = "a"\n[[group]]\nname = "A"', "'a' stands twice"),
        ('[[group]]\nname = "a"\ndose = 1', "'dose' is not a key"),
        ('[[group]]\nname = "a"\nintervene = "Gq"', "must be a list"),
        ('[[group]]\nname = "a"\nset = 3', "set = 3 must be a table"),
        ('[[group]]\nname = "a"\nset = { "plasticity.eta" = [1] }', "set.'plasticity.eta' = [1]"),
        ('[[group]]\nname = "a"\nset = { "plasticity.eta" = true }', "set.'plasticity.eta' = True"),
        (
            '[[group]]\nname = "a"\nset = { "plasticity.eta" = 1, plasticity.eta = 2 }',
            "'plasticity.eta' stands twice",
        ),
        ('[[group]]\nname = "a"\nprotocol = 3', "protocol = 3 must be text"),
        ('[[group]]\nname = "a"\nprotocol = "fear"', "'fear' is not known"),
        ('[[group]]\nname = "a"\nprotocol = "absent.toml"', "absent.toml: No such file"),
        ('[[group]]\nname = "a"\nchange = 3', "change = 3 must be a table such as"),
        ("[[group]", "groups.toml: "),
        ("x = " + 5000 * "1", "groups.toml: "),
        ("x = " + 5000 * "[", "groups.toml: "),
    ],
)
def test_a_faulty_group_file_is_told_in_one_line(text, words, tmp_path):
    (tmp_path / "groups.toml").write_text(text)
    assert words in refusal(tmp_path / "groups.toml")


def test_what_is_no_text_or_no_file_is_told_in_one_line(tmp_path):
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "folder.toml").mkdir()
    os.mkfifo(tmp_path / "pipe.toml")
    assert "binary.toml" in refusal(tmp_path / "binary.toml")
    for name in ("folder.toml", "pipe.toml"):
        assert "give a TOML file" in refusal(tmp_path / name)
    assert "No such file" in refusal(tmp_path / "absent.toml")
    assert "not known; allowed: amygdala_astrocytes" in refusal("nobody")


def test_parameters_may_be_numbers_and_names_need_no_quotes(tmp_path):
    path = tmp_path / "groups.toml"
    path.write_text(
        '\ufeff[[group]]\nname = "quoted"\n'  # an editor's mark of the encoding
        'set = { "afferent.rate_US" = 30, "plasticity.eta" = "0.5" }\n'
        '[[group]]\nname = "plain"\n[group.set]\nafferent.rate_US = 3e1\nplasticity.eta = 0.5\n',
        encoding="utf-8",
    )
    for group in load_groups(path):
        table = load_parameters(group.overrides)
        assert table.value("afferent.rate_US") == 30
        assert table.value("plasticity.eta") == 0.5


@pytest.mark.parametrize("number", ["nan", "inf", "-1", "1e400"])
def test_numbers_out_of_range_are_refused_with_their_name(number, tmp_path):
    path = tmp_path / "groups.toml"
    path.write_text(f'[[group]]\nname = "a"\nset = {{ "afferent.rate_US" = {number} }}')
    with pytest.raises(ParameterError, match="afferent.rate_US"):
        load_parameters(load_groups(path)[0].overrides)


def test_a_group_may_have_a_protocol_of_its_own(tmp_path):
    (tmp_path / "blink.toml").write_text(BLINK)
    path = tmp_path / "groups.toml"
    path.write_text(
        '[[group]]\nname = "usual"\nintervene = ["Gq@extinction"]\n'
        '[[group]]\nname = "own"\nprotocol = "blink.toml"\nintervene = ["Gq@pairing"]\n'
        '[[group]]\nname = "shipped"\nprotocol = "fear_extinction"\n'
    )
    plan = load_protocol("quick_conditioning")
    usual, own, shipped = (group.protocol(plan) for group in load_groups(path))
    assert [usual.name, own.name, shipped.name] == ["quick_conditioning", "blink",
                                                    "fear_extinction"]  # fmt: skip
    assert own.interventions[0].during == ("pairing",)
    assert own.text.startswith(BLINK.rstrip("\n"))


def with_change(text, tmp_path, protocol="fear_extinction"):
    path = tmp_path / "groups.toml"
    path.write_text(f'[[group]]\nname = "a"\nchange = {text}\n')
    (group,) = load_groups(path)
    return group.protocol(load_protocol(protocol))


def test_a_group_may_change_a_few_values_of_the_protocol(tmp_path):
    plan = load_protocol("contextual_fear")
    found = with_change(
        '{ "conditioning.shocks.shock.trials" = 1, "conditioning.baseline.trial" = "20 s", '
        '"night_1.offline" = "3 weeks", recall_A.context = "C" }', tmp_path, "contextual_fear",
    )  # fmt: skip
    first, night, recall, *rest = found.sessions
    assert (first.phases[1].kinds[0].trials, plan.sessions[0].phases[1].kinds[0].trials) == (1, 3)
    assert first.phases[0].kinds[0].trial == 20
    assert (night.offline, night.simulated) == (21 * 86400, plan.sessions[1].simulated)
    assert recall.context == "C"
    assert tuple(rest) == plan.sessions[3:]
    assert parse_protocol(found.text, "as it travels").sessions == found.sessions
    assert found.stimuli == plan.stimuli


def test_a_change_goes_with_a_protocol_and_interventions_of_its_own(tmp_path):
    (tmp_path / "blink.toml").write_text(BLINK)
    path = tmp_path / "groups.toml"
    path.write_text(
        '[[group]]\nname = "own"\nprotocol = "blink.toml"\nintervene = ["Gq@test"]\n'
        'change = { night.offline = "2 h", "test.test.cs" = false }\n'
    )
    plan = load_groups(path)[0].protocol(load_protocol("fear_extinction"))
    assert (plan.name, plan.sessions[1].offline) == ("blink", 7200)
    assert [item.kind for item in plan.interventions] == ["Gq"]
    assert parse_protocol(plan.text, "as it travels").interventions == plan.interventions


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{ "night_1.offlin" = "2 h" }', "change 'night_1.offlin' is nothing that protocol "
         "fear_extinction says; allowed: conditioning.context,"),
        ('{ "night_1.offlin" = "2 h" }', "did you mean 'night_1.offline'?"),
        ('{ "night_1.name" = "day" }', "change 'night_1.name' is nothing"),
        ('{ "conditioning.phase" = [] }', "change 'conditioning.phase' is nothing"),
        ('{ "title" = "x" }', "change 'title' is nothing"),
        ('{ "night_1.offline" = "2 parsecs" }', "group 'a': fear_extinction with its change: "
         "session 'night_1': offline = '2 parsecs'"),
        ('{ "conditioning.pairings.trials" = 0 }', "phase 'pairings': trials = 0 must be a whole"),
        ('{ "night_1.offline" = nan }', "offline = nan must be a time with a unit"),
        ('{ "night_1.offline" = { a = 1 } }', "change 'night_1.offline.a' is nothing"),
    ],
)  # fmt: skip
def test_a_faulty_change_is_told_in_one_line(text, words, tmp_path):
    with pytest.raises(ProtocolError) as caught:
        with_change(text, tmp_path)
    (line,) = str(caught.value).splitlines()
    assert words in line
    assert len(line) < 600


COURSES = """
[[intervention]]
kind = "opto_silence"
target = "BLA_PL"
dose = 0.5
during = ["extinction_1", "retrieval.cs_alone"]
locked = "cs"
onset = "5 s"
duration = "10 s"
[[intervention]]
kind = "Gi"
during = ["extinction_1"]
uptake = "10 min"
washout = "3 h"
"""


def test_a_group_says_what_a_protocol_file_says(tmp_path):
    """Locked to trials, and with a course of the level, in the form of the command line."""
    plan = load_protocol("fear_extinction")
    wanted = parse_protocol(plan.text + COURSES, "mine.toml").interventions
    path = tmp_path / "groups.toml"
    path.write_text(
        '[[group]]\nname = "a"\nintervene = [\n'
        '"opto_silence:BLA_PL=0.5@extinction_1,retrieval.cs_alone,locked=cs,onset=5 s,'
        'duration=10 s",\n'
        '"Gi@extinction_1, uptake = 10 min, washout = 3 h"]\n'
    )
    (group,) = load_groups(path)
    found = group.protocol(plan)
    assert found.interventions == wanted
    assert parse_protocol(found.text, "written").interventions == wanted


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("Gi@extinction_1,uptak=1 min", "did you mean 'uptake'?"),
        ("Gi@extinction_1,dose=1", "'dose' is not a key here"),
        ("Gi@extinction_1,uptake=1 s,uptake=2 s", "'uptake' is not a key here, or stands twice"),
        ("Gi@extinction_1,uptake=", "uptake"),
        ("Gi@uptake=1 s", "must name a session"),
        ("Gi@extinction_1,locked=light", "locked"),
        ("Gi@extinction_1,onset=1 s", "is within trials; add locked"),
        ("lesion:BLA_P-IL_P@always,washout=1 h", "is for good"),
    ],
)
def test_a_faulty_course_is_told_in_one_line(given, words):
    with pytest.raises(ProtocolError) as caught:
        parse_intervention(given, load_protocol("fear_extinction"))
    assert len(str(caught.value).splitlines()) == 1
    assert words in str(caught.value)


def test_rows_beside_are_asked_of_a_protocol_of_ones_own_where_it_can_have_them(tmp_path):
    rows = tmp_path / "rows.toml"
    rows.write_text(
        '[[epoch]]\nname = "last_tone"\nstage = "retrieval"\ntrial = 2\n'
        '[[contrast]]\nname = "it is low"\nepoch = "last_tone"\nexpect = "at most 9"\n'
    )
    plan = load_protocol("fear_extinction")
    own = rows.read_text().replace("trial = 2", "trial = 1")
    (tmp_path / "named.toml").write_text(plan.text + own)
    names = ("quick_conditioning", tmp_path / "named.toml", tmp_path / "blink.toml")
    (tmp_path / "blink.toml").write_text(BLINK.replace('"retrieval"', '"test"'))
    groups = [Group("none", (), {}), *(Group(str(k), (), {}, load_protocol(name))
                                       for k, name in enumerate(names))]  # fmt: skip
    asked, (none, quick, named, blink) = ask_beside(plan, groups, rows)
    assert none == groups[0]
    assert [row.name for row in read_rows(asked.text, "asked").contrasts] == ["it is low"]
    assert read_rows(quick.own.text, "quick") == load_rows(rows)
    assert read_rows(named.own.text, "named").epochs[0].trial == 1  # as it names it itself
    assert read_rows(blink.own.text, "blink") == Own()
    with pytest.raises(ProtocolError, match="stage = 'retrieval' is no stage"):
        ask_beside(blink.own, [], rows)
