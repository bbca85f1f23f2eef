"""The schema is the reader's own: what one takes and refuses, so does the other."""

import json
import re
import subprocess
import sys
import tomllib

import pytest
from jsonschema import Draft202012Validator

from paradigms.command import cli
from paradigms.protocol.files import ProtocolError, load_protocol, parse_protocol, shipped_protocols
from paradigms.protocol.keys import TABLES_OF_KEYS
from paradigms.protocol.schema import protocol_schema
from tests.support.bad_inputs import VALUES
from tests.support.paths import ROOT

SCHEMA = protocol_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
PAGE = (ROOT / "docs" / "protocols.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```toml\n(.*?)^```", PAGE, re.S | re.M)
QUICK = load_protocol("quick_conditioning").text


def test_it_is_a_schema_and_the_command_prints_it(capsys):
    Draft202012Validator.check_schema(SCHEMA)
    assert cli.main(["protocols", "--schema"]) == 0
    assert json.loads(capsys.readouterr().out) == SCHEMA
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert len(SCHEMA["$defs"]) == len(TABLES_OF_KEYS) - 1 + 3


@pytest.mark.parametrize("option", ["--schema", "--markdown"])
def test_schema_and_keys_are_of_no_file(option, capsys):
    assert cli.main(["protocols", "quick_conditioning", option]) == 2
    assert "leave FILE and --json out" in capsys.readouterr().err


def test_the_page_of_keys_is_current():
    done = subprocess.run(
        [sys.executable, "-m", "paradigms", "protocols", "--markdown"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    page = ROOT / "docs" / "protocol_keys.md"
    assert page.read_text(encoding="utf-8") == done.stdout, "run make docs"


@pytest.mark.parametrize("name", shipped_protocols())
def test_every_shipped_protocol_is_valid(name):
    path = ROOT / "paradigms" / "protocols" / f"{name}.toml"
    VALIDATOR.validate(tomllib.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("text", EXAMPLES)
def test_every_example_of_the_page_is_valid(text):
    whole = text if "[[session]]" in text else QUICK + text
    VALIDATOR.validate(tomllib.loads(whole))


# Every key once, so that each can be spoiled
EVERY = """
name = "every"
title = "Every key"
reference = "none"
default_clock = "fast"
[clock.fast]
time_scale = 0.1
[stimulus.tone]
strength = 0.5
[stimulus.noise]
similar_to = { tone = 0.4 }
[stimulus.sugar]
valence = "appetitive"
strength = 2
[context.C]
similar_to = { A = 0.5 }
[[session]]
name = "day"
context = "A"
lead = "5 s"
tail = "5 s"
[[session.phase]]
name = "short"
stage = "first"
trials = 2
trial = "10 s"
cs = true
us = "2 s"
interval = ["1 s", "2 s"]
[[session.phase]]
name = "several"
stage = "second"
order = "shuffled"
interval = "1 s"
[[session.phase.kind]]
name = "one"
trials = 2
trial = "9 s"
events = [{ stimulus = "tone" }, { stimulus = "noise", onset = "1 s" }]
[[session.phase.kind]]
name = "two"
trials = 1
trial = "9 s"
events = [{ stimulus = "sugar", onset = "1 s", duration = "3 s", strength = 0.5 }]
[[session]]
name = "night"
offline = "24 h"
simulated = "50 s"
[[session]]
name = "box"
kind = "place"
context = "C"
[[session.phase]]
name = "look"
stage = "third"
trials = 1
trial = "30 s"
interval = "0 s"
[[intervention]]
kind = "opto_silence"
target = "IL_P"
dose = 0.5
during = ["day"]
locked = "tone"
onset = "1 s"
duration = "2 s"
[[intervention]]
kind = "opto_silence"
target = "IL_P"
during = ["box.look"]
in_zone = true
[[intervention]]
kind = "Gi"
during = "night"
uptake = "1 min"
washout = "1 h"
[set]
"plasticity.eta" = 0.005
"""

WRONG = [
    ('name = "every"', 'name = "a b"'), ('name = "every"', "name = 3"),
    ('title = "Every key"', 'title = ""'), ('reference = "none"', "reference = 1"),
    ('default_clock = "fast"', "default_clock = true"), ("time_scale = 0.1", "time_scale = 0"),
    ("time_scale = 0.1", "time_scale = 2"), ("time_scale = 0.1", 'time_scale = "1"'),
    ("time_scale = 0.1", "time_scale = 0.1\nspeed = 1"), ("strength = 0.5", "strength = 0"),
    ("strength = 0.5", "strength = 11"), ("strength = 0.5", "loud = 1"),
    ("strength = 0.5", 'strength = "high"'), ("{ tone = 0.4 }", "0.4"),
    ("{ tone = 0.4 }", "{ tone = 1.4 }"), ("{ tone = 0.4 }", "{ tone = -0.1 }"),
    ("{ tone = 0.4 }", '{ tone = "0.4" }'), ("{ tone = 0.4 }", "{ tone = true }"),
    ('valence = "appetitive"', 'valence = "sweet"'), ("{ A = 0.5 }", "[0.5]"),
    ("[context.C]", '[context."my box"]'), ("[context.C]", "[context.C]\nsmell = 1"),
    ('lead = "5 s"', "lead = 5"), ('lead = "5 s"', 'lead = "-5 s"'),
    ('lead = "5 s"', 'laed = "5 s"'), ('tail = "5 s"', 'tail = "5 parsecs"'),
    ("trials = 2", "trials = 0"), ("trials = 2", "trials = 10001"), ("trials = 2", "trials = 1.5"),
    ("trials = 2", 'trials = "2"'), ('trial = "10 s"', 'trial = "0 s"'), ("cs = true", "cs = 1"),
    ("cs = true", 'cs = "true"'), ("cs = true", ""), ('us = "2 s"', 'us = "0 s"'),
    ('us = "2 s"', "us = true"), ('["1 s", "2 s"]', '["1 s"]'), ('["1 s", "2 s"]', "[1, 2]"),
    ('order = "shuffled"', 'order = "any"'), ('order = "shuffled"', "cs = true"),
    ('onset = "1 s", duration', 'onset = 1, duration'), ("strength = 0.5 }", "strength = -1 }"),
    ('stimulus = "tone" }', 'stimulus = "tone", tone = 1 }'), ('stimulus = "tone" }', "}"),
    ('offline = "24 h"', 'offline = "24 h"\nlead = "1 s"'), ('simulated = "50 s"', ""),
    ('simulated = "50 s"', 'simulated = "0 s"'), ('kind = "place"', 'kind = "maze"'),
    ('kind = "place"', "kind = 2"), ('stage = "third"', 'stage = "third"\nus = "1 s"'),
    ("dose = 0.5", "dose = -1"), ("dose = 0.5", 'dose = "1"'), ('during = ["day"]', "during = []"),
    ('during = ["day"]', "during = [3]"), ("in_zone = true", 'in_zone = "true"'),
    ("in_zone = true", "in_zone = 1"), ('washout = "1 h"', "washout = 3600"),
    ('washout = "1 h"', "wash = 1"),
]  # fmt: skip


def test_every_key_is_read_and_valid():
    plan = parse_protocol(EVERY, "every.toml")
    VALIDATOR.validate(tomllib.loads(EVERY))
    assert len(plan.interventions) == 3
    keys = {key.name for _, keys in TABLES_OF_KEYS.values() for key in keys}
    assert keys - set(re.findall(r"\w+", EVERY)) == {"epoch", "contrast"}


@pytest.mark.parametrize(("old", "new"), WRONG)
def test_what_one_refuses_the_other_does(old, new):
    assert old in EVERY
    text = EVERY.replace(old, new, 1)
    with pytest.raises(ProtocolError):
        parse_protocol(text, "every.toml")
    assert not VALIDATOR.is_valid(tomllib.loads(text))


def test_what_is_read_is_valid_whatever_stands_in_a_line():
    """Every value of the list of strange ones in the place of every value."""
    lines = EVERY.splitlines()
    read = 0
    for number, line in enumerate(lines):
        key, equals, _ = line.partition(" = ")
        for value in (*VALUES, '"5 s"', "1", "2.5", "false", '["1 s", "1 min"]', '"always"'):
            if not equals or len(value) > 1000:
                continue
            text = "\n".join([*lines[:number], f"{key} = {value}", *lines[number + 1 :]])
            try:
                parse_protocol(text, "every.toml")
            except ProtocolError:
                continue
            read += 1
            assert VALIDATOR.is_valid(tomllib.loads(text)), f"{key} = {value}"
    assert read > 100
