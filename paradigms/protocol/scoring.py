"""Epochs and contrasts of a protocol, checked against its trials before anything is simulated."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from paradigms.protocol.plan import Session, TrialKind
from paradigms.protocol.reading import ProtocolError
from paradigms.protocol.things import CONDITIONED, NO_STIMULUS

SCORING = ("epoch", "contrast")
"""Tables of a protocol that say what is measured, not what is done."""


def simulated_part(text: str) -> str:
    """Return what of a protocol's text an animal follows from: all but what is measured in it."""
    content = {key: value for key, value in tomllib.loads(text).items() if key not in SCORING}
    return json.dumps(content, sort_keys=True)


def _heard(kind: TrialKind) -> str:
    """Conditioned stimuli of a trial, as `paradigms.run.labels` names them."""
    names = sorted(event.stimulus for event in kind.events if event.valence == CONDITIONED)
    return "+".join(names) or NO_STIMULUS


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

    # in the order of kinds: how an animal shuffles them is not known yet
    found = [
        (phase.stage, kind.name, _heard(kind), session.context)
        for session in sessions for phase in session.phases for kind in phase.kinds
        for _ in range(kind.trials)
    ]  # fmt: skip
    stage, kind, stimulus, context = (np.array(column, str) for column in zip(*found, strict=True))
    index = np.empty(len(stage), int)
    for name in np.unique(stage):
        index[stage == name] = np.arange(np.sum(stage == name))
    trials = Trials(stage, index // BLOCK_TRIALS, index, kind, stimulus, context)
    try:
        check_rows(rows_of(content, where), trials, where)
    except RowsError as error:
        raise ProtocolError(str(error)) from None
