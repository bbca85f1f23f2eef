"""Protocol files: what ships is as published, what is wrong is refused in one line."""

from dataclasses import FrozenInstanceError

import pytest

from paradigms.protocol.files import (
    Intervention,
    ProtocolError,
    load_protocol,
    parse_intervention,
    parse_protocol,
    shipped_protocols,
)
from paradigms.protocol.plan import Event, TrialKind
from paradigms.protocol.reading import parse_time
from tests.support.protocols import GOOD, KINDS, changed


def test_a_protocol_is_read_whole():
    protocol = parse_protocol(GOOD, "small.toml", KINDS)
    day, night = protocol.sessions
    assert (day.name, day.context, day.lead, day.tail) == ("day", "A", 5.0, 0.0)
    (phase,) = day.phases
    assert (phase.stage, phase.trials, phase.order) == ("conditioning", 2, "blocked")
    events = (Event("cs", 0.0, 30.0), Event("us", 28.0, 2.0, valence="aversive"))
    assert phase.kinds == (TrialKind("pairing", 2, 30.0, events),)
    assert phase.interval == (60.0, 90.0)
    assert (night.offline, night.simulated, night.phases) == (86400.0, 50.0, ())
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
    (silent,), (paired,) = baseline.kinds, pairings.kinds
    assert silent.events == ()
    assert awake[0].lead + baseline.trials * (silent.trial + baseline.interval[0]) == 180
    assert (paired.trials, paired.trial) == (3, 30)
    assert paired.events == (Event("cs", 0, 30), Event("us", 28, 2, valence="aversive"))
    assert pairings.interval == (60, 90)
    for session, trials in zip(awake[1:], (25, 25, 5, 5), strict=True):
        (phase,) = session.phases
        assert phase.kinds == (TrialKind(phase.name, trials, 30, (Event("cs", 0, 30),)),)
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
    [("30 s", 30), ("1.5min", 90), (" 24 h ", 86400),
     ("250 ms", 0.25), ("0 s", 0), ("1e2 s", 100),
     ("1 d", 86400), ("1 day", 86400), ("2.5 days", 216000),
     ("1 week", 604800), ("2weeks", 1209600)],
)  # fmt: skip
def test_times(given, seconds):
    assert parse_time(given) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        ('"plasticity.eta" = "0"', {"plasticity.eta": "0"}),
        ("plasticity.eta = 0", {"plasticity.eta": "0"}),
        ('"plasticity.eta" = 0.5e-3\nlif.C_m = "200 pF"',
         {"plasticity.eta": "0.0005", "lif.C_m": "200 pF"}),
        ("projection.CeL_off_to_CeM.total = 2", {"projection.CeL_off_to_CeM.total": "2"}),
    ],
)  # fmt: skip
def test_a_protocol_has_parameters_of_its_own(lines, wanted):
    protocol = parse_protocol(GOOD + f"[set]\n{lines}\n", "small.toml", KINDS)
    assert protocol.overrides == wanted
    again = protocol.with_interventions([parse_intervention("tool_two@day", protocol, KINDS)])
    assert parse_protocol(again.text, "small.toml", KINDS) == again
    assert again.overrides == wanted


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
