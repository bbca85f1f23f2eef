"""What every dataset says about its own making."""

from __future__ import annotations

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
        "versions": json.dumps(_versions(), sort_keys=True),
        "git_commit": _git_commit(),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _versions() -> dict[str, str]:
    names = ("astrogram", "brian2", "numpy", "xarray")
    found = {"python": platform.python_version()}
    for name in names:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def _git_commit() -> str:
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
