"""Which astrocytes a session recruits, who could be, and what ensembles of recalls share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from analysis.activity.ensembles import overlap
from analysis.trace.life import DAY, HOUR, Session, learned_in, sessions_of, slow_time, variable

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

RECRUITED = 0.5
"""Recruitment above which an astrocyte counts: half of what it can reach, so neither its resting
level nor a slight response does.  The cut of immunostainings is as arbitrary."""
WITHIN = 6 * HOUR
"""How long after a session began its recruitment is looked for, s of life: Fos and what it drives
rise and fall within hours."""
SLIGHT = 1e-3
"""Rise of recruitment that is none: what is left of a session before, and rounding."""
HIGH = 0.2
"""Density of receptors above which an astrocyte counts as one with many.  Receptors that are made
and lost within a day each reach 1/e of their range a day after a single event at most: about half
of that."""


@dataclass(frozen=True)
class Shared:
    """What ensembles of several sessions have in common, every two of them.

    Attributes
    ----------
    sessions : tuple of str
    jaccard : (session, session) array
        Shared astrocytes over those that are in either; NaN where both are empty.
    shared, expected : (session, session) array
        Astrocytes in both, and how many would be by chance (hypergeometric mean).
    beyond : (session, session) array
        Shared beyond chance over the most that could be: 1 the same or one within the other, 0
        chance; NaN where one is empty or all astrocytes.
    p : (session, session) array
        Chance of at least as many.
    """

    sessions: tuple[str, ...]
    jaccard: Floats
    shared: Floats
    expected: Floats
    beyond: Floats
    p: Floats


@dataclass(frozen=True)
class Course:
    """Density of receptors over days.

    Attributes
    ----------
    day : (day,) array
        Days of life since learning ended.
    mean : (day,) array
        Mean over astrocytes.
    high : (day,) array
        Percent of astrocytes above `HIGH`.
    peak : float
        Day at which the mean is highest; NaN where it never changes.
    """

    day: Floats
    mean: Floats
    high: Floats
    peak: float


def peak_between(dataset: xr.Dataset, begin: float, end: float) -> Floats:
    """Highest recruitment of each astrocyte in a stretch of the animal's life.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset with ``recruitment``.
    begin, end : float
        s of life (`analysis.trace.life.slow_time`); a sample at the end does not count.

    Returns
    -------
    (astrocyte,) array
        0 to 1; NaN where no sample lies within.

    Raises
    ------
    NotMeasured
        If recruitment was not recorded.
    """
    values = variable(dataset, "recruitment of astrocytes", "recruitment")
    age = slow_time(dataset, dataset["time"].values)
    inside = (age >= begin) & (age < end)
    if not inside.any():
        return np.full(values.shape[0], np.nan)
    return np.asarray(values[:, inside].max(axis=1))


def peak_of(dataset: xr.Dataset, session: Session) -> Floats:
    """Highest recruitment of each astrocyte within `WITHIN` of a session's start.

    Or until the next session that has trials, where that is sooner; see `peak_between`.
    """
    return peak_between(dataset, session.born, min(session.born + WITHIN, session.until))


def rise_of(dataset: xr.Dataset, session: Session) -> Floats:
    """How far a session lifts the recruitment of each astrocyte; see `peak_of`.

    Returns
    -------
    (astrocyte,) array
        Peak less the value that the session began with; 0 where it is below `SLIGHT`.
    """
    begin = at_age(dataset, "recruitment", session.born)
    rise = peak_of(dataset, session) - begin
    return np.asarray(np.where(rise < SLIGHT, 0.0, rise))


def recruited(dataset: xr.Dataset, session: Session) -> Mask:
    """Which astrocytes a session recruits: those whose `peak_of` it is above `RECRUITED`."""
    return np.asarray(peak_of(dataset, session) > RECRUITED)


def share(dataset: xr.Dataset, session: Session) -> float:
    """Percent of astrocytes that a session recruits; NaN where none was looked at."""
    peak = peak_of(dataset, session)
    seen = np.isfinite(peak)
    return 100.0 * float((peak[seen] > RECRUITED).mean()) if seen.any() else float("nan")


def at_age(dataset: xr.Dataset, name: str, age: ArrayLike) -> Floats:
    """Value of a variable of each astrocyte at some ages, between samples in proportion.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset.
    name : str
        Variable of astrocytes over time.
    age : array_like, any shape
        s of life; before and after the record its first and last value.

    Returns
    -------
    (..., astrocyte) array
        NaN without samples.

    Raises
    ------
    NotMeasured
        If the variable was not recorded.
    """
    values = variable(dataset, name.replace("_", " "), name)
    ages, asked = slow_time(dataset, dataset["time"].values), np.asarray(age, dtype=float)
    if not ages.size:
        return np.full((*asked.shape, values.shape[0]), np.nan)
    place = np.interp(asked, ages, np.arange(ages.size))
    low = np.minimum(place.astype(int), max(ages.size - 2, 0))
    high = np.minimum(low + 1, ages.size - 1)
    before, after = values.T[low], values.T[high]
    return np.asarray(before + (place - low)[..., None] * (after - before))


def co_expression(dataset: xr.Dataset, age: float, until: float = np.inf) -> float:
    """Percent of astrocytes that have many receptors at an age and are recruited soon after.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset.
    age, until : float
        s of life; recruitment counts up to `until`, and `WITHIN` after `age` at most.

    Returns
    -------
    float
        NaN without samples.

    Raises
    ------
    NotMeasured
        If density or recruitment was not recorded.
    """
    many = at_age(dataset, "receptor_density", age) > HIGH
    peak = peak_between(dataset, age, min(age + WITHIN, until))
    if not np.isfinite(peak).any():
        return float("nan")
    return 100.0 * float((many & (peak > RECRUITED)).mean())


def density_course(dataset: xr.Dataset, days: ArrayLike) -> Course:
    """Density of receptors at some days after learning.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset.
    days : (day,) array_like
        See `ages_of`.

    Returns
    -------
    Course
        NaN on days outside of the record; its peak is that among `days`.

    Raises
    ------
    NotMeasured
        If density was not recorded.
    """
    asked, age = np.asarray(days, dtype=float), ages_of(dataset, days)
    density = at_age(dataset, "receptor_density", age)
    mean, high = np.full((2, asked.size), np.nan)
    inside = _recorded(dataset, age)
    if density.shape[1]:
        mean[inside] = density[inside].mean(axis=1)
        high[inside] = 100.0 * (density[inside] > HIGH).mean(axis=1)
    known = mean[np.isfinite(mean)]
    varies = known.size > 1 and np.ptp(known) > 0
    return Course(asked, mean, high, float(asked[np.nanargmax(mean)]) if varies else float("nan"))


def co_expression_course(dataset: xr.Dataset, days: ArrayLike) -> Floats:
    """`co_expression` at some days after learning.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset.
    days : (day,) array_like
        See `ages_of`.

    Returns
    -------
    (day,) array
        Percent; NaN on days outside of the record.

    Raises
    ------
    NotMeasured
        If density or recruitment was not recorded.
    """
    age = ages_of(dataset, days)
    found = np.array([co_expression(dataset, each) for each in age.tolist()], dtype=float)
    return np.where(_recorded(dataset, age), found, np.nan)


def ages_of(dataset: xr.Dataset, days: ArrayLike) -> Floats:
    """Age of the animal, s, at some days of life since the session ended in which it learned.

    Since its first session began where it never did.
    """
    first = learned_in(sessions_of(dataset)) if "trial_start" in dataset else None
    return np.asarray(days, dtype=float) * DAY + (first.ended if first else 0.0)


def _recorded(dataset: xr.Dataset, age: Floats) -> Mask:
    """Which ages the record of astrocytes holds."""
    ages = slow_time(dataset, dataset["time"].values)
    low, high = (ages[0], ages[-1]) if ages.size else (np.inf, -np.inf)
    return np.asarray((age >= low) & (age <= high))


def shared_by(dataset: xr.Dataset, sessions: tuple[Session, ...]) -> Shared:
    """Compare the ensembles of some sessions, every two of them.

    Raises
    ------
    NotMeasured
        If recruitment was not recorded.
    """
    masks = [recruited(dataset, session) for session in sessions]
    jaccard, common, expected, beyond, p = np.full((5, len(masks), len(masks)), np.nan)
    for i, one in enumerate(masks):
        for k, other in enumerate(masks):
            found = overlap(one, other)
            common[i, k], expected[i, k], p[i, k] = found.shared, found.expected, found.p_more
            room = min(one.sum(), other.sum()) - found.expected
            either = int((one | other).sum())
            beyond[i, k] = (found.shared - found.expected) / room if room > 0 else np.nan
            jaccard[i, k] = found.shared / either if either else np.nan
    names = tuple(session.name for session in sessions)
    return Shared(names, jaccard, common, expected, beyond, p)
