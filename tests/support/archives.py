"""Small sources of patterns: a CIFAR-10 archive, a zip, a folder and an ``.npy`` file."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

RNG = np.random.default_rng


def record(label: int, seed: int) -> bytes:
    """Return one record of the binary version of CIFAR-10."""
    return bytes([label]) + RNG(seed).integers(0, 256, 3072, dtype=np.uint8).tobytes()


def cifar_archive(path: Path, files: dict[str, bytes]) -> Path:
    """Write a ``.tar.gz`` of files."""
    with tarfile.open(path, "w:gz") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return path


def picture(seed: int, kind: str = "PNG", side: int = 6) -> bytes:
    """Return the bytes of a random image."""
    pixels = RNG(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind)
    return file.getvalue()


def _zip(folder: Path) -> tuple[Path, Path]:
    path = folder / "images.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"train/n{number}/images/{number}.JPEG", picture(number, "JPEG"))
        archive.writestr("words.txt", "fear\n")
    return path, path


def _folder(folder: Path) -> tuple[Path, Path]:
    place = folder / "images"
    place.mkdir()
    for number in range(2):
        (place / f"{number}.png").write_bytes(picture(number))
    return place, place / "1.png"


def _cifar(folder: Path) -> tuple[Path, Path]:
    path = cifar_archive(folder / "c.tar.gz", {"x/data_batch_1.bin": record(3, 0) + record(9, 1)})
    return path, path


def _npy(kind: str) -> Callable[[Path], tuple[Path, Path]]:
    def make(folder: Path) -> tuple[Path, Path]:
        path = folder / "patterns.npy"
        np.save(path, RNG(0).choice([-1, 1], (6, 12)).astype(kind))
        return path, path

    return make


#: Makes a source in a folder; returns it and the file in it that is to be damaged.
SOURCES: dict[str, Callable[[Path], tuple[Path, Path]]] = {
    "cifar": _cifar, "zip": _zip, "folder": _folder, "npy bytes": _npy("int8"),
    "npy words": _npy("int64"),
}  # fmt: skip
