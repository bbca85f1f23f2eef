"""``astrogram reproduce neuromodulators``: one table of all paradigms, of synthetic animals."""

import json

import pytest

from analysis.cohort import measures
from analysis.cohort.dataset import gather
from analysis.dataset.schema import write_dataset
from analysis.design.own_rows import check_groups, read_rows
from paradigms.cohort import cohort as cohorts
from paradigms.cohort.groups import load_groups
from paradigms.command import cli, neuromodulators
from paradigms.command.neuromodulators import LIFE, PARADIGMS
from paradigms.protocol.files import load_protocol
from tests.support.synthetic import synthetic


@pytest.mark.parametrize("name", PARADIGMS)
def test_each_paradigm_asks_only_for_groups_and_epochs_that_it_has(name):
    plan, groups = load_protocol(name), load_groups(name)
    asked = read_rows(plan.text, plan.name).contrasts
    check_groups(asked, [group.name for group in groups])
    assert {group.name for group in groups} <= {name for row in asked for name in row.groups}
    for group in groups:
        assert group.protocol(plan).sessions, "its changes and tools are accepted"
    assert all(row.expect for row in asked)


def test_one_table_and_the_life_of_one_animal(monkeypatch, tmp_path, capsys):
    counts = {}

    def made(subjects, **_):
        items = []
        for subject in subjects:
            animal, _ = synthetic(seed=subject.seed)
            subject.dataset.parent.mkdir(parents=True, exist_ok=True)
            write_dataset(animal, subject.dataset)
            found = measures.measure(animal).record()
            items.append({"group": subject.group, "seed": subject.seed, **found})
            counts[subject.dataset.parts[-3]] = counts.get(subject.dataset.parts[-3], 0) + 1
        return gather(json.loads(json.dumps(items)))

    monkeypatch.setattr(cohorts, "run_cohort", made)
    monkeypatch.setattr(neuromodulators, "PARADIGMS", {"stress_before": 1, LIFE[0]: 2})
    for name in ("_handoff", "_transfer", "_ensembles", "_information", "_responsive"):
        monkeypatch.setattr(measures, name, lambda results: {})  # slow, and not asked for
    given = ["--animals", "1", "--first-seed", "3", "--out", str(tmp_path / "out"), "--json"]
    assert cli.main(["reproduce", "neuromodulators", *given]) == 0
    assert counts == {"stress_before": 2, LIFE[0]: 2 * len(load_groups(LIFE[0]))}
    out, said = capsys.readouterr()
    assert isinstance(json.loads(out), list)
    assert (tmp_path / "out" / LIFE[0] / "life_of_an_engram.png").exists()
    assert not (tmp_path / "out" / "stress_before" / "life_of_an_engram.png").exists()
    assert f"{LIFE[0]}, {len(load_groups(LIFE[0]))} groups" in said
