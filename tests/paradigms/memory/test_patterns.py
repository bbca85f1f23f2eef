"""Sources of patterns: embedded, files, archives, folders; and what is refused."""

import numpy as np
import pytest

from paradigms.memory import associative_recall
from paradigms.memory.associative_recall import check_memory, simulate_recall
from paradigms.memory.masked_completion import draw_masks
from paradigms.memory.patterns import binarise, choose, corrupt, load_images
from paradigms.parts.options import OptionError

RNG = np.random.default_rng


def test_embedded_images_have_their_sizes():
    digits = load_images("digits", RNG(0))
    patches = load_images("patches", RNG(0), limit=40)
    assert digits.pixels.shape == (1000, 8, 8, 1)
    assert patches.pixels.shape == (40, 16, 16, 3)
    for images in (digits, patches):
        assert images.pixels.min() >= 0
        assert 0.5 < images.pixels.max() <= 1


def test_binarised_patterns_are_signs_and_half_full():
    patches = binarise(load_images("patches", RNG(0), limit=40).pixels)
    assert set(np.unique(patches)) == {-1, 1}
    assert np.all((patches == 1).mean(axis=1) <= 0.5)
    assert abs((patches == 1).mean() - 0.5) < 0.05
    digits = binarise(load_images("digits", RNG(0)).pixels)
    assert digits.shape == (1000, 64)
    assert 0.2 < (digits == 1).mean() < 0.5


@pytest.mark.parametrize(("share", "flipped"), [(0, 0), (0.2, 10), (0.5, 25), (1, 50)])
def test_a_cue_has_exactly_the_share_flipped(share, flipped):
    stored = RNG(1).choice([-1, 1], (30, 50))
    cues = corrupt(stored, share, RNG(2))
    assert np.all((cues != stored).sum(axis=1) == flipped)


def test_random_patterns_are_signs_without_images():
    stored, images = choose("random", 16, 5, RNG(3))
    assert images is None
    assert stored.shape == (16, 5)
    assert set(np.unique(stored)) == {-1, 1}


def test_too_many_patterns_are_refused_before_they_are_drawn(monkeypatch):
    def drawn(*_):
        raise AssertionError("patterns were drawn")

    monkeypatch.setattr(associative_recall, "choose", drawn)
    with pytest.raises(OptionError, match=r"need 1\.23e\+04 GB of memory"):
        simulate_recall("random", 10**9)
    check_memory(25, 768)


def test_bad_numbers_are_refused():
    with pytest.raises(OptionError, match="--corruption 1.5"):
        simulate_recall("random", 2, 1.5, size=8)
    with pytest.raises(OptionError, match="--block 2"):
        simulate_recall("random", 2, 0.1, size=8, block=2)
    with pytest.raises(OptionError, match="--n-patterns 0; allowed: 1 to"):
        simulate_recall("random", 0, 0.1, size=8)


def test_masks_cover_two_fifths():
    from models.parameters import load_parameters

    masks = draw_masks(200, (16, 16), load_parameters(circuit="associative_memory"), RNG(0))
    assert 0.36 < masks.mean() < 0.46
