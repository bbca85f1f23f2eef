"""A protocol with stimuli and contexts of its own, a box, and light that follows the animal."""

STIMULI = """
name = "own"
title = "Stimuli and contexts of its own"
default_clock = "fast"

[clock.fast]
time_scale = 0.1

[stimulus.tone]

[stimulus.noise]
strength = 0.5
similar_to = { tone = 0.4 }

[stimulus.sugar]
valence = "appetitive"
strength = 2

[context.C]
similar_to = { A = 0.5 }

[[session]]
name = "day"
context = "A"

[[session.phase]]
name = "mixed"
stage = "conditioning"
interval = "9 s"

[[session.phase.kind]]
name = "paired"
trials = 2
trial = "20 s"
events = [
    { stimulus = "tone", onset = "1 s", duration = "10 s" },
    { stimulus = "noise", onset = "2 s", duration = "11 s", strength = 4 },
    { stimulus = "sugar", onset = "15 s", strength = 3 },
    { stimulus = "us", onset = "18 s" },
]

[[session.phase.kind]]
name = "old"
trials = 1
trial = "20 s"
events = [{ stimulus = "cs" }]

[[session]]
name = "box"
kind = "place"
context = "C"

[[session.phase]]
name = "dark"
stage = "dark"
trials = 1
trial = "30 s"
interval = "0 s"

[[session.phase]]
name = "lit"
stage = "lit"
interval = "0 s"

[[session.phase.kind]]
name = "lit"
trials = 1
trial = "30 s"

[[intervention]]
kind = "opto_silence"
target = "IL_P"
during = ["box.lit"]
in_zone = true
"""

TONE = '{ stimulus = "tone", onset = "1 s", duration = "10 s" }'
ZONE = "in_zone = true"
DARK = 'stage = "dark"'

WRONG = {
    # stimuli
    "unknown stimulus": (TONE, '{ stimulus = "tune" }', ["'tune'", "allowed: cs, us, tone, noise",
                         "or a [stimulus.NAME] of your own", "did you mean 'tone'"]),
    "stimulus is a number": (TONE, "{ stimulus = 3 }", ["stimulus = 3", "must be text"]),
    "stimulus twice": (TONE, f"{TONE}, {{ stimulus = \"tone\" }}", ["tone comes twice in a trial"]),
    "unused stimulus": ("[stimulus.tone]", "[stimulus.bell]\n[stimulus.tone]",
                        ["stimulus 'bell' comes in no trial", "leave its table out"]),
    "table of cs": ("[stimulus.tone]", "[stimulus.cs]\n[stimulus.tone]",
                    ["stimulus 'cs' is built in"]),
    "table of us": ("[stimulus.tone]", "[stimulus.us]\n[stimulus.tone]",
                    ["stimulus 'us' is built in"]),
    "table of none": ("[stimulus.tone]", "[stimulus.none]\n[stimulus.tone]",
                      ["stimulus 'none' is built in"]),
    "name of a stimulus": ("[stimulus.tone]", '[stimulus."a b"]\n[stimulus.tone]',
                           ["'a b' must be a letter"]),
    "long name of a stimulus": ("[stimulus.tone]", f"[stimulus.{'a' * 65}]\n[stimulus.tone]",
                                ["65 characters; allowed: 64"]),
    "stimulus as a value": ("[stimulus.tone]", "[stimulus]\nbell = 3\n[stimulus.tone]",
                            ["must hold [stimulus.NAME] tables; 'bell' is a value"]),
    "too many stimuli": ("[stimulus.tone]", "".join(f"[stimulus.s{n}]\n" for n in range(62)) +
                         "[stimulus.tone]", ["65 stimuli; allowed: at most 64"]),
    "valence": ('"appetitive"', '"sweet"', ["valence = 'sweet'", "aversive, appetitive"]),
    "strength of none": ("strength = 0.5", "strength = 0", ["must be above 0 and at most 10"]),
    "strength": ("strength = 0.5", "strength = 11", ["must be above 0 and at most 10"]),
    "strength no number": ("strength = 0.5", "strength = true", ["must be a number"]),
    "product of strengths": ("strength = 3", "strength = 6",
                             ["strength = 6", "times 2, that of sugar, must be at most 10"]),
    "key of a stimulus": ("strength = 0.5", "loudness = 5", ["'loudness' is not a key here"]),
    # similarity
    "similar to itself": ("{ tone = 0.4 }", "{ noise = 0.4 }",
                          ["stimulus 'noise': similar_to names itself"]),
    "similar in a circle": ("[stimulus.tone]", "[stimulus.tone]\nsimilar_to = { noise = 0.4 }",
                            ["goes in a circle", "noise", "say it once"]),
    "similar above 1": ("{ tone = 0.4 }", "{ tone = 1.1 }", ["from 0 to 1", "'tone' is 1.1"]),
    "similar below 0": ("{ tone = 0.4 }", "{ tone = -0.4 }", ["from 0 to 1", "'tone' is -0.4"]),
    "similar nan": ("{ tone = 0.4 }", "{ tone = nan }", ["from 0 to 1"]),
    "similar huge": ("{ tone = 0.4 }", f"{{ tone = {10**400} }}", ["from 0 to 1"]),
    "similar text": ("{ tone = 0.4 }", '{ tone = "half" }', ["from 0 to 1", "'half'"]),
    "similar alone": ("{ tone = 0.4 }", "0.4", ["must be names with shares", "{ tone = 0.4 }"]),
    "similar to whom": ("{ tone = 0.4 }", "{ bell = 0.4 }",
                        ["similar_to names 'bell', which is not used here", "allowed: cs, tone"]),
    "similar to a US": ("{ tone = 0.4 }", "{ sugar = 0.4 }",
                        ["names 'sugar', which is unconditioned"]),
    "similar to the US": ("{ tone = 0.4 }", "{ us = 0.4 }", ["names 'us', which is uncondition"]),
    "similar US": ('valence = "appetitive"', 'valence = "appetitive"\nsimilar_to = { tone = 1 }',
                   ["stimulus 'sugar'", "is of conditioned stimuli"]),
    # contexts
    "unknown context": ('context = "C"', 'context = "D"', ["context = 'D'", "A, B, none, C",
                        "or a [context.NAME] of your own"]),
    "unused context": ("[context.C]", "[context.D]\n[context.C]",
                       ["context 'D' is that of no session"]),
    "table of the home cage": ("[context.C]", "[context.none]\n[context.C]", ["is built in"]),
    "context like itself": ("{ A = 0.5 }", "{ C = 0.5 }", ["similar_to names itself"]),
    "context like none": ("{ A = 0.5 }", "{ B = 0.5 }", ["names 'B', which is not used here"]),
    "context in a circle": ("[context.C]", "[context.A]\nsimilar_to = { C = 0.5 }\n[context.C]",
                            ["context: similar_to goes in a circle"]),
    "valence of a context": ("{ A = 0.5 }", '{ A = 0.5 }\nvalence = "aversive"',
                             ["'valence' is not a key here"]),
    # trials
    "US before CS": ('"us", onset = "18 s"', '"us", onset = "0 s", duration = "1 s"',
                     ["us begins at 0 s, before tone at 1 s; backward pairing is not allowed"]),
    "event after its trial": ('duration = "10 s"', 'duration = "20 s"',
                              ["ends at 21 s, after the trial of 20 s"]),
    "event of no length": ('duration = "10 s"', 'duration = "0 s"', ["longer than 0"]),
    "event before its trial": ('onset = "1 s"', 'onset = "-1 s"', ["must be a time with a unit"]),
    "trials that overlap": ('interval = "9 s"', 'interval = "-9 s"', ["must be a time such as"]),
    "pause of years": ('interval = "9 s"', 'interval = "900 weeks"', ["must be a time such as"]),
    "events as one": ("events = [{ stimulus = \"cs\" }]", 'events = { stimulus = "cs" }',
                      ["must be written as [[events]] tables"]),
    # place sessions and zones
    "kind of a session": ('kind = "place"', 'kind = "maze"', ["kind = 'maze'", "allowed: place"]),
    "place with a CS": (DARK, f"{DARK}\ncs = true", ["cs = True is not of a place session"]),
    "place with a US": (DARK, f'{DARK}\nus = "2 s"', ["us = '2 s' is not of a place session"]),
    "place with events": ('name = "lit"\ntrials = 1', 'name = "lit"\nevents = [{ stimulus = "cs" '
                          '}]\ntrials = 1', ["events = [{", "is not of a place session"]),
    "place at night": ('kind = "place"', 'kind = "place"\noffline = "1 h"\nsimulated = "50 s"',
                       ["an offline session has no phases"]),
    "zone without a box": ('["box.lit"]', '["day"]', ["names 'day', which is no box of two zones",
                           "allowed: box"]),
    "zone in all sessions": ('["box.lit"]', '["always"]', ["names 'always', which is no box"]),
    "zone in some other place": ('["box.lit"]', '["box", "day.mixed"]', ["names 'day.mixed'"]),
    "drug in a zone": ('kind = "opto_silence"\ntarget = "IL_P"', 'kind = "Gq"',
                       ["in_zone = True is of light", "Gq cannot come and go"]),
    "zone without light": ('kind = "opto_silence"\ntarget = "IL_P"', 'kind = "tagging"',
                           ["tagging"]),
    "zone with a lock": (ZONE, f'{ZONE}\nlocked = "cs"', ["locked = 'cs' finds no CS in box.lit"]),
    "zone with uptake": (ZONE, f'{ZONE}\nuptake = "1 s"', ["uptake = '1 s' is not for what follo"]),
    "zone with washout": (ZONE, f'{ZONE}\nwashout = "1 s"', ["is not for what follows the animal"]),
    "zone no flag": (ZONE, 'in_zone = "left"', ["in_zone = 'left'", "must be true or false"]),
    "locked to nothing": (ZONE, 'locked = "bell"', ["locked = 'bell'", "cs, us, tone, noise, s"]),
    "locked elsewhere": (ZONE, 'locked = "tone"', ["finds no tone in box.lit"]),
}  # fmt: skip
"""Faults by name: what is replaced, by what, and parts of the message."""


def wrong(name: str) -> str:
    """Return the protocol with one fault."""
    old, new, _ = WRONG[name]
    assert old in STIMULI, name
    return STIMULI.replace(old, new, 1)
