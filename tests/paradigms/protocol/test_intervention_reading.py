"""Interventions as they are written on the command line."""

import tomllib

import pytest

from paradigms.protocol.files import (
    Intervention,
    ProtocolError,
    parse_intervention,
    parse_protocol,
)
from tests.support.protocols import GOOD, KINDS


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("tool_two@day", Intervention("tool_two", 1.0, ("day",))),
        ("tool_two=0.5@day.pairing", Intervention("tool_two", 0.5, ("day.pairing",))),
        ("tool_one=2@day,night", Intervention("tool_one", 2.0, ("day", "night"))),
        ("tool_one@always", Intervention("tool_one", 1.0, ("always",))),
    ],
)
def test_interventions_from_the_command_line(given, expected):
    protocol = parse_protocol(GOOD, "small.toml", KINDS)
    assert parse_intervention(given, protocol, KINDS) == expected


@pytest.mark.parametrize(
    ("given", "part"),
    [
        ("tool_one", "KIND"),
        ("@day", "KIND"),
        ("tool_one@", "KIND"),
        ("tool_one=@day", "KIND"),
        ("tool_one=much@day", "not a number"),
        ("tool_one=nan@day", "finite"),
        ("tool_one=-1@day", "negative"),
        ("tool_tow@day", "did you mean"),
        ("tool_one@dya", "did you mean 'day'"),
        ("tool_one:@day", "KIND"),
        ("tool_one:CeM@day", "target = 'CeM' is not a choice: tool_one acts on astrocyte.drug"),
    ],
)
def test_interventions_from_the_command_line_are_checked(given, part):
    protocol = parse_protocol(GOOD, "small.toml", KINDS)
    with pytest.raises(ProtocolError, match=part) as caught:
        parse_intervention(given, protocol, KINDS)
    assert "\n" not in str(caught.value)


def test_added_interventions_stand_in_the_text_too():
    protocol = parse_protocol(GOOD, "small.toml", KINDS)
    extra = [parse_intervention("tool_two=0.5@night", protocol, KINDS)]
    longer = protocol.with_interventions(extra)
    assert longer.interventions == (*protocol.interventions, *extra)
    assert parse_protocol(longer.text, "small.toml", KINDS) == longer
    assert len(tomllib.loads(longer.text)["intervention"]) == 2
    assert protocol.with_interventions([]) == protocol
