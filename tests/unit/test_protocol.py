"""Protocol files: what ships is as published, what is wrong is refused in one line."""

import tomllib
from dataclasses import FrozenInstanceError

import pytest

from paradigms.interventions import Intervention as Row
from paradigms.protocol import (
    Intervention,
    ProtocolError,
    load_protocol,
    parse_intervention,
    parse_protocol,
    shipped_protocols,
)
from paradigms.reading import parse_time

KINDS = {
    kind: Row(kind, "tool", "astrocyte.drug", "dose", "1", 10.0, "nobody")
    for kind in ("tool_one", "tool_two")
}

GOOD = """
name = "small"
title = "A small one"
reference = "nobody"
default_clock = "real"

[clock.real]
time_scale = 1

[[session]]
name = "day"
context = "A"
lead = "5 s"

[[session.phase]]
name = "pairing"
stage = "conditioning"
trials = 2
trial = "30 s"
cs = true
us = "2 s"
interval = ["60 s", "90 s"]

[[session]]
name = "night"
offline = "24 h"
simulated = "40 s"

[[intervention]]
kind = "tool_one"
during = ["day.pairing", "night"]
"""


def changed(old: str, new: str) -> str:
    """The good protocol with one thing replaced, once."""
    assert old in GOOD
    return GOOD.replace(old, new, 1)


def test_a_protocol_is_read_whole():
    protocol = parse_protocol(GOOD, "small.toml", KINDS)
    day, night = protocol.sessions
    assert (day.name, day.context, day.lead, day.tail) == ("day", "A", 5.0, 0.0)
    (phase,) = day.phases
    assert (phase.stage, phase.trials, phase.trial, phase.cs, phase.us) == (
        "conditioning", 2, 30.0, True, 2.0,
    )  # fmt: skip
    assert phase.interval == (60.0, 90.0)
    assert (night.offline, night.simulated, night.phases) == (86400.0, 40.0, ())
    assert protocol.interventions == (Intervention("tool_one", 1.0, ("day.pairing", "night")),)
    assert protocol.windows() == ["day", "day.pairing", "night", "always"]
    assert protocol.clock().time_scale == 1
    assert protocol.text == GOOD


def test_a_protocol_is_immutable():
    with pytest.raises(FrozenInstanceError):
        parse_protocol(GOOD, "small.toml", KINDS).name = "other"


def test_fear_extinction_is_the_published_protocol():
    protocol = load_protocol("fear_extinction")
    awake = [session for session in protocol.sessions if session.phases]
    assert [(session.name, session.context) for session in awake] == [
        ("conditioning", "A"),
        ("extinction_1", "B"),
        ("extinction_2", "B"),
        ("retrieval", "B"),
        ("renewal", "A"),
    ]
    assert all(s.offline == 24 * 3600 for s in protocol.sessions if not s.phases)
    assert [s.name for s in protocol.sessions if not s.phases] == [
        f"night_{n}" for n in range(1, 5)
    ]
    baseline, pairings = awake[0].phases
    assert not baseline.cs
    assert awake[0].lead + baseline.trials * (baseline.trial + baseline.interval[0]) == 180
    assert (pairings.trials, pairings.trial, pairings.us) == (3, 30, 2)
    assert pairings.interval == (60, 90)
    for session, trials in zip(awake[1:], (25, 25, 5, 5), strict=True):
        (phase,) = session.phases
        assert (phase.trials, phase.trial, phase.cs, phase.us) == (trials, 30, True, 0)
        assert phase.interval == (60, 60)
    assert {clock.name: clock.time_scale for clock in protocol.clocks} == {
        "published": 1,
        "compressed": 0.1,
    }
    assert protocol.default_clock == "compressed"


def test_every_shipped_protocol_is_valid_and_named_as_its_file():
    names = shipped_protocols()
    assert {"fear_extinction", "quick_conditioning"} <= set(names)
    for name in names:
        assert load_protocol(name).name == name


def test_a_file_of_the_user_is_read_like_a_shipped_one(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert load_protocol(path, KINDS) == load_protocol(str(path), KINDS)
    assert load_protocol(path, KINDS).name == "small"


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("30 s", 30), ("1.5min", 90), (" 24 h ", 86400), ("250 ms", 0.25), ("0 s", 0), ("1e2 s", 100)],
)
def test_times(given, seconds):
    assert parse_time(given) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "given",
    ["30", 30, "s", "-1 s", "30 days", "nan s", "inf s", "1e400 s", "1e9 h", "1 s; 2 s", None],
)
def test_what_is_no_time_is_refused(given):
    with pytest.raises(ProtocolError):
        parse_time(given)


REFUSED = {
    "unknown key": ('lead = "5 s"', 'laed = "5 s"', ["small.toml", "'day'", "'laed'", "'lead'"]),
    "unknown top key": ('title = "A', 'titel = "A', ["title is missing"]),
    "number for a time": ('trial = "30 s"', "trial = 30", ["'pairing'", "trial = 30", '"30 s"']),
    "unit": ('trial = "30 s"', 'trial = "30 d"', ["trial = '30 d'", "ms, s, min, h"]),
    "zero trial": ('trial = "30 s"', 'trial = "0 s"', ["longer than 0"]),
    "zero night": ('simulated = "40 s"', 'simulated = "0 s"', ["longer than 0"]),
    "long night": ('simulated = "40 s"', 'simulated = "25 h"', ["longer than offline"]),
    "us too long": ('us = "2 s"', 'us = "30 s"', ["us = '30 s'", "shorter than the trial (30 s)"]),
    "us zero": ('us = "2 s"', 'us = "0 s"', ["longer than 0"]),
    "no trials": ("trials = 2", "trials = 0", ["trials = 0", "from 1 to"]),
    "too many trials": ("trials = 2", "trials = 1000000000", ["from 1 to"]),
    "half trial": ("trials = 2", "trials = 2.5", ["whole number"]),
    "true trials": ("trials = 2", "trials = true", ["whole number"]),
    "quoted flag": ("cs = true", 'cs = "true"', ["cs = 'true'", "without quotes"]),
    "missing cs": ("cs = true", "", ["cs is missing", "cs = true"]),
    "interval backwards": ('["60 s", "90 s"]', '["90 s", "60 s"]', ["shorter time first"]),
    "interval of three": ('["60 s", "90 s"]', '["1 s", "2 s", "3 s"]', ["range"]),
    "context": ('context = "A"', 'context = "C"', ["context = 'C'", "A, B, none"]),
    "name with a space": ('name = "day"', 'name = "day one"', ["'day one'", "letters"]),
    "session twice": ('name = "night"', 'name = "day"', ["session 'day' is given twice"]),
    "phase in the night": (
        'simulated = "40 s"',
        'simulated = "40 s"\n[[session.phase]]\nname = "p"',
        ["offline session has no phases"],
    ),
    "lead at night": ('offline = "24 h"', 'offline = "1 h"\nlead = "1 s"', ["'lead'", "offline"]),
    "time scale": ("time_scale = 1", "time_scale = 0", ["'real'", "time_scale = 0", "at most 1"]),
    "time scale nan": ("time_scale = 1", "time_scale = nan", ["finite"]),
    "clock": ('default_clock = "real"', 'default_clock = "reel"', ["'reel'", "mean 'real'"]),
    "kind": ('kind = "tool_one"', 'kind = "tool_on"', ["intervention 1", "mean 'tool_one'"]),
    "target": ('"day.pairing", ', '"day.paring", ', ["'day.paring'", "mean 'day.pairing'"]),
    "target no text": ('"day.pairing", ', "3, ", ["names 3"]),
    "target twice": ('"day.pairing", ', '"night", ', ["twice"]),
    "no target": ('["day.pairing", "night"]', "[]", ["must name a session"]),
    "dose": ('kind = "tool_one"', 'kind = "tool_one"\ndose = -1', ["dose = -1", "negative"]),
    "dose text": ('kind = "tool_one"', 'kind = "tool_one"\ndose = "1"', ["must be a number"]),
    "not TOML": ("[clock.real]", "[clock.real", ["not valid TOML"]),
    "session as a value": ('title = "A', 'session = 3\n#', ["small.toml"]),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "parts"), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_refused_in_one_clear_line(old, new, parts):
    with pytest.raises(ProtocolError) as caught:
        parse_protocol(changed(old, new), "small.toml", KINDS)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 400
    for part in ["small.toml", *parts]:
        assert part in message


def test_a_protocol_without_awake_sessions_is_refused():
    head, _, _ = GOOD.partition("[[session]]")
    night = '[[session]]\nname = "night"\noffline = "24 h"\nsimulated = "40 s"\n'
    with pytest.raises(ProtocolError, match="no awake session"):
        parse_protocol(head + night, "small.toml", KINDS)
    with pytest.raises(ProtocolError, match="neither"):
        parse_protocol(head + '[[session]]\nname = "day"\ncontext = "A"\n', "small.toml", KINDS)


def test_unknown_and_unreadable_protocols_are_refused(tmp_path):
    with pytest.raises(ProtocolError, match="did you mean 'fear_extinction'"):
        load_protocol("fear_extintion")
    with pytest.raises(ProtocolError, match="No such file"):
        load_protocol(tmp_path / "absent.toml")
    with pytest.raises(ProtocolError, match="directory"):
        load_protocol(tmp_path)
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\x89HDF\r\n\xff\xfe")
    with pytest.raises(ProtocolError, match="not a text file"):
        load_protocol(binary)


def test_a_name_cannot_leave_the_protocol_folder():
    with pytest.raises(ProtocolError, match="not known"):
        load_protocol("../protocols/fear_extinction")


def test_a_protocol_is_data(tmp_path):
    mark = tmp_path / "mark"
    text = changed('"A small one"', f"\"__import__('pathlib').Path('{mark}').touch()\"")
    parse_protocol(text, "small.toml", KINDS)
    assert not mark.exists()


def test_unknown_clock_is_refused():
    protocol = parse_protocol(GOOD, "small.toml", KINDS)
    with pytest.raises(
        ProtocolError, match="clock 'reall' is not in protocol small; allowed: real"
    ):
        protocol.clock("reall")


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
