"""Images and patterns from files: ``.npy``, the CIFAR-10 binary archive, images in a zip or folder.

One flipped bit would be another pattern without a word, so only what carries a checksum is read,
and to its end: ``.tar.gz`` and ``.zip`` for whatever is in them, PNG by itself. Whole numbers of -1
and 1 in ``.npy`` differ in so many bits that they need none. Files are data: no format that can
hold code is read, and sizes are checked before memory is taken.
"""

from __future__ import annotations

import stat
import struct
import tokenize
import warnings
import zipfile
import zlib
from collections.abc import Iterable
from io import BytesIO
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from astrogram.files import regular_size
from astrogram.text import shown
from models.checks import ModelError
from models.memory.transport import check_patterns
from paradigms.memory.cifar_archive import pickled, read_cifar
from paradigms.memory.images import PatternError

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "PPM", "TIFF")
PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".ppm", ".tif", ".tiff")
PICKLE = b"\x80"
MOST_PIXELS = 2**24
"""Pixels of one image."""
MOST_VALUES = 2**28
"""Values of all images together, a gigabyte as they are held."""
MOST_BITS = 2**27
"""Values of an ``.npy`` file."""
MOST_UNPACKED = 2**32
"""Bytes of all that a zip holds."""
_DAMAGE = (
    ArithmeticError, EOFError, LookupError, NotImplementedError, OSError, RuntimeError, SyntaxError,
    TypeError, ValueError, struct.error, tokenize.TokenError, zlib.error,
)  # fmt: skip


def read_patterns(path: Path) -> NDArray[np.int8]:
    """Patterns of -1 and 1 from an ``.npy`` file of whole numbers, shape (pattern, neuron).

    Raises
    ------
    PatternError
        If the file is absent or damaged, or holds another shape, type or other values.
    """
    try:
        size = regular_size(path)
        with path.open("rb") as file:
            array = _npy(file, size)
    except (*_DAMAGE, MemoryError) as error:
        raise PatternError(
            f"cannot read {path}: {_reason(error)}; give an .npy array of whole numbers, as "
            "numpy.save(path, patterns.astype('int8')) writes it"
        ) from None
    try:
        return check_patterns(array).astype(np.int8)
    except ModelError as error:
        raise PatternError(f"{path}: {error}") from None


def _npy(file: IO[bytes], size: int) -> NDArray[Any]:
    """Read the array of an open file of `size` bytes, which it has to fill to the last."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a header of Python 2, or a type that numpy gives up
        version = np.lib.format.read_magic(file)
        if version != (1, 0):
            raise ValueError("header of a version that no array of numbers needs")
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(file)
    if dtype.kind != "i":
        raise ValueError(f"values of type {dtype}")
    if not all(type(length) is int and length >= 0 for length in shape):
        raise ValueError(f"shape {shown(shape)}")
    number, left = prod(shape), size - file.tell()
    if number > MOST_BITS:
        raise ValueError(f"{number:.3g} values; allowed: {MOST_BITS}")
    if number * dtype.itemsize != left:
        raise ValueError(f"{left} bytes for shape {shown(shape)} of {dtype}")
    return np.frombuffer(file.read(), dtype).reshape(shape, order="F" if fortran else "C")


def read_images(path: Path, limit: int, rng: Generator) -> NDArray[np.float32]:
    """Images of the CIFAR-10 binary archive, a zip or a folder.

    Parameters
    ----------
    path : Path
        ``*.tar.gz`` or ``*.tgz`` of the CIFAR-10 binary version, a ``.zip`` of image files at any
        depth, as Tiny ImageNet comes (``train/<class>/images/*.JPEG``), or such a folder of PNG
        files.
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
        For what is absent, damaged, too large, of unequal sizes, pickled, without a checksum, or
        holds no images.
    """
    if path.is_dir():
        if (path / "batches.meta").is_file() or any(
            not file.suffix for file in path.glob("data_batch_*")
        ):
            raise pickled(path)
        if any(path.glob("*.bin")):
            raise _unchecked(path / "*.bin", "the archive that they came in, .tar.gz")
        return _folder(path, limit, rng)
    if path.name.endswith((".tar.gz", ".tgz")):
        records = read_cifar(path)
        if len(records) > limit:
            records = records[np.sort(rng.choice(len(records), limit, replace=False))]
        return np.asarray(records / np.float32(255), dtype=np.float32)
    if path.suffix == ".zip":
        return _zip(path, limit, rng)
    if path.suffix in (".bin", ".tar"):
        raise _unchecked(path, "the CIFAR-10 binary archive, .tar.gz")
    if path.is_file():
        with path.open("rb") as file:
            if file.read(1) == PICKLE:
                raise pickled(path)
    what = "is no source of patterns" if path.exists() else "does not exist"
    raise PatternError(
        f"patterns '{path}': {what}; allowed: random, digits, patches, an .npy file, the CIFAR-10 "
        "binary archive (.tar.gz), a .zip of images or a folder of PNG images"
    )


def _reason(error: BaseException) -> str:
    text = " ".join(str(getattr(error, "strerror", None) or error).split())[:120]
    return text or type(error).__name__


def _unchecked(path: Path, instead: str) -> PatternError:
    return PatternError(
        f"{path}: such files carry no checksum, so damage to them would be other patterns without "
        f"a word; give {instead}"
    )


def _zip(path: Path, limit: int, rng: Generator) -> NDArray[np.float32]:
    try:
        regular_size(path)
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > MOST_UNPACKED:
                raise ValueError(f"it holds more than {MOST_UNPACKED} bytes")
            for member in members:
                if member.external_attr >> 16 and stat.S_ISLNK(member.external_attr >> 16):
                    raise ValueError(f"{shown(member.filename)} in it is a link")
                if member.comment:  # a damaged length would hide the entries after it in one
                    raise ValueError(f"{shown(member.filename)} in it has a comment")
            damaged = archive.testzip()
            if damaged is not None:
                raise ValueError(f"{shown(damaged)} in it is damaged")
            names = sorted(
                member.filename for member in members
                if Path(member.filename).suffix.lower() in PICTURES
                and not member.filename.startswith("__MACOSX/")
            )  # fmt: skip
            chosen = _choose(names, limit, rng, path)
            return _stack((f"{path}:{name}", archive.read(name)) for name in chosen)
    except (*_DAMAGE, zipfile.BadZipFile) as error:
        if isinstance(error, PatternError):
            raise
        raise PatternError(
            f"cannot read {path}: {_reason(error)}; it is damaged or no zip archive of images, "
            "copy it again"
        ) from None


def _folder(path: Path, limit: int, rng: Generator) -> NDArray[np.float32]:
    files = sorted(file for file in path.rglob("*") if file.suffix.lower() in PICTURES)
    chosen = _choose(files, limit, rng, path)
    others = [file for file in files if file.suffix.lower() != ".png"]
    if others:
        raise _unchecked(others[0], "PNG images, or the folder packed as .zip")

    def contents() -> Iterable[tuple[str, bytes]]:
        for file in chosen:
            try:
                if regular_size(file) > MOST_UNPACKED:
                    raise ValueError("too large")
                yield str(file), file.read_bytes()
            except (OSError, ValueError) as error:
                raise PatternError(f"cannot read {file}: {_reason(error)}; remove it") from None

    return _stack(contents(), formats=("PNG",))


def _choose(found: list[Any], limit: int, rng: Generator, path: Path) -> list[Any]:
    if not found:
        raise PatternError(f"{path} holds no images; known endings: {', '.join(PICTURES)}")
    if len(found) <= limit:
        return found
    return [found[at] for at in np.sort(rng.choice(len(found), limit, replace=False))]


def _stack(
    contents: Iterable[tuple[str, bytes]], formats: tuple[str, ...] = FORMATS
) -> NDArray[np.float32]:
    images: list[NDArray[np.float32]] = []
    for name, data in contents:
        pixels = _pixels(name, data, formats)
        images.append(pixels)
        if pixels.shape != images[0].shape:
            height, width, _ = images[0].shape
            raise PatternError(
                f"{name} is {pixels.shape[1]} x {pixels.shape[0]} and others are {width} x "
                f"{height}; give images of one size"
            )
        if len(images) * pixels.size > MOST_VALUES:
            raise PatternError(
                f"{name}: the images up to it hold more than {MOST_VALUES} values; give smaller "
                "or fewer images"
            )
    return np.stack(images)


def _pixels(name: str, data: bytes, formats: tuple[str, ...]) -> NDArray[np.float32]:
    from PIL import Image

    large = PatternError(
        f"{name} has too many pixels; allowed: {MOST_PIXELS} (4096 x 4096); make it smaller"
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(BytesIO(data), formats=formats) as opened:
                if prod(opened.size) > MOST_PIXELS:
                    raise large
                if opened.format == "PNG":
                    opened.verify()  # all checksums; reading alone skips those of the pixels
            with Image.open(BytesIO(data), formats=formats) as opened:
                pixels = np.asarray(opened.convert("RGB"), dtype=np.float32)
                return np.asarray(pixels / np.float32(255), dtype=np.float32)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise large from None
    except (*_DAMAGE, Warning) as error:
        if isinstance(error, PatternError):
            raise
        raise PatternError(f"{name} is damaged or no image; remove it") from None
