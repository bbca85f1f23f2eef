"""The keys of a protocol file, table by table.

`paradigms.protocol.reading.Table` reads by these rows, `paradigms.protocol.schema` writes the JSON
schema and the page of keys from them, so none can say what another does not.
"""

from __future__ import annotations

from dataclasses import replace

from paradigms.protocol.key import (
    CHOICE,
    COUNT,
    FLAG,
    NAME,
    NAMED,
    NUMBER,
    PAUSE,
    SETTINGS,
    SIMILAR,
    TABLES,
    TEXT,
    TIME,
    WINDOWS,
    Key,
)
from paradigms.protocol.plan import MOST_TRIALS, ORDERS
from paradigms.protocol.things import PLACE, STRONGEST, VALENCES

MOST_CLOCKS = 8
MOST_THINGS = 64
"""Stimuli or contexts that a file declares."""
MOST_KINDS = 100

PROTOCOL = (
    Key("name", NAME, "name of the protocol, and of its datasets", '"my_protocol"'),
    Key("title", TEXT, "what is done, in a line", '"What is done"'),
    Key("reference", TEXT, "where it was published", '"where it was published"', "unpublished"),
    Key("default_clock", CHOICE, "clock that runs if none is asked for", '"compressed"'),
    Key("clock", NAMED, "how experiment time becomes simulated time",
        "[clock.published] with time_scale = 1", low=1, high=MOST_CLOCKS, of="clock"),
    Key("stimulus", NAMED, "stimuli of its own", "[stimulus.tone]", optional=True,
        high=MOST_THINGS, of="stimulus"),
    Key("context", NAMED, "contexts of its own", "[context.C]", optional=True, high=MOST_THINGS,
        of="context"),
    Key("session", TABLES, "what happens, one after the other", "[[session]]", low=1,
        of="session"),
    Key("intervention", TABLES, "tools that are applied", "[[intervention]]", optional=True,
        of="intervention"),
    Key("set", SETTINGS, "parameters of this protocol", '{ "plasticity.eta" = 0.005 }',
        optional=True),
    Key("epoch", TABLES, "groups of trials to be compared, see analysis.md", "[[epoch]]",
        optional=True),
    Key("contrast", TABLES, "comparisons, see analysis.md", "[[contrast]]", optional=True),
)  # fmt: skip

CLOCK = (
    Key("time_scale", NUMBER, "simulated seconds for each second of the experiment", "0.1",
        low=0, high=1, above=True),
)  # fmt: skip

_SIMILAR = Key("similar_to", SIMILAR, "share of its sensory afferents that it has in common with "
               "other conditioned stimuli; what is not named has as few as possible",
               "{ tone = 0.4 }", optional=True, low=0, high=1)  # fmt: skip
_STRENGTH = Key("strength", NUMBER, "multiplies the rate at which it drives its afferents", "0.5",
                1.0, low=0, high=STRONGEST, above=True)  # fmt: skip

STIMULUS = (
    Key("valence", CHOICE, "makes it an unconditioned stimulus; without, it is a conditioned one",
        '"appetitive"', optional=True, choices=VALENCES),
    replace(_STRENGTH, meaning="multiplies the strength of its events"),
    _SIMILAR,
)  # fmt: skip

CONTEXT = (
    replace(_SIMILAR, example="{ A = 0.5 }",
            meaning="share of its cells that it has in common with other contexts; what is not "
            "named has as few as possible"),
)  # fmt: skip

_SESSION_NAME = Key("name", NAME, "name of the session", '"conditioning"')
SESSION = (
    _SESSION_NAME,
    Key("kind", CHOICE, "a box of two zones without stimuli", f'"{PLACE}"', optional=True,
        choices=(PLACE,)),
    Key("context", CHOICE, "A, B, one of its own, or none for the home cage", '"A"'),
    Key("lead", TIME, "time before the first trial", '"60 s"', "0 s", low=0),
    Key("tail", TIME, "time after the last trial", '"60 s"', "0 s", low=0),
    Key("phase", TABLES, "trials, phase after phase", "[[session.phase]]", low=1, of="phase"),
)  # fmt: skip
NIGHT = (
    _SESSION_NAME,
    Key("offline", TIME, "time that passes folded, as a night", '"24 h"', low=0, above=True),
    Key("simulated", TIME, "protocol time spent on it", '"50 s"', low=0, above=True),
)
PLACE_SESSION = tuple(
    replace(key, of="place phase") if key.name == "phase" else
    replace(key, optional=False) if key.name == "kind" else key
    for key in SESSION
)  # fmt: skip

_INTERVAL = Key("interval", PAUSE, "pause after a trial: one time, or a range from which each is "
                "drawn", '"60 s" or ["60 s", "90 s"]')  # fmt: skip
_PHASE = (
    Key("name", NAME, "name of the phase within its session", '"pairings"'),
    Key("stage", NAME, "label under which its trials are scored", '"conditioning"'),
)
_TRIALS = Key("trials", COUNT, "number of trials", "5", low=1, high=MOST_TRIALS)
_TRIAL = Key("trial", TIME, "length of a trial, which is the scored window", '"30 s"', low=0,
             above=True)  # fmt: skip
PHASE = (
    *_PHASE,
    _TRIALS,
    _TRIAL,
    Key("cs", FLAG, "whether the CS is on in the whole trial; else it is silent", "true"),
    Key("us", TIME, "length of an aversive US that ends with the trial", '"2 s"', optional=True,
        low=0, above=True),
    _INTERVAL,
)  # fmt: skip
KINDS_PHASE = (
    *_PHASE,
    Key("kind", TABLES, "kinds of trials", "[[session.phase.kind]]", low=1, high=MOST_KINDS,
        of="kind"),
    Key("order", CHOICE, "how trials of several kinds follow each other", '"shuffled"', ORDERS[0],
        choices=ORDERS),
    _INTERVAL,
)  # fmt: skip
PLACE_PHASE = tuple(
    replace(key, meaning="no stimulus comes here", example="false", default=False)
    if key.name == "cs" else key
    for key in PHASE if key.name != "us"
)  # fmt: skip
PLACE_KINDS_PHASE = tuple(
    replace(key, of="place kind") if key.name == "kind" else key for key in KINDS_PHASE
)

KIND = (
    Key("name", NAME, "name of the kind within its phase", '"paired"'),
    _TRIALS,
    _TRIAL,
    Key("events", TABLES, "stimuli of each trial; without, it is silent",
        '[{ stimulus = "cs" }]', optional=True, of="event"),
)  # fmt: skip
PLACE_KIND = KIND[:-1]

EVENT = (
    Key("stimulus", CHOICE, "cs, us or one of its own", '"cs"'),
    Key("onset", TIME, "when it begins, from the start of the trial", '"10 s"', "0 s", low=0),
    Key("duration", TIME, "how long it is on; without, to the end of the trial", '"20 s"',
        optional=True, low=0, above=True),
    _STRENGTH,
)  # fmt: skip

INTERVENTION = (
    Key("kind", CHOICE, "what is done", '"..." (see astrogram interventions)'),
    Key("target", TEXT, "cells or pathway, for kinds that ask for one", '"IL_P"', optional=True),
    Key("dose", NUMBER, "how much, in the unit of its kind", "1.0", 1.0, low=0),
    Key("during", WINDOWS, "sessions, session.phase, or always", '["conditioning"]', low=1),
    Key("locked", CHOICE, "on in trials that have this stimulus, and nowhere else", '"cs"',
        optional=True),
    Key("onset", TIME, "of what is locked: from when the stimulus begins", '"5 s"', "0 s", low=0),
    Key("duration", TIME, "of what is locked: how long; without, to the end of the stimulus",
        '"10 s"', optional=True, low=0, above=True),
    Key("uptake", TIME, "time constant with which the level rises", '"10 min"', "0 s", low=0),
    Key("washout", TIME, "time constant with which the level falls", '"3 h"', "0 s", low=0),
    Key("in_zone", FLAG, "light that is on only while the animal is in the target zone of the "
        "box", "true", default=False),
)  # fmt: skip

TABLES_OF_KEYS: dict[str, tuple[str, tuple[Key, ...]]] = {
    "protocol": ("top of the file", PROTOCOL),
    "clock": ("[clock.NAME]", CLOCK),
    "stimulus": ("[stimulus.NAME]", STIMULUS),
    "context": ("[context.NAME]", CONTEXT),
    "session": ("[[session]]", SESSION),
    "night": ("[[session]] with offline", NIGHT),
    "phase": ("[[session.phase]]", PHASE),
    "phase of kinds": ("[[session.phase]] with kinds", KINDS_PHASE),
    "kind": ("[[session.phase.kind]]", KIND),
    "event": ("one of events", EVENT),
    "place session": ('[[session]] with kind = "place"', PLACE_SESSION),
    "place phase": ("[[session.phase]] of a place session", PLACE_PHASE),
    "place phase of kinds": ("[[session.phase]] with kinds, of a place session", PLACE_KINDS_PHASE),
    "place kind": ("[[session.phase.kind]] of a place session", PLACE_KIND),
    "intervention": ("[[intervention]]", INTERVENTION),
}
"""Heading and keys of each table."""
