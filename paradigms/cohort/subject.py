"""One animal of a cohort: what it is the answer to, and the files that it leaves.

Its dataset and what was measured in it are known again by hashes: of what was asked for, of the
versions and code that made them, and of their own content, so that a damaged file is not there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from astrogram.files import write_text
from models.parameters import load_parameters
from models.tissue.cells import REFERENCE_SIZE
from paradigms.protocol.files import parse_protocol
from paradigms.protocol.scoring import simulated_part
from paradigms.run.output import ASKED, attributes
from paradigms.run.provenance import versions
from paradigms.run.sources import MEASURED, SIMULATED, Making, code_hash


@dataclass(frozen=True)
class Subject:
    """One animal of one group: all that a worker must know.

    `keep` says whether its dataset stays when it is measured.
    """

    group: str
    seed: int
    protocol_toml: str
    overrides: dict[str, str]
    size: int | None
    clock: str | None
    folder: str
    keep: bool = True

    @property
    def dataset(self) -> Path:
        """The animal's file."""
        return Path(self.folder) / f"{self.group}_seed{self.seed}.nc"

    @property
    def measured(self) -> Path:
        """What was measured in it."""
        return self.dataset.with_suffix(".json")

    def asked(self) -> dict[str, Any]:
        """Return the attributes `paradigms.run.output.ASKED` that its dataset will have."""
        clock, table = _resolved(
            self.protocol_toml, self.clock, tuple(self.overrides.items())
        )  # fmt: skip
        size = REFERENCE_SIZE if self.size is None else self.size
        values = (self.protocol_toml, self.seed, size, clock, table, "cpp", self.group)
        return dict(zip(ASKED, values, strict=True))

    def request(self, *makings: Making) -> str:
        """Hash of everything that a file of the animal follows from, the code of its making too."""
        asked = self.asked() if MEASURED in makings else simulated(self.asked())
        return hash_of([asked, versions(), code_hash(*makings)])


def simulated(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a request an animal follows from: not what is measured in it."""
    return {**asked, "protocol_toml": simulated_part(asked["protocol_toml"])}


def finish(subject: Subject, content: Mapping[str, Any]) -> None:
    """Write what became of an animal: `is_done` from now on."""
    content = {
        "request": subject.request(SIMULATED, MEASURED),
        "asked": hash_of(simulated(subject.asked())), "group": subject.group, "seed": subject.seed,
        "dataset": _digest(subject.dataset) if subject.keep else "", **content,
    }  # fmt: skip
    write_text(subject.measured, json.dumps({**content, "checksum": hash_of(content)}))


def measured(subject: Subject) -> dict[str, Any] | None:
    """Return what `finish` has written, None if there is nothing or it is damaged."""
    try:
        if not subject.measured.is_file():
            return None
        content = json.loads(subject.measured.read_text(encoding="utf-8"))
        checksum = content.pop("checksum")
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    return content if checksum == hash_of(content) else None


def is_done(subject: Subject) -> bool:
    """Whether the animal is there whole, made with just these settings, versions and code."""
    found = measured(subject)
    if found is None or found.get("request") != subject.request(SIMULATED, MEASURED):
        return False
    return not subject.keep or found.get("dataset") == _digest(subject.dataset)


def is_another(subject: Subject) -> bool:
    """Whether the animal's files hold one of other settings; damaged ones hold none."""
    found = measured(subject)
    if found is not None:
        return found.get("asked") != hash_of(simulated(subject.asked()))
    there = attributes(subject.dataset)
    if there is None:
        return False
    asked = subject.asked()
    try:
        found = simulated({name: str(there.get(name)) for name in asked})
    except (ValueError, RecursionError):  # a protocol that is no TOML is not this one
        return True
    return any(found[name] != str(value) for name, value in simulated(asked).items())


def _digest(path: Path) -> str:
    """Hash of a file, "" if there is none."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def hash_of(content: Any) -> str:
    """Return a hash of plain content."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


@lru_cache(maxsize=1024)
def _resolved(
    protocol_toml: str, clock: str | None, overrides: tuple[tuple[str, str], ...]
) -> tuple[str, str]:
    """Name of the clock, and the table of parameters as it travels in a dataset."""
    plan = parse_protocol(protocol_toml, "protocol.toml")
    return plan.clock(clock).name, load_parameters(plan.overrides | dict(overrides)).to_json()
