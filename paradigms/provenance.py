"""What every dataset says about its own making."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from models.parameters import ParameterSet


def provenance(parameters: ParameterSet) -> dict[str, str]:
    """Global attributes: parameters, versions, commit and time of making."""
    return {
        "parameters": parameters.to_json(),
        "parameters_hash": parameters.hash(),
        "versions": json.dumps(versions(), sort_keys=True),
        "git_commit": git_commit(),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that a result depends on."""
    names = ("astrogram", "brian2", "numpy", "xarray")
    found = {"python": platform.python_version()}
    for name in names:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def code_hash(*packages: str) -> str:
    """Return a hash of all source files and tables of some of the project's packages."""
    root = Path(__file__).resolve().parents[1]
    files = [
        file
        for package in packages
        for file in sorted((root / package).rglob("*"))
        if file.suffix in (".py", ".hpp", ".csv", ".toml")
    ]
    content = hashlib.sha256()
    for file in files:
        content.update(f"{file.relative_to(root)}\0".encode() + file.read_bytes())
    return content.hexdigest()[:24]


def git_commit() -> str:
    """Commit of the checkout that runs, marked when files differ from it; "unknown" without git."""
    root = Path(__file__).resolve().parents[1]
    try:
        call = ["git", "-C", str(root), "describe", "--always", "--abbrev=40", "--dirty"]
        done = subprocess.run(  # noqa: S603 (fixed words and our own folder)
            call, capture_output=True, text=True, check=True, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return done.stdout.strip()
