"""``astrogram protocols FILE``: what would be run, and the refusals of a run."""

import json

import pytest

from paradigms.command import cli
from paradigms.command.overview import overview
from paradigms.protocol.files import load_protocol, parse_protocol, shipped_protocols
from tests.support.stimuli import STIMULI

QUICK = load_protocol("quick_conditioning").text
DOSES = """
[[intervention]]
kind = "opto_silence"
target = "IL_P"
dose = 0.5
during = ["extinction", "renewal.cs_alone"]
locked = "cs"
onset = "2 s"
duration = "3 s"

[[intervention]]
kind = "Gi"
during = "night"
washout = "3 h"

[set]
"plasticity.eta" = "0"
"""


@pytest.fixture
def written(tmp_path):
    def write(text, name="mine.toml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return str(tmp_path / name)

    return write


def test_an_overview_has_every_phase_on_every_clock():
    content = overview(parse_protocol(QUICK + DOSES, "mine.toml"))
    assert [(c["clock"], c["time_scale"]) for c in content["clocks"]] == [
        ("published", 1), ("compressed", 0.1),
    ]  # fmt: skip
    rows = {(row["session"], row["phase"]): row for row in content["phases"]}
    assert len(rows) == 7
    night = rows["night", ""]
    assert (night["experiment_s"], night["published_s"], night["compressed_s"]) == (86400, 50, 5)
    assert (night["trials"], night["trial_s"], night["context"]) == (0, None, "")
    pairings = rows["conditioning", "pairings"]
    assert (pairings["trials"], pairings["trial_s"], pairings["us_s"]) == (2, 10, 2)
    assert (pairings["shortest_pause_s"], pairings["longest_pause_s"]) == (8, 12)
    assert rows["extinction", "first_cs"]["experiment_s"] == 5 + 10 + 10 + 10 + 10
    assert rows["extinction", "first_cs"]["compressed_s"] == 4.5
    for clock in content["clocks"]:
        lengths = [row[f"{clock['clock']}_s"] for row in content["phases"]]
        assert sum(lengths) == pytest.approx(clock["simulated_s"])


def test_an_overview_says_when_interventions_are_on():
    content = overview(parse_protocol(QUICK + DOSES, "mine.toml"))
    light, second, drug = content["interventions"]
    assert [row["windows"] for row in (light, second, drug)] == [3, 2, 1]
    assert (light["kind"], light["target"], light["locked"]) == ("opto_silence", "IL_P", "cs")
    assert second["during"] == "renewal.cs_alone"
    assert drug["stop_s"] - drug["start_s"] == pytest.approx(5)
    assert light["start_s"] == pytest.approx(drug["stop_s"] + 0.5 + 0.2)
    assert drug["washout_s"] == 3 * 3600
    assert content["set"] == {"plasticity.eta": "0"}


def test_an_overview_names_stimuli_contexts_and_boxes(written, capsys):
    content = overview(parse_protocol(STIMULI, "own.toml"))
    assert [
        (row["stimulus"], row["valence"], row["strength"], row["similar_to"], row["declared"])
        for row in content["stimuli"]
    ] == [
        ("us", "aversive", 1, "", False), ("cs", "conditioned", 1, "", False),
        ("tone", "conditioned", 1, "", True), ("noise", "conditioned", 0.5, "tone 0.4", True),
        ("sugar", "appetitive", 2, "", True),
    ]  # fmt: skip
    assert content["contexts"] == [
        {"context": "A", "similar_to": "", "declared": False},
        {"context": "C", "similar_to": "A 0.5", "declared": True},
    ]
    assert [row["session_kind"] for row in content["phases"]] == ["awake", "place", "place"]
    assert content["phases"][0]["stimuli"] == "tone, noise, sugar, us, cs"
    assert content["interventions"][0]["in_zone"] is True
    assert cli.main(["protocols", written(STIMULI)]) == 0
    out = capsys.readouterr().out
    assert all(part in out for part in ("Stimuli", "appetitive", "tone 0.4", "Contexts", "A 0.5"))
    assert cli.main(["protocols", written(QUICK)]) == 0
    assert "Stimuli" not in capsys.readouterr().out


def test_the_command_shows_files_as_tables_and_as_json(written, capsys):
    file = written(QUICK + DOSES)
    assert cli.main(["protocols", file, "fear_extinction"]) == 0
    out = capsys.readouterr().out
    for part in ("quick_conditioning", "pairings", "86400", "compressed", "opto_silence",
                 "plasticity.eta", "fear_extinction", "extinction_2"):  # fmt: skip
        assert part in out
    assert cli.main(["protocols", file, "fear_extinction", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [content["name"] for content in found] == ["quick_conditioning", "fear_extinction"]
    assert found[0] == overview(parse_protocol(QUICK + DOSES, "mine.toml"))
    assert sum(row["trials"] for row in found[1]["phases"]) == 68


def test_a_clock_that_cannot_be_run_is_said_and_only_the_default_one_refuses(written, capsys):
    text = QUICK.replace('us = "2 s"', 'us = "2 ms"')
    usable = text.replace('default_clock = "compressed"', 'default_clock = "published"')
    assert cli.main(["protocols", written(usable)]) == 0
    assert "us = 0.002 s is shorter" in capsys.readouterr().out
    assert cli.main(["protocols", written(text)]) == 2
    assert "us = 0.002 s is shorter" in capsys.readouterr().err


REFUSED = {
    "text": "name = ",
    "stage": QUICK.replace('"retrieval"', '"a b"', 1),
    "too long": QUICK.replace('trial = "10 s"', 'trial = "10000 h"'),
    "dose": QUICK + '[[intervention]]\nkind = "Gi"\nduring = "night"\n' * 2,
    "tag": QUICK + '[[intervention]]\nkind = "opto_excite"\ntarget = "tagged"\nduring = "night"\n',
    "set": QUICK + '[set]\n"plasticity.etta" = 1\n',
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_a_run_refuses_is_refused_with_the_same_line(
    text, written, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr("paradigms.run.simulate.run_circuit", None)
    file = written(text)
    lines = []
    for command in (["protocols", file], ["run", file, "--size", "250", "--out", str(tmp_path)]):
        assert cli.main(command) == 2
        out, err = capsys.readouterr()
        assert out == ""
        lines += [line for line in err.splitlines() if line.startswith("astrogram: ")]
    assert len(lines) == 2
    assert lines[0] == lines[1]
    assert [path.name for path in tmp_path.iterdir()] == ["mine.toml"]


def test_every_shipped_protocol_is_listed_without_a_file(capsys):
    assert cli.main(["protocols", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == shipped_protocols()
    assert {row["name"]: row["trials"] for row in rows}["fear_extinction"] == 68
