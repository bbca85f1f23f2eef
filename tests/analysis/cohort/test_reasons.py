"""Why the manipulations work: groups with clamped outputs, and what their rows conclude."""

import json

import numpy as np
import pytest
from matplotlib.image import imread

from analysis.cohort.compare import KEYS, comparison, sign_pattern
from analysis.cohort.dataset import gather
from analysis.cohort.measures import MeasuredAnimal
from analysis.design.epochs import published_epochs
from analysis.figures.cohort import reasons_figure
from analysis.packaged import read_table
from models.parameters import load_parameters
from paradigms.cohort.groups import load_groups
from paradigms.protocol.doses import dose_levels
from paradigms.protocol.files import load_protocol
from paradigms.protocol.timeline import animal_timeline
from tests.support.circuit import blink, draw

ORIGIN = ("fear_extinction", "compressed", "0")
ROWS = read_table("reasons")
EFFECT = {"Gq": {"acute": -20.0, "retrieval": 25.0}, "Gi": {"acute": 17.0, "retrieval": 21.0}}
EPOCH = {"acute": "early_extinction", "retrieval": "retrieval"}


def gap(kept, seeds=range(12)):
    """Animals of which each clamp leaves a share of each effect: (clamp, tool, effect) -> share."""
    result = []
    for prefix in ("", "tone_clamped", "gate_clamped", "both_clamped"):
        for tool in ("", "Gq", "Gi"):
            name = "_".join(part for part in (prefix, tool) if part) or "control"
            for seed in seeds:
                rng = np.random.default_rng([seed, len(name)])
                values = {}
                for effect, epoch in EPOCH.items():
                    change = EFFECT[tool][effect] * kept(prefix, tool, effect) if tool else 0.0
                    values["freezing", epoch] = 50 + 2 * seed + change + rng.normal(0, 3)
                result.append(MeasuredAnimal(name, seed, ORIGIN, values))
    return result


# By which output each effect goes: the clamp of the other leaves it whole.
WAY = {
    ("Gq", "acute"): "tone", ("Gi", "acute"): "tone",
    ("Gq", "retrieval"): "tone", ("Gi", "retrieval"): "gate",
}  # fmt: skip


def dissociated(clamp, tool, effect):
    return float(clamp not in ("both_clamped", f"{WAY[tool, effect]}_clamped"))


def verdicts(animals):
    return {row["row"]: row["verdict"] for row in comparison(animals, "reasons")}


def test_the_table_refers_to_what_there_is():
    seen = {}
    for row in ROWS:
        assert row["epoch"] in published_epochs()
        assert row["form"] == "difference"
        assert (row["rule"] == "sign") == (row["of"] == "")
        assert (row["rule"] == "same") == (row["bar"] == "")
        if row["of"]:
            assert seen[row["of"]]["epoch"] == row["epoch"]  # stands above, same effect
        seen[row["row"]] = row
    assert len(seen) == len(ROWS) == 16


def test_a_double_dissociation_is_met():
    rows = comparison(gap(dissociated), "reasons")
    assert all(tuple(row) == KEYS for row in rows)
    json.loads(json.dumps(rows, allow_nan=False))
    assert {row["verdict"] for row in rows} == {"met", "order met"}
    assert all(row["paired"] and row["n"] == 12 for row in rows)
    assert {row["paper"] for row in rows} == {None}
    tone = next(row for row in rows if row["row"] == "Gq acute tone clamped")
    assert (tone["group"], tone["against"]) == ("tone_clamped_Gq", "tone_clamped")
    assert tone["low"] < 0 < tone["high"]
    assert tone["expected"] == "gone: below 0.5 of 'Gq acute'"
    assert sign_pattern(rows, "double dissociation") == "double dissociation: 16 of 16 rows met"


@pytest.mark.parametrize(
    ("clamp", "tool", "effect", "share"),
    [
        # not gone: half of it, and little of it that is surely there
        ("tone_clamped", "Gq", "acute", 0.7),
        ("tone_clamped", "Gi", "acute", 0.3),
        ("tone_clamped", "Gq", "retrieval", 0.7),
        # turned around is not gone, either
        ("gate_clamped", "Gi", "retrieval", -0.4),
        # not kept: gone, and turned around
        ("gate_clamped", "Gq", "retrieval", 0.0),
        ("tone_clamped", "Gi", "retrieval", 0.0),
        ("gate_clamped", "Gi", "acute", -1.0),
        ("both_clamped", "Gq", "retrieval", 1.0),
    ],
)
def test_what_is_not_dissociated_is_missed(clamp, tool, effect, share):
    def kept(*where):
        return share if where == (clamp, tool, effect) else dissociated(*where)

    found = verdicts(gap(kept))
    missed = f"{tool} {effect} {clamp.replace('_', ' ')}"
    assert {name for name, verdict in found.items() if verdict == "missed"} == {missed}


def test_what_is_not_there_can_be_neither_kept_nor_abolished():
    found = verdicts(gap(lambda clamp, tool, effect: 0.0))
    assert {found[name] for name in ("Gq acute", "Gi retrieval")} == {"order missed"}
    assert found["Gq acute tone clamped"] == "missed"
    assert found["Gq retrieval tone clamped"] == "missed"


def test_groups_that_were_not_run_are_said_to_be():
    intact = [animal for animal in gap(dissociated) if "clamped" not in animal.group]
    found = verdicts(intact)
    assert [verdict for verdict in found.values() if verdict != "not run"] == ["order met"] * 4


@pytest.fixture(scope="module")
def levels():
    """What every group of the file does over time, and when its sessions are."""
    plan, parameters = load_protocol("fear_extinction"), load_parameters()
    tissue = draw(blink()).tissue
    result = {}
    for group in load_groups("amygdala_reasons"):
        assert group.overrides == {}  # what is clamped is clamped by drugs
        timeline = animal_timeline(group.protocol(plan), None, 1)
        times = np.arange(0, timeline.duration, 0.1)
        given, _, _ = dose_levels(
            timeline.interventions, times, timeline.speed * times, tissue, parameters
        )
        result[group.name] = {name: level for name, level in given.items() if level.any()}
    phases = {phase.session: (phase.start, phase.stop) for phase in timeline.phases}
    return times, phases, result


def test_every_group_of_the_table_is_in_the_file_and_the_other_way_round(levels):
    named = {row[side] for row in ROWS for side in ("group", "minus_group")}
    assert named == set(levels[2])


def test_a_group_differs_from_its_control_in_the_designer_receptor_alone(levels):
    for row in ROWS:
        own, control = (dict(levels[2][row[side]]) for side in ("group", "minus_group"))
        intact = levels[2][row["group"].split("_")[-1]]
        (tool,) = intact
        np.testing.assert_array_equal(own.pop(tool), intact[tool])
        assert set(own) == set(control)
        for name, level in control.items():
            np.testing.assert_array_equal(own[name], level)


def test_clamps_leave_conditioning_and_the_tests_alone(levels):
    times, phases, groups = levels
    first, last = phases["extinction_1"][0], phases["retrieval"][0]
    free = (times < first - 0.05) | (times > last - 0.05)
    tone, gate = {"astrocyte.drug_A1_block", "astrocyte.drug_A1_agonist"}, "astrocyte.drug_D_serine"
    assert set(groups["tone_clamped"]) == tone
    assert set(groups["gate_clamped"]) == {gate}
    assert set(groups["both_clamped"]) == tone | {gate}
    inside = np.zeros(len(times), bool)
    for session in ("extinction_1", "extinction_2"):
        start, stop = phases[session]
        inside |= (times > start) & (times < stop - 0.05)
    for clamp in (groups["tone_clamped"], groups["gate_clamped"]):
        for level in clamp.values():
            assert not level[free].any()
            assert np.ptp(level[inside]) == 0
            assert level[inside].all()


def test_the_clamped_tone_is_two_fifths_of_the_receptors(levels):
    doses = {name: level.max() for name, level in levels[2]["tone_clamped"].items()}
    bound = doses["astrocyte.drug_A1_agonist"] / (1 + doses["astrocyte.drug_A1_block"])
    assert bound / (1 + bound) == pytest.approx(0.40, abs=0.002)
    # of what adenosine could do at most, nothing to speak of is left
    value = {name: float(q) for name, q in load_parameters().group("gliotransmission").items()}
    most = value["O_ATP"] / value["Omega_ado"] * value["O_G"] / value["Omega_G"]
    left = bound + most / (1 + doses["astrocyte.drug_A1_block"])
    assert left / (1 + left) - bound / (1 + bound) < 0.002


@pytest.mark.parametrize("few", [False, True])
def test_figure_is_drawn(tmp_path, few):
    stages = [("extinction_1", 0), ("extinction_1", 1), ("retrieval", 0)]
    trials = {
        "stage": [stage for stage, _ in stages], "block": [block for _, block in stages],
        "freezing": [60.0, 30.0, 40.0], "fear_output": [1.0, 0.0, 0.0],
    }  # fmt: skip
    animals = gap(dissociated, range(1 if few else 4))
    content = [
        {"group": animal.group, "seed": animal.seed, "origin": list(ORIGIN), "trials": trials,
         "values": [[*key, value] for key, value in animal.values.items()]}
        for animal in animals if not (few and animal.group.startswith("gate"))
    ]  # fmt: skip
    reasons_figure(gather(content), tmp_path / "reasons.part")
    image = imread(tmp_path / "reasons.part", format="png")
    for part in np.array_split(image[..., :3], 5):
        assert part.std() > 0.03
