"""What an exported folder holds, and how it is known to be whole and of this code.

===============  ==================================================================================
``export.json``  what was asked for, the code that it follows from, and checksums of all tables
``settings``     the same for ``run.sh``: device, GPU or not, steps of the longest animal
``animals``      names of the animals and their steps
``program/``     the program, as C++ or for GeNN, to be compiled there
``runs/NAME/``   ``in``, the tables of an animal; ``out``, what comes back; ``done``, its checksums
``checksums``    of all that travels there
``run.sh``       builds and runs it
===============  ==================================================================================

A folder that comes back is a stranger's: it is read as data, and every name and checksum in it is
looked at before anything is believed.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from astrogram.errors import AstrogramError
from astrogram.text import one_line, shown
from paradigms.run.sources import SIMULATED, code_hash

VERSION = 1
LARGEST_MANIFEST = 2**24
"""Bytes of ``export.json``: protocols and checksums, no more."""
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_SUM = re.compile(r"([0-9a-f]{64})  (.+)")


class ExportError(AstrogramError, ValueError):
    """A folder that cannot be exported or collected; one line."""


@dataclass(frozen=True)
class Request:
    """One animal of an exported folder, as it was asked for."""

    name: str
    group: str
    seed: int
    protocol_toml: str
    overrides: dict[str, str]
    size: int | None
    clock: str | None


@dataclass(frozen=True)
class Exported:
    """The content of ``export.json``.

    Attributes
    ----------
    device : str
    gpu : bool
    code : str
        Hash of all that the animals follow from.
    varied : tuple of str
        Constants in which the animals of one program of GeNN differ.
    animals : tuple of Request
    tables : dict of str to str
        Checksum of the tables of each animal, by its name.
    """

    device: str
    gpu: bool
    code: str
    varied: tuple[str, ...]
    animals: tuple[Request, ...]
    tables: dict[str, str]

    def write(self, folder: Path) -> None:
        """Write ``export.json`` into `folder`."""
        content = {"version": VERSION, **asdict(self)}
        (folder / "export.json").write_text(json.dumps(content, indent=1), encoding="utf-8")


def code() -> str:
    """Return the hash of the code that is here."""
    return code_hash(SIMULATED)


def table_sum(folder: Path) -> str:
    """Return one checksum of all tables in ``in`` of an animal's folder."""
    total = hashlib.sha256()
    for file in sorted((folder / "in").iterdir()):
        total.update(f"{file.name} {file_sum(file)}\n".encode())
    return total.hexdigest()


def file_sum(file: Path) -> str:
    """Return the SHA-256 of a file."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def read_exported(folder: Path) -> Exported:
    """Read ``export.json`` of a folder that came back.

    Raises
    ------
    ExportError
        If there is none, it is damaged, or it is of another version or other code.
    """
    path = folder / "export.json"
    try:
        if path.is_symlink() or (path.exists() and not path.is_file()):
            raise ValueError("it is no ordinary file")
        if path.stat().st_size > LARGEST_MANIFEST:
            raise ValueError("it is too large")
        content = json.loads(path.read_text(encoding="utf-8"))
        found = _parse(content)
    except FileNotFoundError:
        raise ExportError(
            f"{folder} holds no export.json; give a folder that 'astrogram export' wrote"
        ) from None
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ExportError(
            f"{path} is damaged ({one_line(str(error))[:100]}); copy the folder again"
        ) from None
    if found.code != code():
        raise ExportError(
            f"{folder} was exported by another version of the code ({shown(found.code)}, here "
            f"{code()}); collect it with that one, or export it again"
        )
    return found


def _parse(content: Mapping[str, Any]) -> Exported:
    if content["version"] != VERSION:
        raise ValueError(f"version {content['version']!r}, and here is {VERSION}")
    animals = []
    for item in content["animals"]:
        request = Request(**item)
        if not isinstance(request.name, str) or not _NAME.fullmatch(request.name):
            raise ValueError(f"an animal is called {request.name!r}")
        whole = (request.seed, *(() if request.size is None else (request.size,)))
        if any(type(number) is not int for number in whole):
            raise TypeError(f"seed and size of {request.name} are no whole numbers")
        texts = [request.group, request.protocol_toml, *request.overrides.values()]
        texts += [*request.overrides, *(() if request.clock is None else (request.clock,))]
        if not all(isinstance(text, str) for text in texts):
            raise TypeError(f"{request.name} has a number for a text")
        animals.append(request)
    names = [request.name for request in animals]
    if not names or len(set(names)) < len(names):
        raise ValueError("it names no animals, or one twice")
    if content["device"] not in ("cpp", "genn"):
        raise ValueError(f"device {content['device']!r}")
    return Exported(
        content["device"], bool(content["gpu"]), str(content["code"]),
        tuple(str(name) for name in content["varied"]), tuple(animals),
        {str(name): str(total) for name, total in content["tables"].items()},
    )  # fmt: skip


def check_results(folder: Path, request: Request) -> None:
    """Refuse an animal that has not run, or whose results are not what the program wrote.

    Raises
    ------
    ExportError
    """
    place = folder / "runs" / request.name
    if not (place / "done").is_file():
        failed = [folder / "runs" / f"{request.name}.failed", folder / "runs.failed"]
        told = (one_line(file.read_text(errors="replace")) for file in failed if file.is_file())
        why = next(told, "")[:200]
        raise ExportError(
            f"{request.name} has not run{': ' if why else ''}{why}; call run.sh in {folder} where "
            "the device is, then collect again"
        )
    sums = {}
    for line in (place / "done").read_text(errors="replace").splitlines():
        if match := _SUM.fullmatch(line):
            sums[match[2]] = match[1]
    found = {f"{request.name}/out/{file.name}": file for file in (place / "out").glob("*")}
    for file in found.values():
        if file.is_symlink() or not file.is_file():
            raise ExportError(f"{file} is no ordinary file; call run.sh again")
    for name in sorted({*sums, *found}):
        if name not in found or sums.get(name) != file_sum(found[name]):
            raise ExportError(
                f"{place}: {shown(name.rpartition('/')[2])} is not what the run wrote; copy the "
                "folder again, or remove 'done' there and call run.sh"
            )
    if not sums:
        raise ExportError(f"{place}: 'done' is damaged; remove it and call run.sh")
