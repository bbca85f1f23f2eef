"""What every dataset says about its own making."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from astrogram.environment import for_child
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


def run_provenance(
    parameters: ParameterSet, seed: int, device: str, began: float
) -> dict[str, Any]:
    """Global attributes of a small paradigm, which began at a reading of `time.perf_counter`."""
    seconds = time.perf_counter() - began
    return {"seed": seed, "device": device, "wall_time_s": seconds, **provenance(parameters)}


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


def git_commit() -> str:
    """Commit of the checkout that runs, marked when files differ from it.

    "unknown" without git, and for a copy that is no checkout of ours: one that is installed inside
    somebody else's repository has no commit, and nothing that is configured there is run.
    """
    return _commit_of(Path(__file__).resolve().parents[2])


def _commit_of(root: Path) -> str:
    if not _is_checkout(root):
        return "unknown"
    # Neither the caller's GIT_DIR nor anything that a configuration names: it could be a program.
    environment = {k: v for k, v in for_child().items() if not k.startswith("GIT_")} | {
        "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_OPTIONAL_LOCKS": "0",
    }  # fmt: skip
    call = [
        "git", f"--git-dir={root / '.git'}", f"--work-tree={root}", "-c", "core.fsmonitor=false",
        "-c", f"core.hooksPath={os.devnull}", "describe", "--always", "--abbrev=40", "--dirty",
    ]  # fmt: skip
    try:
        done = subprocess.run(  # noqa: S603 (fixed words and our own folder)
            call, cwd=root, env=environment, capture_output=True, text=True, check=True, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return done.stdout.strip()


def _is_checkout(root: Path) -> bool:
    """Whether a folder is the top of a checkout of this project."""
    try:
        named = "name = astrogram" in (root / "setup.cfg").read_text(encoding="utf-8").splitlines()
        return named and (root / ".git").exists()
    except (OSError, UnicodeDecodeError):
        return False
