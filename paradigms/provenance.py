"""What every dataset says about its own making."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from models.parameters import ParameterSet
from paradigms.simulate import _git_commit, _versions


def provenance(parameters: ParameterSet) -> dict[str, str]:
    """Global attributes: parameters, versions, commit and time of making."""
    return {
        "parameters": parameters.to_json(),
        "parameters_hash": parameters.hash(),
        "versions": json.dumps(_versions(), sort_keys=True),
        "git_commit": _git_commit(),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }
