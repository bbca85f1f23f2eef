"""How long a memory lasts: freezing of each session over the days of the animal's life."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from analysis.dataset.facets import needs
from analysis.dataset.schema import labels
from analysis.trace.life import days_since, recalls, sessions_of

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Persistence:
    """Freezing of the recalls.

    Attributes
    ----------
    session : tuple of str
        In order of time.
    day : (session,) array
        Days of life from the end of the session that the animal learned in to its start.
    freezing : (session,) array
        Mean over its trials, percent; NaN without any that was scored.
    dangerous : (session,) array of bool
        Whether all of it was in contexts in which something aversive came once.
    """

    session: tuple[str, ...]
    day: Floats
    freezing: Floats
    dangerous: NDArray[np.bool_]


@needs("trials", "behaviour")
def persistence(dataset: xr.Dataset) -> Persistence:
    """Return freezing of every recall (`analysis.trace.life.recalls`); none without learning."""
    sessions = sessions_of(dataset)
    context = labels(dataset["trial_context"])
    harmed = [session for session in sessions if session.aversive]
    bad = {word for session in harmed for word in context[session.trials].tolist()}
    later = recalls(sessions)
    freezing = [dataset["freezing"].values[session.trials] for session in later]
    return Persistence(
        tuple(session.name for session in later),
        np.array([days_since(session, sessions) for session in later], dtype=float),
        np.array([_mean(values) for values in freezing], dtype=float),
        np.array([set(context[session.trials].tolist()) <= bad for session in later], dtype=bool),
    )


def _mean(values: Floats) -> float:
    values = values[np.isfinite(values)]
    return float(values.mean()) if values.size else float("nan")
