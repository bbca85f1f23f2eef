"""The binary version of CIFAR-10, read from its archive and to the end of the archive's checksum.

It is a sequence of records of 3073 bytes: a label, then 32 x 32 red, green and blue values. The
version "for Python" is pickle, which runs whatever code it holds, and is refused.
"""

from __future__ import annotations

import gzip
import tarfile
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from astrogram.files import regular_size
from astrogram.text import shown
from paradigms.memory.images import PatternError

RECORD = 1 + 3 * 32 * 32
CLASSES = 10
MOST_UNPACKED = 2**29
"""Bytes of the whole archive; CIFAR-10 has 184 million."""
MOST_MEMBERS = 1000


def read_cifar(path: Path) -> NDArray[np.uint8]:
    """Images of a ``.tar.gz``, shape (image, 32, 32, 3).

    Raises
    ------
    PatternError
        If it is absent, damaged, too large, pickled, holds links, or no records of CIFAR-10.
    """
    parts = []
    try:
        regular_size(path)
        with gzip.open(path) as packed:
            bounded = _Bounded(packed, path)
            # As a stream: there is no way back, whatever sizes the headers tell.
            with tarfile.open(fileobj=bounded, mode="r|") as archive:  # type: ignore[call-overload]
                for number, member in enumerate(archive):
                    if number >= MOST_MEMBERS:
                        raise PatternError(f"{path} holds more than {MOST_MEMBERS} files; give "
                                           "the CIFAR-10 binary archive")  # fmt: skip
                    data = _content(archive, member, path)
                    if data is not None:
                        parts.append((member.name, data))
            while bounded.read(2**20):
                pass  # the checksum is at the end
    except (OSError, EOFError, tarfile.TarError, ValueError, OverflowError, zlib.error) as error:
        if isinstance(error, PatternError):
            raise
        reason = " ".join(str(getattr(error, "strerror", None) or error).split())[:120]
        raise PatternError(
            f"cannot read {path}: {reason}; truncated, damaged or no .tar.gz archive, copy it again"
        ) from None
    if not parts:
        raise PatternError(f"{path} holds no .bin file; give the CIFAR-10 binary archive")
    parts.sort(key=lambda part: part[0])
    return np.concatenate([_records(data, f"{path}:{name}") for name, data in parts])


def pickled(path: Path) -> PatternError:
    """Return the error for the version of CIFAR-10 that is pickle."""
    return PatternError(
        f"{path} is the Python version of CIFAR-10, which is pickle and could run any code when "
        "read; give the binary version (cifar-10-binary.tar.gz)"
    )


class _Bounded:
    """A stream that gives up after `MOST_UNPACKED` bytes."""

    def __init__(self, stream: gzip.GzipFile, path: Path) -> None:
        self.stream, self.path, self.given = stream, path, 0

    def read(self, size: int) -> bytes:
        data = self.stream.read(size)
        self.given += len(data)
        if self.given > MOST_UNPACKED:
            raise PatternError(
                f"{self.path} unpacks to more than {MOST_UNPACKED} bytes; give the CIFAR-10 binary "
                "archive"
            )
        return data


def _content(
    archive: tarfile.TarFile, member: tarfile.TarInfo, path: Path
) -> bytes | None:
    """Return the bytes of a file of records, None for other files."""
    base = member.name.rsplit("/", 1)[-1]
    if member.isdir():
        return None
    if not member.isreg() or member.issparse():
        raise PatternError(
            f"{path}: {shown(member.name)} in it is a link or no regular file; give the CIFAR-10 "
            "binary archive"
        )
    if base == "batches.meta" or (base.startswith("data_batch") and "." not in base):
        raise pickled(path)
    opened = archive.extractfile(member) if base.endswith(".bin") else None
    return None if opened is None else opened.read()


def _records(data: bytes, name: str) -> NDArray[np.uint8]:
    if not data or len(data) % RECORD:
        raise PatternError(
            f"{name} has {len(data)} bytes, no multiple of {RECORD}: it is truncated or no "
            "CIFAR-10 binary file; copy the archive again"
        )
    records = np.frombuffer(data, dtype=np.uint8).reshape(-1, RECORD)
    label = int(np.max(records[:, 0]))
    if label >= CLASSES:
        raise PatternError(
            f"{name} has label {label}; CIFAR-10 has 0 to {CLASSES - 1}: it is "
            "damaged or another file; copy the archive again"
        )
    return records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
