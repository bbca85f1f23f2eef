"""Astrocytes as a trace of days, as numbers that animals are compared by."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import numpy as np

from analysis.cohort.behaviour import OF_CONTEXTS
from analysis.cohort.results import Results, Values
from analysis.dataset.facets import NotMeasured, require
from analysis.dataset.schema import labels
from analysis.design.contrasts import WHOLE
from analysis.trace.clustering import clustering
from analysis.trace.life import DAY, Session, days_since, recalls, sessions_of
from analysis.trace.recruitment import HIGH, at_age, co_expression, density_course, share, shared_by

STEP = 0.25
"""Days between which the peak of density is looked for."""


def trace_values(results: Results) -> Values:
    """Return whom sessions recruit of the astrocytes, how dense their receptors are, and when.

    An epoch has the mean over the sessions that its trials are in.

    Raises
    ------
    NotMeasured
        If the dataset has no trials.
    """
    require(results.dataset, "whom sessions recruit", "trials")
    every = sessions_of(results.dataset)
    values: Values = {}
    for quantity in (
        _days, _danger, _recruited, _where, _overlap, _density, _ready, _peak, _tone, _contexts,
    ):  # fmt: skip
        with suppress(NotMeasured):
            values |= quantity(results, every)
    return values


Sessions = tuple[Session, ...]


def _by_epoch(
    results: Results, every: Sessions, **asked: Callable[[Session], float]
) -> Values:  # fmt: skip
    """Mean over an epoch's sessions of what is asked of each session, once."""
    values: Values = {}
    for name, ask in asked.items():
        found = np.array([ask(session) for session in every])
        for epoch in (each.name for each in results.design):
            trials = results.trials(epoch)
            own = found[[bool(np.isin(session.trials, trials).any()) for session in every]]
            own = own[np.isfinite(own)]
            values[name, epoch] = float(own.mean()) if own.size else float("nan")
    return values


def _days(results: Results, every: Sessions) -> Values:
    return _by_epoch(results, every, life_day=lambda session: days_since(session, every))


def _danger(results: Results, every: Sessions) -> Values:
    context = labels(results.dataset["trial_context"])
    bad = [context[session.trials] for session in every if session.aversive]
    danger = np.isin(context, np.concatenate([*bad, np.array([], dtype=context.dtype)]))
    return {
        ("in_danger", epoch): 100.0 * float(danger[trials].mean())
        for epoch in (each.name for each in results.design)
        if (trials := results.trials(epoch)).size
    }


def _tone(results: Results, every: Sessions) -> Values:
    """Mean noradrenaline of the domains over an epoch's trials."""
    require(results.dataset, "noradrenaline", "model")
    if not results.dataset.get("noradrenaline", np.empty(0)).size:
        return {}
    time = results.dataset["time"].values
    level = results.dataset["noradrenaline"].values.mean(axis=0)
    start, stop = (results.dataset[name].values for name in ("trial_start", "trial_stop"))
    values: Values = {}
    for epoch in (each.name for each in results.design):
        own = [level[(time >= start[k]) & (time < stop[k])] for k in results.trials(epoch)]
        found = np.concatenate([*own, np.array([])])
        values["noradrenaline", epoch] = float(found.mean()) if found.size else float("nan")
    return values


def _recruited(results: Results, every: Sessions) -> Values:
    dataset = results.dataset
    return _by_epoch(results, every, recruited_share=lambda session: share(dataset, session))


def _where(results: Results, every: Sessions) -> Values:
    found = {session.name: clustering(results.dataset, session, shuffles=0) for session in every}
    return _by_epoch(
        results, every,
        recruitment_clustering=lambda session: found[session.name].moran.value,
        recruitment_engram_r=lambda session: found[session.name].engram_r,
    )  # fmt: skip


def _overlap(results: Results, every: Sessions) -> Values:
    """Overlap with the first recall; NaN in that itself, which has nothing to be compared with."""
    first = next(iter(recalls(every)), None)
    found = shared_by(results.dataset, every)

    def with_first(session: Session) -> float:
        if first is None or session is first:
            return float("nan")
        return float(found.beyond[every.index(session), every.index(first)])

    return _by_epoch(results, every, recruited_overlap=with_first)


def _density(results: Results, every: Sessions) -> Values:
    found = {
        session.name: at_age(results.dataset, "receptor_density", session.born)
        for session in every
    }  # fmt: skip

    def mean(session: Session, high: bool = False) -> float:
        values = found[session.name]
        if not values.size:
            return float("nan")
        return 100.0 * float((values > HIGH).mean()) if high else float(values.mean())

    return _by_epoch(
        results, every, receptor_density=mean,
        receptor_density_high=lambda session: mean(session, high=True),
    )  # fmt: skip


def _ready(results: Results, every: Sessions) -> Values:
    dataset = results.dataset
    return _by_epoch(
        results, every,
        co_expression=lambda session: co_expression(dataset, session.born, session.until),
    )  # fmt: skip


def _peak(results: Results, every: Sessions) -> Values:
    last = max((session.ended for session in every), default=0.0)
    days = np.arange(0.0, min(last / DAY, 100.0) + STEP, STEP)
    return {("receptor_density_peak", WHOLE): density_course(results.dataset, days).peak}


def _contexts(results: Results, every: Sessions) -> Values:
    """What `analysis.cohort.behaviour` tells of epochs, over all recalls."""
    later = [session.trials for session in recalls(every)]
    trials = np.concatenate([*later, np.array([], dtype=np.intp)])
    values: Values = {}
    for quantity, analysis in OF_CONTEXTS:
        values[quantity, WHOLE] = analysis(results.dataset, trials)
    return values
