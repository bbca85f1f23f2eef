"""Lesions: fibres that are taken out of an animal."""

import numpy as np
import pytest

from models.tissue.lesion import cut
from paradigms.protocol.doses import lesions
from paradigms.protocol.interventions import INTERVENTIONS
from paradigms.protocol.timeline import animal_timeline
from tests.support.anatomy import ANATOMY
from tests.support.doses import dosed


def counts(tissue):
    edges = {**tissue.static, **tissue.tripartite, **tissue.volume}
    return {key: len(value) for key, value in edges.items()}


def test_a_lesion_takes_the_fibres_of_its_pathway_and_no_others(animal):
    tissue = animal.tissue
    edges = tissue.static["principal", "other", "ampa", ""]
    inside = np.isin(edges.target + tissue.n_principal, tissue.cells("IL_P"))
    assert inside.sum() > 50
    left = cut(tissue, {("BLA_P", "IL_P"): 1.0}, 1)
    before, after = counts(tissue), counts(left)
    changed = {key: before[key] - after[key] for key in before if before[key] != after[key]}
    assert changed == {("principal", "other", "ampa", ""): inside.sum()}
    kept = left.static["principal", "other", "ampa", ""]
    assert np.array_equal(kept.source, edges.source[~inside])
    assert np.array_equal(kept.weight, edges.weight[~inside])
    half = len(cut(tissue, {("BLA_P", "IL_P"): 0.5}, 1).static["principal", "other", "ampa", ""])
    assert before["principal", "other", "ampa", ""] - half == pytest.approx(
        0.5 * inside.sum(), abs=3 * np.sqrt(inside.sum() / 4)
    )


def test_a_lesion_of_plastic_synapses_takes_what_astrocytes_hear_of_them(animal):
    tissue = animal.tissue
    for cells, group in (("sensory", "afferent"), ("DG", "other")):
        left = cut(tissue, {(cells, "BLA_P"): 1.0}, 1)
        assert len(tissue.tripartite[group]) > 1000
        assert len(left.tripartite[group]) == len(left.terminals[group]) == 0
        for other in {"afferent", "other", "principal"} - {group}:
            ours, theirs = left.terminals[other], tissue.terminals[other]
            assert np.array_equal(ours.weight, theirs.weight)
            assert np.array_equal(left.tripartite[other].source, tissue.tripartite[other].source)
    half = cut(tissue, {("DG", "BLA_P"): 0.5}, 1)
    whole = len(tissue.tripartite["other"])
    assert abs(len(half.tripartite["other"]) - whole / 2) < 5 * np.sqrt(whole / 4)
    heard = [one.terminals["other"].weight.sum() for one in (half, tissue)]
    assert heard[0] / heard[1] == pytest.approx(0.5, abs=0.05)


def test_every_pathway_has_fibres_to_cut(animal):
    for path in ANATOMY.pathways():
        assert "-".join(path) in INTERVENTIONS["lesion"].targets
        left = cut(animal.tissue, {path: 1.0}, 1)
        before, after = counts(animal.tissue), counts(left)
        assert sum(before[key] != after[key] for key in before) == 1, path


def test_lesions_are_read_from_the_timeline():
    timeline = animal_timeline(dosed("lesion:BLA_P-IL_P=0.4@always", "Gq@test"), None, 1)
    assert lesions(timeline.interventions) == {("BLA_P", "IL_P"): 0.4}
