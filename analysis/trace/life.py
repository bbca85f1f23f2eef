"""The animal's life: how old it is at each time, its sessions, and which of them are recalls.

Times of a dataset are simulated; a phase says how many seconds of the animal's life go by in one of
them.  What a session is to the animal follows from its trials alone: it learned in the first in
which something aversive came, and sessions after that without any are recalls.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from analysis.dataset.facets import NotMeasured, facets_of, needs
from analysis.dataset.schema import labels, speed_of

Floats = NDArray[np.float64]
HOUR, DAY = 3600.0, 86400.0  # s
AVERSIVE = "aversive"


@dataclass(frozen=True)
class Session:
    """A session that has trials.

    Attributes
    ----------
    name : str
    start, stop : float
        Simulated time, s.
    born, ended : float
        The same on the animal's own clock, s of its life (`slow_time`).
    until : float
        When the next session that has trials begins, s of its life; infinite for the last.
    trials : (n,) array of int
        Positions along ``trial``.
    aversive : bool
        Whether something aversive came in it.
    """

    name: str
    start: float
    stop: float
    born: float
    ended: float
    until: float
    trials: NDArray[np.intp]
    aversive: bool


def slow_time(dataset: xr.Dataset, times: ArrayLike) -> Floats:
    """Age of the animal at some times.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset.
    times : array_like, any shape
        Simulated time, s; NaN stays NaN.

    Returns
    -------
    array of that shape
        Seconds of the animal's life since its first session began: the integral of
        ``phase_dilation``.  Outside of all phases, and in a dataset without, the animal is awake
        and its clock is that of the protocol (attribute ``speed``); without phases it begins with
        the first trial, or at 0 where there is none.
    """
    when, awake = np.asarray(times, dtype=float), speed_of(dataset)
    if "phase_start" not in dataset or not dataset.sizes["phase"]:
        known = "trial_start" in dataset and dataset.sizes["trial"]
        first = float(dataset["trial_start"].values.min()) if known else 0.0
        return np.asarray((when - first) * awake)
    order = np.argsort(dataset["phase_start"].values, kind="stable")
    start, stop, dilation = (
        dataset[f"phase_{name}"].values[order].astype(float)
        for name in ("start", "stop", "dilation")
    )
    # Phases touch; where rounding makes one begin before the other has ended nothing goes back
    edges = np.maximum.accumulate(np.stack([start, stop], axis=1).ravel())
    rates = np.stack([dilation, np.full(dilation.size, awake)], axis=1).ravel()[:-1]
    age = np.concatenate([[0.0], np.cumsum(rates * np.diff(edges))])
    inside = np.interp(when, edges, age)
    outside = np.minimum(when - edges[0], 0.0) + np.maximum(when - edges[-1], 0.0)
    return np.asarray(inside + awake * outside)


@needs("trials")
def sessions_of(dataset: xr.Dataset) -> tuple[Session, ...]:
    """Sessions that have trials, in order of time.

    A session lasts from the start of its first phase to the end of its last, or from its first
    trial to its last where the dataset has no phases.
    """
    name = labels(dataset["trial_session"])
    began, ended = dataset["trial_start"].values, dataset["trial_stop"].values
    bad = _aversive(dataset)
    phases = "phase_session" in dataset
    of_phase = labels(dataset["phase_session"]) if phases else np.array([], dtype=str)
    found = []
    for each in dict.fromkeys(name[np.argsort(began, kind="stable")].tolist()):
        trials, here = np.flatnonzero(name == each), of_phase == each
        start, stop = float(began[trials].min()), float(ended[trials].max())
        if here.any():
            start = min(start, float(dataset["phase_start"].values[here].min()))
            stop = max(stop, float(dataset["phase_stop"].values[here].max()))
        found.append((each, start, stop, trials, bool(bad[trials].any())))
    found.sort(key=lambda row: row[1])
    ages = slow_time(dataset, np.array([row[1:3] for row in found]).reshape(-1, 2))
    until = [*ages[1:, 0].tolist(), np.inf]
    return tuple(
        Session(each, start, stop, float(age[0]), float(age[1]), end, trials, aversive)
        for (each, start, stop, trials, aversive), age, end in zip(found, ages, until, strict=False)
    )


def learned_in(sessions: tuple[Session, ...]) -> Session | None:
    """Return the first session in which something aversive came, None where nothing ever did."""
    return next((session for session in sessions if session.aversive), None)


def recalls(sessions: tuple[Session, ...]) -> tuple[Session, ...]:
    """Return the sessions after the first aversive one in which nothing aversive came."""
    first = learned_in(sessions)
    after = sessions[sessions.index(first) + 1 :] if first else ()
    return tuple(session for session in after if not session.aversive)


def days_since(session: Session, sessions: tuple[Session, ...]) -> float:
    """Days of life from the end of the session that it learned in to a session's start.

    0 for that session itself, negative before it; NaN where it never learned.
    """
    first = learned_in(sessions)
    if first is None:
        return float("nan")
    return 0.0 if session is first else (session.born - first.ended) / DAY


def variable(dataset: xr.Dataset, what: str, name: str) -> Floats:
    """Return a variable of astrocytes over time, for a question that it answers.

    Raises
    ------
    NotMeasured
        If the dataset lacks it, or the times of its samples.
    """
    for needed in (name, "time"):
        if needed not in dataset.variables:
            raise NotMeasured(what, needed, facets_of(dataset))
    return dataset[name].values.astype(float)


def _aversive(dataset: xr.Dataset) -> NDArray[np.bool_]:
    """In which trials something aversive came; an unconditioned stimulus without a name is so."""
    if "trial_valence" in dataset:
        return labels(dataset["trial_valence"]) == AVERSIVE
    return np.isfinite(dataset["us_on"].values)
