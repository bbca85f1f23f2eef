"""Files of groups: what they may say, and that a faulty one is told in one line."""

import os

import pytest

from models.parameters import ParameterError, load_parameters
from paradigms.cohort.groups import load_groups
from paradigms.protocol.files import load_protocol
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
