"""Images and patterns from files: ``.npy``, the CIFAR-10 binary archive, folders of images.

The binary version of CIFAR-10 is a sequence of records of 3073 bytes: a label, then 32 x 32 red,
green and blue values. The version "for Python" is pickle, which runs whatever code it holds, and
is refused. A folder may hold images directly or in folders of their own, as Tiny ImageNet does
(``train/<class>/images/*.JPEG``).
"""

from __future__ import annotations

import tarfile
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from models.associative_transport import check_patterns
from models.checks import ModelError
from paradigms.patterns import PatternError

RECORD = 1 + 3 * 32 * 32
CLASSES = 10
PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".ppm", ".tif", ".tiff")
PICKLE = b"\x80"


def read_patterns(path: Path) -> NDArray[np.int8]:
    """Patterns of -1 and 1 from an ``.npy`` file, shape (pattern, neuron).

    Raises
    ------
    PatternError
        If the file is absent or damaged, or holds another shape or other values.
    """
    try:
        array = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise PatternError(f"cannot read {path}: {_reason(error)}; give an .npy array") from None
    try:
        return check_patterns(array).astype(np.int8)
    except ModelError as error:
        raise PatternError(f"{path}: {error}") from None


def read_images(path: Path, limit: int, rng: Generator) -> NDArray[np.float32]:
    """Images of a CIFAR-10 binary file or archive, or of a folder.

    Parameters
    ----------
    path : Path
        ``*.bin``, ``*.tar.gz`` or ``*.tgz`` of the CIFAR-10 binary version, the folder it unpacks
        to, or a folder of image files, at any depth.
    limit : int
        At most so many images; `rng` chooses which.
    rng : Generator

    Returns
    -------
    ndarray of float32, shape (image, height, width, 3)
        Between 0 and 1.

    Raises
    ------
    PatternError
        For what is absent, damaged, of unequal sizes, pickled, or holds no images.
    """
    if path.is_dir():
        binaries = sorted(path.glob("*.bin"))
        if binaries:
            return _join([_records(file.read_bytes(), str(file)) for file in binaries])
        if (path / "batches.meta").is_file() or list(path.glob("data_batch_*")):
            raise _pickled(path)
        return _folder(path, limit, rng)
    if path.suffix == ".bin":
        return _records(_bytes(path), str(path))
    if path.name.endswith((".tar.gz", ".tgz", ".tar")):
        return _archive(path)
    if path.is_file() and _bytes(path).startswith(PICKLE):
        raise _pickled(path)
    what = "is no source of patterns" if path.exists() else "does not exist"
    raise PatternError(
        f"patterns '{path}': {what}; allowed: random, digits, patches, an .npy file, the CIFAR-10 "
        "binary archive (.tar.gz or .bin) or a folder of images"
    )


def _reason(error: Exception) -> str:
    return " ".join(str(getattr(error, "strerror", None) or error).split())[:120]


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise PatternError(f"cannot read {path}: {_reason(error)}; give another path") from None


def _pickled(path: Path) -> PatternError:
    return PatternError(
        f"{path} is the Python version of CIFAR-10, which is pickle and could run any code when "
        "read; give the binary version (cifar-10-binary.tar.gz)"
    )


def _records(data: bytes, name: str) -> NDArray[np.float32]:
    if data.startswith(PICKLE) and len(data) % RECORD:
        raise _pickled(Path(name))
    if not data or len(data) % RECORD:
        raise PatternError(
            f"{name} has {len(data)} bytes, no multiple of {RECORD}: it is truncated or no "
            "CIFAR-10 binary file; copy it again"
        )
    records = np.frombuffer(data, dtype=np.uint8).reshape(-1, RECORD)
    if records[:, 0].max() >= CLASSES:
        raise PatternError(
            f"{name} has label {records[:, 0].max()}; CIFAR-10 has 0 to {CLASSES - 1}: it is "
            "damaged or another file; copy it again"
        )
    pixels = records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return np.asarray(pixels / np.float32(255), dtype=np.float32)


def _archive(path: Path) -> NDArray[np.float32]:
    parts = []
    try:
        with tarfile.open(path) as archive:
            for member in sorted(archive.getmembers(), key=lambda entry: entry.name):
                base = member.name.rsplit("/", 1)[-1]
                if base == "batches.meta" or (base.startswith("data_batch") and "." not in base):
                    raise _pickled(path)
                opened = archive.extractfile(member) if base.endswith(".bin") else None
                if opened is not None:
                    parts.append(_records(opened.read(), f"{path}:{base}"))
    except (OSError, EOFError, tarfile.TarError) as error:
        raise PatternError(
            f"cannot read {path}: {_reason(error)}; truncated or no tar archive, copy it again"
        ) from None
    if not parts:
        raise PatternError(f"{path} holds no .bin file; give the CIFAR-10 binary archive")
    return _join(parts)


def _join(parts: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    return np.concatenate(parts)


def _folder(path: Path, limit: int, rng: Generator) -> NDArray[np.float32]:
    from PIL import Image, UnidentifiedImageError

    files = sorted(file for file in path.rglob("*") if file.suffix.lower() in PICTURES)
    if not files:
        raise PatternError(f"{path} holds no images; known endings: {', '.join(PICTURES)}")
    if len(files) > limit:
        files = [files[at] for at in np.sort(rng.choice(len(files), limit, replace=False))]
    images, first = [], None
    for file in files:
        try:
            with Image.open(file) as opened:
                pixels = np.asarray(opened.convert("RGB"), dtype=np.float32) / 255
        except (OSError, SyntaxError, ValueError, UnidentifiedImageError):
            raise PatternError(f"{file} is damaged or no image; remove it") from None
        first = pixels.shape if first is None else first
        if pixels.shape != first:
            raise PatternError(
                f"{file} is {pixels.shape[1]} x {pixels.shape[0]} and others are {first[1]} x "
                f"{first[0]}; give images of one size"
            )
        images.append(pixels)
    return np.stack(images)
