"""Protocols that are refused, each in one clear line."""

import pytest

from paradigms.protocol.files import (
    Intervention,
    ProtocolError,
    load_protocol,
    parse_protocol,
)
from paradigms.protocol.reading import parse_time
from tests.support.protocols import GOOD, KINDS, changed


@pytest.mark.parametrize(
    "given",
    ["30", 30, "s", "-1 s", "30 months", "60 weeks", "9" * 5000 + " s", "nan s", "inf s",
     "1e400 s", "1e9 h", "1 s; 2 s", None],
)  # fmt: skip
def test_what_is_no_time_is_refused(given):
    with pytest.raises(ProtocolError):
        parse_time(given)


REFUSED = {
    "unknown key": ('lead = "5 s"', 'laed = "5 s"', ["small.toml", "'day'", "'laed'", "'lead'"]),
    "unknown top key": ('title = "A', 'titel = "A', ["title is missing"]),
    "number for a time": ('trial = "30 s"', "trial = 30", ["'pairing'", "trial = 30", '"30 s"']),
    "unit": ('trial = "30 s"', 'trial = "30 y"', ["trial = '30 y'", "ms, s, min, h, days, weeks"]),
    "zero trial": ('trial = "30 s"', 'trial = "0 s"', ["longer than 0"]),
    "zero night": ('simulated = "50 s"', 'simulated = "0 s"', ["longer than 0"]),
    "long night": ('simulated = "50 s"', 'simulated = "25 h"', ["longer than offline"]),
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
        'simulated = "50 s"',
        'simulated = "50 s"\n[[session.phase]]\nname = "p"',
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
    "huge dose": (
        'kind = "tool_one"', f'kind = "tool_one"\ndose = {10**400}', ["dose = 1000", "finite"]
    ),
    "dose of hexadecimal": (
        'kind = "tool_one"', 'kind = "tool_one"\ndose = 0x' + "f" * 9000, ["of digits", "finite"]
    ),
    "dose too high": (
        'kind = "tool_one"', 'kind = "tool_one"\ndose = 11', ["dose = 11", "0 to 10"]
    ),
    "dose true": ('kind = "tool_one"', 'kind = "tool_one"\ndose = true', ["must be a number"]),
    "dose inf": ('kind = "tool_one"', 'kind = "tool_one"\ndose = inf', ["finite"]),
    "huge time scale": ("time_scale = 1", f"time_scale = {10**400}", ["finite"]),
    "dates": ('trial = "30 s"', "trial = 00:00:30", ["must be a time with a unit"]),
    "array of trials": ("trials = 2", "trials = [2]", ["trials = [2]", "whole number"]),
    "huge trials": ("trials = 2", "trials = 0x" + "f" * 9000, ["whole number"]),
    "during a table": ('"day.pairing", ', "{ a.b.c = 1 }, ", ["names {'a'"]),
    "during a number": ('"day.pairing", ', "0x" + "f" * 9000 + ", ", ["digits"]),
    "phase as a table": ("[[session.phase]]", "[session.phase]", ["[[phase]] tables"]),
    "sessions of numbers": ('title = "A', 'session = [1]\ntitle = "A', ["small.toml"]),
    "clock as a value": ("[clock.real]", "clock.x = 1\n[clock.real]", ["small.toml"]),
    "empty title": ('title = "A small one"', 'title = " "', ["title = ' '", "must be text"]),
    "title with a zero": ('"A small one"', '"A \\u0000 one"', ["control characters"]),
    "title with an escape": ('"A small one"', '"\\u001b[31m"', ["control characters"]),
    "title of two lines": ('"A small one"', '"A\\nB"', ["one line"]),
    "title that turns around": ('"A small one"', '"A\u202eB"', ["control characters"]),
    "long title": ('"A small one"', '"' + "A" * 501 + '"', ["501 characters; allowed: 500"]),
    "long name": ('"small"', '"' + "a" * 65 + '"', ["65 characters; allowed: 64"]),
    "long stage": ('"conditioning"', '"' + "a" * 400 + '"', ["400 characters; allowed: 64"]),
    "empty name": ('name = "day"', 'name = ""', ["must be text"]),
    "stage of nights": ('"conditioning"', '"none"', ["stage = 'none'", "folded"]),
    "empty key": ('lead = "5 s"', '"" = 1', ["'' is not a key"]),
    "long key": ('lead = "5 s"', "k" * 5000 + " = 1", ["'kkk", "is not a key"]),
    "many clocks": (
        "[clock.real]", "".join(f"[clock.c{n}]\ntime_scale = 1\n" for n in range(9)) +
        "[clock.real]", ["10 clocks", "at most 8"],
    ),
    "locked to what": (
        'kind = "tool_one"', 'kind = "tool_one"\nlocked = "light"', ["locked = 'light'", "cs, us"]
    ),
    "locked at night": (
        'kind = "tool_one"', 'kind = "tool_one"\nlocked = "cs"', ["finds no CS in night"]
    ),
    "onset unlocked": (
        'kind = "tool_one"', 'kind = "tool_one"\nonset = "1 s"', ['add locked = "cs"']
    ),
    "washout": ('kind = "tool_one"', 'kind = "tool_one"\nwashout = 3', ["must be a time"]),
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


LOCKED = {
    "too long": ('duration = "31 s"', ["duration = '31 s'", "31 s after the CS", "lasts 30 s"]),
    "too late": ('onset = "30 s"', ["onset = '30 s'", "lasts 30 s"]),
    "both": ('onset = "20 s"\nduration = "11 s"', ["31 s after the CS"]),
    "no duration": ('duration = "0 s"', ["longer than 0"]),
}


@pytest.mark.parametrize(("lines", "parts"), LOCKED.values(), ids=LOCKED)
def test_what_is_locked_stays_within_its_stimulus(lines, parts):
    text = changed('["day.pairing", "night"]', f'["day.pairing"]\nlocked = "cs"\n{lines}')
    with pytest.raises(ProtocolError) as caught:
        parse_protocol(text, "small.toml", KINDS)
    assert all(part in str(caught.value) for part in parts), caught.value


def sessions(count, names="day_{n}", phases=1, stage="s"):
    """Text of sessions; each name and stage may hold the number."""
    text = ""
    for n in range(count):
        text += f'[[session]]\nname = "{names.format(n=n)}"\ncontext = "A"\n'
        for k in range(phases):
            text += (
                f'[[session.phase]]\nname = "p{n}_{k}"\nstage = "{stage.format(n=n, k=k)}"\n'
                'trials = 1\ntrial = "1 s"\ncs = true\ninterval = "1 s"\n'
            )
    return text


HEAD = GOOD.partition("[[session]]")[0]
DOSE = '[[intervention]]\nkind = "tool_one"\nduring = "day_0"\n'
MANY = {
    "sessions": (sessions(127), "has 127 sessions; allowed: at most 126"),
    "phases": (sessions(64, phases=2), "has 128 names of phases; allowed: at most 126"),
    "stages": (sessions(1, phases=127, stage="s{k}"), "names of phases"),
    "trials": (
        sessions(1) + sessions(1, "x", phases=2).replace("trials = 1\n", "trials = 5000\n"),
        "has 10001 trials; allowed: at most 10000",
    ),
    "interventions": (sessions(1) + 1001 * DOSE, "1001 interventions; allowed: at most 1000"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "part"), MANY.values(), ids=MANY)
def test_more_than_a_dataset_holds_is_refused_with_numbers(text, part):
    with pytest.raises(ProtocolError) as caught:
        parse_protocol(HEAD + text, "small.toml", KINDS)
    assert part in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_as_many_labels_as_are_allowed_can_be_stored():
    from analysis.dataset.schema import flag_variable

    text = HEAD + sessions(126, stage="s{n}")
    protocol = parse_protocol(text, "small.toml", KINDS)
    assert len(protocol.sessions) == 126
    labels = [*(f"s{n}" for n in range(126)), ""]
    assert flag_variable("phase_stage", labels).values.max() == 126


def test_targets_count_as_labels_when_they_are_added_too():
    protocol = parse_protocol(GOOD, "small.toml", KINDS)
    extra = [Intervention("tool_two", 1.0, ("day",), f"t{n}") for n in range(126)]
    assert len(protocol.with_interventions(extra[:125]).interventions) == 126
    with pytest.raises(ProtocolError, match="127 kinds and targets of interventions"):
        protocol.with_interventions(extra)


def test_a_reference_is_asked_of_nobody():
    protocol = parse_protocol(changed('reference = "nobody"', ""), "small.toml", KINDS)
    assert protocol.reference == "unpublished"


@pytest.mark.parametrize(
    ("lines", "part"),
    [
        ('"plasticity.etta" = "0"', "did you mean"),
        ('"plasticity.eta" = "-1"', "out of range"),
        ('"plasticity.eta" = "1 parsec"', "plasticity.eta"),
        ('"plasticity.eta" = true', "must be a number"),
        ('"plasticity.eta" = nan', "not a number"),
        ('"plasticity.eta" = [1]', "must be a number"),
        (f'"plasticity.eta" = {10**400}', "must be a number"),
        ('"plasticity.eta" = 0x' + "f" * 9000, "must be a number"),
        ('"plasticity.eta" = ""', "must be a number, or text"),
        ('"plasticity.eta" = "1\\u0000"', "must be a number, or text"),
        ('"plasticity.eta" = 1\nplasticity.eta = 2', "stands twice"),
        ('"\\u001b[31m" = 1', "no name of a parameter"),
        ("a.b." + "y" * 62 + " = 1", "no name of a parameter"),
    ],
)
def test_parameters_of_a_protocol_are_checked_when_it_is_read(lines, part):
    with pytest.raises(ProtocolError) as caught:
        parse_protocol(GOOD + f"[set]\n{lines}\n", "small.toml", KINDS)
    line = str(caught.value)
    assert part in line
    assert "small.toml: set" in line
    assert len(line.splitlines()) == 1
    assert len(line) < 400


def test_a_protocol_without_awake_sessions_is_refused():
    head, _, _ = GOOD.partition("[[session]]")
    night = '[[session]]\nname = "night"\noffline = "24 h"\nsimulated = "50 s"\n'
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
