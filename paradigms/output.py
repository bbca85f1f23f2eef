"""Where results go: paths that are checked before a long run."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from astrogram.errors import OutputError
from astrogram.files import writing

DATASET_SUFFIXES = (".nc", ".zarr")
PROBE_BYTES = 65536


def dataset_path(out: str, protocol: str, seed: int) -> Path:
    """Return the dataset that ``--out`` means.

    Parameters
    ----------
    out : str
        A folder, or a file ending in ``.nc`` or ``.zarr``.
    protocol : str
        Name of the protocol.
    seed : int
        Seed of the animal; in a folder the dataset is called ``<protocol>_seed<seed>.nc``.

    Raises
    ------
    OutputError
        If the file ending is another one.
    """
    path = Path(out)
    if path.suffix in DATASET_SUFFIXES:
        return path
    if path.suffix and not path.is_dir() and not out.endswith(("/", os.sep)):
        raise OutputError(
            f"--out {out}: file ending {path.suffix!r} is not known; allowed: "
            f"{', '.join(DATASET_SUFFIXES)}, or a folder (end its name with /)"
        )
    return path / f"{protocol}_seed{seed}.nc"


def check_writable(path: Path) -> None:
    """Refuse a path that could not be written, without leaving anything behind.

    A probe file is written to the folder, or to the nearest one above it that exists, so that a
    run of an hour does not end at a read-only or full disk that was so at its beginning.

    Raises
    ------
    OutputError
        If the probe fails, or the path is taken by something that is not a dataset.
    """
    if path.suffix == ".nc" and path.is_dir():
        raise OutputError(f"cannot write {path}: it is a folder; choose another --out")
    if path.suffix == ".zarr" and path.is_file():
        raise OutputError(f"cannot write {path}: it is a file; choose another --out")
    with writing(path):
        folder = next(above for above in path.absolute().parents if above.exists())
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(bytes(PROBE_BYTES))
            probe.flush()
            os.fsync(probe.fileno())
