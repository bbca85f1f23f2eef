"""Behaviour of made-up spikes and of a made-up way through a box."""

import numpy as np
import pytest

from paradigms.protocol.files import parse_protocol
from paradigms.run.behaviour import score
from tests.support.circuit import blink, draw
from tests.support.stimuli import STIMULI

STEP = 2e-3  # between spikes of each cell: 500 Hz, far above any threshold


@pytest.fixture(scope="module")
def animal():
    return draw(parse_protocol(STIMULI, "own.toml"), seed=3)


def fired(animal, population, start, stop):
    cells = animal.tissue.cells(population)
    times = np.arange(start, stop - 1e-9, STEP)
    return np.repeat(times, len(cells)), np.tile(cells, len(times))


def scored(animal, *spikes, path=None):
    time = np.concatenate([times for times, _ in spikes] or [np.empty(0)])
    neuron = np.concatenate([cells for _, cells in spikes] or [np.empty(0, int)])
    order = np.argsort(time, kind="stable")
    when = np.arange(0, animal.timeline.duration, 0.02)
    path = np.zeros(len(when)) if path is None else path(when)
    recorded = {"spike_time": time[order], "spike_neuron": neuron[order],
                "path_time": when, "path": path}  # fmt: skip
    return score(animal.parameters, animal.tissue, animal.timeline, recorded)


def test_nothing_is_scored_of_silence(animal):
    found = scored(animal)
    assert found["freezing"].tolist() == found["approach"].tolist() == [0] * 5
    assert found["time_in_zone"][3:].tolist() == [0, 0]  # at the start of the box
    assert np.isnan(found["time_in_zone"][:3]).all()


@pytest.mark.parametrize(
    ("population", "behaviour", "other"),
    [("CeM", "freezing", "approach"), ("NAc", "approach", "freezing")],
)
def test_a_behaviour_is_the_share_of_samples_with_its_population_above_threshold(
    animal, population, behaviour, other
):
    first, second, *_ = animal.timeline.trials
    assert first.stop - first.start == pytest.approx(2.0)
    whole = fired(animal, population, first.start, first.stop)
    half = fired(animal, population, second.start + 1.0, second.stop)
    found = scored(animal, whole, half)
    assert found[behaviour].tolist() == [100, 50, 0, 0, 0]
    assert not found[other].any()
    nobody = [fired(animal, name, first.start, first.stop) for name in ("DG", "BLA_P", "CeL_on")]
    assert not scored(animal, *nobody)[behaviour].any()


def test_freezing_is_scored_in_bins_of_five_seconds(animal):
    second = animal.timeline.trials[1]
    found = scored(animal, fired(animal, "CeM", second.start + 1.0, second.stop))
    assert found["bin"] == pytest.approx([0, 0.5, 1, 1.5, 2, 2.5])
    assert found["freezing_bin"].shape == (5, 6)
    assert found["freezing_bin"][1, :4].tolist() == [0, 0, 100, 100]
    assert np.isnan(found["freezing_bin"][1, 4:]).all()  # the box has longer trials


def test_the_way_is_folded_into_the_box_and_time_beyond_its_half_is_counted(animal):
    dark, lit = animal.timeline.trials[3:]
    box = float(animal.parameters.quantity("body.box"))
    assert lit.start == pytest.approx(dark.stop)

    def path(when):
        boxes = np.where(when < lit.start, 3 * (when - dark.start) / (dark.stop - dark.start), 4.75)
        return np.where(when < dark.start, 7.7, boxes) * box

    found = scored(animal, path=path)
    when, place = found["position_time"], found["position"]
    inside = (when >= dark.start) & (when < lit.stop)
    assert np.isnan(place[~inside]).all()
    assert 0 <= place[inside].min() <= place[inside].max() <= 1
    there = when[(when >= dark.start) & (when < dark.stop)]
    boxes = path(there) / box
    folded = np.where(boxes < 1, boxes, np.where(boxes < 2, 2 - boxes, boxes - 2))
    assert place[(when >= dark.start) & (when < dark.stop)] == pytest.approx(folded)
    assert place[(when >= lit.start) & (when < lit.stop)] == pytest.approx(0.75)
    assert np.isnan(found["time_in_zone"][:3]).all()
    assert found["time_in_zone"][3:] == pytest.approx([50, 100], abs=1)


def test_backwards_is_as_far_from_the_start_as_forwards(animal):
    box = float(animal.parameters.quantity("body.box"))
    ahead = scored(animal, path=lambda when: 0.4 * when * box)
    back = scored(animal, path=lambda when: -0.4 * when * box)
    assert ahead["position"] == pytest.approx(back["position"], nan_ok=True)


def test_without_a_box_there_is_no_place():
    found = scored(draw(blink()))
    assert set(found) == {"freezing", "freezing_bin", "bin", "approach"}
