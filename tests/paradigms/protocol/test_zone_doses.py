"""Light that follows the animal in and out of a zone, and labels of the cells of a target."""

import numpy as np
import pytest

from models.parameters import load_parameters
from paradigms.protocol.doses import dose_levels
from paradigms.protocol.timeline import InterventionWindow as Window
from tests.support.doses import SLOW, TIMES

PARAMETERS = load_parameters()
EXCITE = 8e-9  # S, of full light


@pytest.fixture
def given(animal):
    """Levels of each cell by (time, cell): outside the zone, and inside; labels alike."""

    def by_cell(*windows):
        levels, scaled, fibre = dose_levels(
            windows, TIMES, SLOW * TIMES, animal.tissue, PARAMETERS
        )
        result = {}
        for name in ("g_light", "I_light", "g_tag", "I_tag"):
            of = scaled if "tag" in name else levels
            light = name.replace("tag", "light")
            parts = [of[f"{cells}.{light}"] for cells in ("principal", "other")]
            for cells, part in zip(("principal", "other"), parts, strict=True):
                assert part.shape == (len(TIMES), 2 * (fibre[cells].max() + 1))
            result[name] = [
                np.concatenate([part[:, 2 * fibre[cells] + zone] for cells, part in
                                zip(("principal", "other"), parts, strict=True)], axis=1)
                for zone in (0, 1)
            ]  # fmt: skip
        result["tagging"] = np.concatenate(
            [levels[f"{cells}.tagging"][:, fibre[cells]] for cells in ("principal", "other")],
            axis=1,
        )
        return result

    return by_cell


ON = (TIMES > 0.995) & (TIMES < 1.995)


def test_light_in_a_zone_is_dark_outside_and_reaches_its_target_alone(animal, given):
    found = given(Window("opto_excite", 0.5, 1.0, 2.0, "DG", in_zone=True))
    outside, inside = found["g_light"]
    cells = animal.tissue.cells("DG")
    assert len(cells) == 100
    assert not outside.any()
    wanted = np.zeros_like(inside)
    wanted[np.ix_(ON, cells)] = 0.5 * EXCITE
    assert inside == pytest.approx(wanted)
    assert not np.any(found["I_light"])  # channelrhodopsin reverses at 0 mV
    assert not np.any(found["g_tag"])
    assert not found["tagging"].any()


def test_light_that_follows_the_animal_adds_to_light_that_does_not(animal, given):
    found = given(
        Window("opto_silence", 1.0, 1.0, 2.0, "IL_P"),
        Window("opto_silence", 2.0, 1.0, 2.0, "IL_P", in_zone=True),
        Window("opto_excite", 1.0, 1.0, 2.0, "BLA_NAc", in_zone=True),
    )
    (g_out, g_in), (i_out, i_in) = found["g_light"], found["I_light"]
    here, projectors = animal.tissue.cells("IL_P"), animal.tissue.cells("BLA_NAc")
    for time, factor in ((150, 1), (250, 0)):
        assert g_out[time, here] == pytest.approx(factor * 200e-9)
        assert g_in[time, here] == pytest.approx(factor * 600e-9)
        assert i_in[time, here] == pytest.approx(factor * 600e-9 * -0.08)
        assert i_out[time, here] == pytest.approx(factor * 200e-9 * -0.08)
        assert g_in[time, projectors] == pytest.approx(factor * EXCITE)
        assert not g_out[time, projectors].any()
    others = np.setdiff1d(np.arange(animal.tissue.n_neurons), np.union1d(here, projectors))
    assert not g_in[:, others].any()


def test_light_on_tagged_cells_may_follow_the_animal(given):
    label = Window("tagging", 1.0, 0.0, 0.5, "DG")
    outside, inside = given(label, Window("opto_excite", 1.0, 1.0, 2.0, "tagged", in_zone=True))[
        "g_tag"
    ]
    assert not outside.any()
    assert np.all(inside == np.where(ON, EXCITE, 0)[:, None])  # who is tagged, the label says


@pytest.mark.parametrize("target", ["DG", "BLA_P", "BLA_NAc", "IL_P"])
def test_a_label_is_of_the_cells_of_its_target_alone(target, animal, given):
    labels = given(Window("tagging", 3.0, 1.0, 2.0, target))["tagging"]
    wanted = np.zeros_like(labels)
    wanted[np.ix_(ON, animal.tissue.cells(target))] = 3.0
    assert np.array_equal(labels, wanted)


def test_labels_of_two_targets_are_given_each_when_and_where_it_is(animal, given):
    labels = given(
        Window("tagging", 1.0, 1.0, 2.0, "DG"), Window("tagging", 2.0, 3.0, 4.0, "PL_P"),
        Window("opto_silence", 1.0, 1.0, 2.0, "PL_P"),
    )["tagging"]  # fmt: skip
    granule, prelimbic = (animal.tissue.cells(name) for name in ("DG", "PL_P"))
    assert np.all(labels[np.ix_([150], granule)] == 1)
    assert np.all(labels[np.ix_([350], prelimbic)] == 2)
    assert labels[150].sum() == len(granule)
    assert labels[350].sum() == 2 * len(prelimbic)
    assert not labels[[50, 250, 450]].any()


def test_a_label_needs_a_target(refusal):
    line = refusal(Window("tagging", 1.0, 0.0, 1.0))
    assert "tagging does not act on ''" in line
    assert "DG" in line
    assert "tagged" not in line.partition("allowed")[2]
