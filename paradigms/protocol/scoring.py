"""Epochs and contrasts of a protocol, checked against its trials before anything is simulated."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from paradigms.protocol.plan import Session
from paradigms.protocol.reading import ProtocolError

SCORING = ("epoch", "contrast")
"""Tables of a protocol that say what is measured, not what is done."""


def simulated_part(text: str) -> str:
    """Return what of a protocol's text an animal follows from: all but what is measured in it."""
    content = {key: value for key, value in tomllib.loads(text).items() if key not in SCORING}
    return json.dumps(content, sort_keys=True)


def check_scoring(content: Mapping[str, Any], sessions: Sequence[Session], where: str) -> None:
    """Refuse ``[[epoch]]`` and ``[[contrast]]`` tables that the sessions cannot have.

    Parameters
    ----------
    content : mapping
        The protocol as TOML gives it.
    sessions : sequence of Session
    where : str
        Names the protocol in messages.

    Raises
    ------
    ProtocolError
        Names the table, the key, what is allowed.
    """
    if not set(SCORING) & set(content):
        return
    import numpy as np

    from analysis.dataset.errors import RowsError
    from analysis.design.epochs import Trials
    from analysis.design.own_rows import check_rows, rows_of
    from paradigms.protocol.timeline import BLOCK_TRIALS

    stages: dict[str, int] = {}
    for phase in (phase for session in sessions for phase in session.phases):
        stages[phase.stage] = stages.get(phase.stage, 0) + phase.trials
    index = np.concatenate([np.arange(count) for count in stages.values()])
    stage = np.repeat(list(stages), list(stages.values()))
    try:
        check_rows(rows_of(content, where), Trials(stage, index // BLOCK_TRIALS, index), where)
    except RowsError as error:
        raise ProtocolError(str(error)) from None
