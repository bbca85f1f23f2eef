"""Sources of patterns: embedded, files, archives, folders; and what is refused."""

import io
import pickle
import tarfile

import numpy as np
import pytest
from PIL import Image

from paradigms import associative_recall
from paradigms.associative_recall import check_memory, simulate_recall
from paradigms.masked_completion import draw_masks
from paradigms.part_options import OptionError
from paradigms.patterns import PatternError, binarise, choose, corrupt, load_images

RNG = np.random.default_rng


def record(label, seed):
    return bytes([label]) + RNG(seed).integers(0, 256, 3072, dtype=np.uint8).tobytes()


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


def test_npy_round_trip_and_refusals(tmp_path):
    good = RNG(0).choice([-1, 1], (6, 12)).astype(np.int8)
    np.save(tmp_path / "good.npy", good)
    stored, _ = choose(str(tmp_path / "good.npy"), 6, 2, RNG(0))
    assert {tuple(row) for row in stored} == {tuple(row) for row in good}
    for name, array, match in (
        ("shape", np.ones(5), "have shape \\(5,\\)"),
        ("values", np.zeros((3, 4)), "other than -1 and 1"),
        ("text", np.array([["a", "b"]]), "other than -1 and 1"),
    ):
        np.save(tmp_path / f"{name}.npy", array)
        with pytest.raises(PatternError, match=match):
            choose(str(tmp_path / f"{name}.npy"), 1, 2, RNG(0))
    np.save(tmp_path / "objects.npy", np.array([{}], dtype=object), allow_pickle=True)
    (tmp_path / "noise.npy").write_bytes(b"no array")
    for name in ("objects", "noise", "absent"):
        with pytest.raises(PatternError, match="cannot read"):
            choose(str(tmp_path / f"{name}.npy"), 1, 2, RNG(0))
    with pytest.raises(PatternError, match="has 6 different patterns"):
        choose(str(tmp_path / "good.npy"), 7, 2, RNG(0))


def cifar_archive(path, files):
    with tarfile.open(path, "w:gz") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))


def test_cifar_binary_file_folder_and_archive_give_the_same_images(tmp_path):
    data = record(3, 0) + record(9, 1)
    (tmp_path / "data_batch_1.bin").write_bytes(data)
    cifar_archive(tmp_path / "c.tar.gz", {"cifar-10-batches-bin/data_batch_1.bin": data})
    found = [
        load_images(str(tmp_path / name), RNG(0)).pixels
        for name in ("data_batch_1.bin", "c.tar.gz")
    ]
    found.append(load_images(str(tmp_path), RNG(0)).pixels)
    planes = np.frombuffer(data, np.uint8).reshape(2, 3073)[:, 1:].reshape(2, 3, 32, 32)
    for pixels in found:
        assert pixels.shape == (2, 32, 32, 3)
        np.testing.assert_allclose(pixels[1, 4, 7], planes[1, :, 4, 7] / 255, rtol=1e-6)


def test_damaged_and_foreign_archives_are_one_clear_line(tmp_path):
    whole = record(1, 0)
    cases = {
        "short.bin": (whole[:-1], "no multiple of 3073"),
        "empty.bin": (b"", "no multiple of 3073"),
        "label.bin": (bytes([77]) + whole[1:], "label 77"),
        "cut.tar.gz": (b"\x1f\x8b broken", "truncated or no tar archive"),
        "batch": (pickle.dumps({"data": [1]}), "is pickle"),
        "note.txt": (b"hello", "is no source of patterns"),
    }
    for name, (data, match) in cases.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(PatternError, match=match) as caught:
            load_images(str(tmp_path / name), RNG(0))
        assert "\n" not in str(caught.value)
    cifar_archive(tmp_path / "python.tar.gz", {"cifar-10-batches-py/data_batch_1": b"\x80\x02"})
    with pytest.raises(PatternError, match="binary version"):
        load_images(str(tmp_path / "python.tar.gz"), RNG(0))
    cifar_archive(tmp_path / "none.tar.gz", {"readme.html": b"x"})
    with pytest.raises(PatternError, match="holds no .bin file"):
        load_images(str(tmp_path / "none.tar.gz"), RNG(0))
    with pytest.raises(PatternError, match="does not exist"):
        load_images(str(tmp_path / "absent"), RNG(0))
    folder = tmp_path / "py"
    folder.mkdir()
    (folder / "batches.meta").write_bytes(b"\x80")
    with pytest.raises(PatternError, match="is pickle"):
        load_images(str(folder), RNG(0))


def test_a_folder_in_the_layout_of_tiny_imagenet(tmp_path):
    for number in range(6):
        place = tmp_path / "train" / f"n{number % 2}" / "images"
        place.mkdir(parents=True, exist_ok=True)
        pixels = np.full((64, 64, 3), 40 * number, np.uint8)
        Image.fromarray(pixels).save(place / f"n_{number}.PNG")
    (tmp_path / "wnids.txt").write_text("n0\nn1\n")
    found = load_images(str(tmp_path), RNG(0), limit=4).pixels
    assert found.shape == (4, 64, 64, 3)
    assert set(np.round(found[:, 0, 0, 0] * 255)) <= {0, 40, 80, 120, 160, 200}
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(tmp_path / "a_small.png")
    with pytest.raises(PatternError, match="images of one size"):
        load_images(str(tmp_path), RNG(0))
    (tmp_path / "a_small.png").write_bytes(b"no image")
    with pytest.raises(PatternError, match="damaged or no image"):
        load_images(str(tmp_path), RNG(0))
    (tmp_path / "empty").mkdir()
    with pytest.raises(PatternError, match="holds no images"):
        load_images(str(tmp_path / "empty"), RNG(0))


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
