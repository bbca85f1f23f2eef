"""Files and archives of patterns: what is read, and what is refused."""

import gzip
import io
import os
import pickle
import struct
import tarfile
import zipfile
import zlib

import numpy as np
import pytest
from PIL import Image

from paradigms.memory.patterns import PatternError, choose, load_images
from tests.support.archives import cifar_archive, picture, record

RNG = np.random.default_rng


def test_npy_round_trip_and_refusals(tmp_path):
    good = RNG(0).choice([-1, 1], (6, 12)).astype(np.int8)
    np.save(tmp_path / "good.npy", good)
    stored, _ = choose(str(tmp_path / "good.npy"), 6, 2, RNG(0))
    assert {tuple(row) for row in stored} == {tuple(row) for row in good}
    for name, array, match in (
        ("shape", np.ones(5, "int8"), "have shape \\(5,\\)"),
        ("values", np.zeros((3, 4), "int64"), "other than -1 and 1"),
        ("text", np.array([["a", "b"]]), "values of type <U1"),
        ("floats", np.ones((3, 4)), "values of type float64; .*astype"),
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


def test_the_cifar_archive_gives_its_images(tmp_path):
    one, two = record(3, 0), record(9, 1)
    cifar_archive(tmp_path / "c.tar.gz", {"x/data_batch_2.bin": two, "x/data_batch_1.bin": one})
    found = load_images(str(tmp_path / "c.tar.gz"), RNG(0)).pixels
    planes = np.frombuffer(one + two, np.uint8).reshape(2, 3073)[:, 1:].reshape(2, 3, 32, 32)
    assert found.shape == (2, 32, 32, 3)
    np.testing.assert_array_equal(found, planes.transpose(0, 2, 3, 1) / np.float32(255))
    fewer = load_images(str(tmp_path / "c.tar.gz"), RNG(0), limit=1).pixels
    np.testing.assert_array_equal(fewer[0], found[np.sort(RNG(0).choice(2, 1, replace=False))[0]])


def test_damaged_and_foreign_archives_are_one_clear_line(tmp_path):
    whole = record(1, 0)
    cases = {
        "batch.bin": (whole, "carry no checksum.*tar.gz"),
        "plain.tar": (b"", "carry no checksum.*tar.gz"),
        "cut.tar.gz": (b"\x1f\x8b broken", "damaged or no .tar.gz archive"),
        "plain.tar.gz": (b"data_batch_1.bin", "Not a gzipped file"),
        "empty.tar.gz": (b"", "damaged or no .tar.gz archive"),
        "text.zip": (b"hello", "no zip archive of images"),
        "empty.zip": (b"", "no zip archive of images"),
        "batch": (pickle.dumps({"data": [1]}), "is pickle"),
        "note.txt": (b"hello", "is no source of patterns"),
    }
    for name, (data, match) in cases.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(PatternError, match=match) as caught:
            load_images(str(tmp_path / name), RNG(0))
        assert "\n" not in str(caught.value)
    for name, data, match in (
        ("short", whole[:-1], "no multiple of 3073"),
        ("empty", b"", "no multiple of 3073"),
        ("label", bytes([77]) + whole[1:], "label 77"),
    ):
        cifar_archive(tmp_path / f"{name}.tar.gz", {"a/data_batch_1.bin": data})
        with pytest.raises(PatternError, match=match):
            load_images(str(tmp_path / f"{name}.tar.gz"), RNG(0))
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
    unpacked = tmp_path / "unpacked"
    unpacked.mkdir()
    (unpacked / "data_batch_1.bin").write_bytes(whole)
    with pytest.raises(PatternError, match="carry no checksum.*tar.gz"):
        load_images(str(unpacked), RNG(0))


@pytest.mark.parametrize("kind", ["SYMTYPE", "LNKTYPE", "CHRTYPE", "BLKTYPE", "FIFOTYPE"])
def test_links_and_devices_in_an_archive_are_refused(kind, tmp_path):
    path = tmp_path / "c.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        entry = tarfile.TarInfo("x/data_batch_1.bin")
        entry.type, entry.linkname = getattr(tarfile, kind), "/etc/passwd"
        archive.addfile(entry)
    with pytest.raises(PatternError, match="link or no regular file"):
        load_images(str(path), RNG(0))


def test_sizes_are_checked_before_memory_is_taken(tmp_path, monkeypatch):
    monkeypatch.setattr("paradigms.memory.cifar_archive.MOST_UNPACKED", 10**6)
    (tmp_path / "bomb.tar.gz").write_bytes(gzip.compress(bytes(2 * 10**6)))
    cifar_archive(tmp_path / "big.tar.gz", {"x/data_batch_1.bin": bytes(3073 * 400)})
    for name in ("bomb", "big"):
        with pytest.raises(PatternError, match="unpacks to more than 1000000 bytes"):
            load_images(str(tmp_path / f"{name}.tar.gz"), RNG(0))
    monkeypatch.setattr("paradigms.memory.cifar_archive.MOST_MEMBERS", 2)
    cifar_archive(tmp_path / "many.tar.gz", {f"{k}.txt": b"" for k in range(9)})
    with pytest.raises(PatternError, match="more than 2 files"):
        load_images(str(tmp_path / "many.tar.gz"), RNG(0))
    monkeypatch.setattr("paradigms.memory.pattern_files.MOST_UNPACKED", 1000)
    with zipfile.ZipFile(tmp_path / "big.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.png", bytes(2000))
    with pytest.raises(PatternError, match="more than 1000 bytes"):
        load_images(str(tmp_path / "big.zip"), RNG(0))


def header_of_png(side):
    """Return a PNG that says it is `side` wide and high, and holds next to nothing."""

    def chunk(kind, data):
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    size = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size)
            + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b""))  # fmt: skip


@pytest.mark.parametrize("side", [5000, 10_000, 60_000, 2**31 - 1])
def test_huge_images_are_refused_by_their_size(side, tmp_path):
    (tmp_path / "a.png").write_bytes(header_of_png(side))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.png", header_of_png(side))
    for source in (tmp_path, tmp_path / "a.zip"):
        with pytest.raises(PatternError, match="too many pixels; allowed: 16777216"):
            load_images(str(source), RNG(0))  # and no warning, which would be an error here


def test_a_file_that_only_calls_itself_an_image_is_not_handed_to_its_interpreter(tmp_path):
    (tmp_path / "a.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    with pytest.raises(PatternError, match="damaged or no image"):
        load_images(str(tmp_path), RNG(0))


def npy(shape, dtype="|i1", data=b"", fortran="False"):
    text = f"{{'descr': {dtype!r}, 'fortran_order': {fortran}, 'shape': {shape}, }}".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + data


def zipped():
    file = io.BytesIO()
    np.savez(file, a=np.ones((2, 2), "int8"))
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (zipped(), "magic string"),
        (b"", "magic string|read"),
        (npy("(1000000000000, 4)"), "4e\\+12 values"),
        (npy("(-1, 4)"), "shape"),
        (npy("(2, 4)", data=bytes(7)), "7 bytes for shape \\(2, 4\\)"),
        (npy("(2, 4)", data=bytes(9)), "9 bytes for shape"),
        (npy("(True, 4)", data=bytes(4)), "shape"),
        (npy("(" * 3000), ""),
        (npy("(2, 4)", dtype="|O", data=bytes(64)), "values of type object"),
        (npy("(2, 4)", dtype="<f8", data=bytes(64)), "values of type float64"),
        (npy("(2, 4)", dtype="<m8", data=bytes(64)), "values of type"),
        (npy("__import__('os')"), ""),
        (b"\x93NUMPY\x01\x00\xff\xff{", ""),
        (b"\x93NUMPY\x03\x00\x00\x00\x00\x00", "version"),
    ],
)
def test_an_npy_file_that_is_none(data, match, tmp_path):
    path = tmp_path / "a.npy"
    path.write_bytes(data)
    with pytest.raises(PatternError, match=f"cannot read .*{match}.*; give an .npy") as caught:
        choose(str(path), 1, 2, RNG(0))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["a.npy", "a.tar.gz", "a.zip", "folder/a.png"])
def test_pipes_and_folders_are_not_opened(name, tmp_path):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    source = path.parent if name.startswith("folder") else path
    os.mkfifo(path)
    with pytest.raises(PatternError, match="it is a pipe"):
        choose(str(source), 1, 2, RNG(0))
    path.unlink()
    if source == path:
        path.mkdir()
        with pytest.raises(PatternError, match="it is a folder|holds no images"):
            choose(str(source), 1, 2, RNG(0))


def tiny_imagenet(folder, kind):
    for number in range(6):
        place = folder / "train" / f"n{number % 2}" / "images"
        place.mkdir(parents=True, exist_ok=True)
        pixels = np.full((64, 64, 3), 40 * number, np.uint8)
        Image.fromarray(pixels).save(place / f"n_{number}.{kind}")
    (folder / "wnids.txt").write_text("n0\nn1\n")
    return folder


def packed(folder, path):
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder))
    return path


def test_a_folder_or_zip_in_the_layout_of_tiny_imagenet(tmp_path):
    folder = tiny_imagenet(tmp_path / "png", "PNG")
    found = load_images(str(folder), RNG(0), limit=4).pixels
    assert found.shape == (4, 64, 64, 3)
    assert set(np.round(found[:, 0, 0, 0] * 255)) <= {0, 40, 80, 120, 160, 200}
    archive = packed(folder, tmp_path / "png.zip")
    np.testing.assert_array_equal(load_images(str(archive), RNG(0), limit=4).pixels, found)
    jpeg = tiny_imagenet(tmp_path / "jpeg", "JPEG")
    with pytest.raises(PatternError, match="carry no checksum.*packed as .zip"):
        load_images(str(jpeg), RNG(0))
    archive = packed(jpeg, tmp_path / "jpeg.zip")
    assert load_images(str(archive), RNG(0)).pixels.shape == (6, 64, 64, 3)


def test_folders_of_other_files_are_refused(tmp_path):
    (tmp_path / "a.png").write_bytes(picture(0, side=9))
    (tmp_path / "b.png").write_bytes(picture(0, side=8))
    with pytest.raises(PatternError, match="images of one size"):
        load_images(str(tmp_path), RNG(0))
    (tmp_path / "b.png").write_bytes(b"no image")
    with pytest.raises(PatternError, match="damaged or no image"):
        load_images(str(tmp_path), RNG(0))
    (tmp_path / "empty").mkdir()
    with pytest.raises(PatternError, match="holds no images"):
        load_images(str(tmp_path / "empty"), RNG(0))
