"""What a protocol will do, as rows: sessions and phases, clocks, interventions."""

from __future__ import annotations

from typing import Any

from paradigms.protocol.plan import Context, Protocol, Stimulus
from paradigms.protocol.reading import ProtocolError
from paradigms.protocol.things import BUILT_IN, UNDECLARED, Similar
from paradigms.protocol.timeline import PhaseWindow, Timeline, animal_timeline

Row = dict[str, Any]


def overview(protocol: Protocol, seed: int = 0) -> dict[str, Any]:
    """Describe a protocol that would run.

    Parameters
    ----------
    protocol : Protocol
    seed : int
        Animal whose pauses are drawn, where the protocol gives a range.

    Returns
    -------
    dict
        Name, title, reference, default clock and own parameters, and the rows ``clocks``,
        ``phases`` and ``interventions``. Times in s; ``experiment_s`` is that of the experiment,
        folded hours included, the others are simulated. The rows ``stimuli`` and ``contexts`` are
        all that it uses, in the order in which their codes are drawn.

    Raises
    ------
    AstrogramError
        As a run of it on its default clock (`paradigms.run.preflight.prepare`).
    """
    timelines, clocks = {}, []
    for clock in protocol.clocks:
        row: Row = {"clock": clock.name, "time_scale": clock.time_scale}
        try:
            timeline = animal_timeline(protocol, clock.name, seed)
        except ProtocolError as error:
            if clock.name == protocol.default_clock:
                raise
            row |= {"simulated_s": None, "refused": str(error)}
        else:
            timelines[clock.name] = timeline
            row |= {"simulated_s": timeline.duration, "refused": ""}
        clocks.append(row)
    # Imports the models, so that what is refused above is refused at once
    from paradigms.run.preflight import prepare

    chosen = prepare(protocol, seed=seed).timeline
    return {
        "name": protocol.name,
        "title": protocol.title,
        "reference": protocol.reference,
        "default_clock": protocol.default_clock,
        "set": dict(protocol.overrides),
        "clocks": clocks,
        "phases": _phases(protocol, timelines, chosen),
        "stimuli": [_stimulus(item) for item in protocol.stimuli],
        "contexts": [_context(item) for item in protocol.contexts],
        "interventions": _interventions(protocol, chosen),
    }


def _phases(protocol: Protocol, timelines: dict[str, Timeline], chosen: Timeline) -> list[Row]:
    planned = [
        (session, phase) for session in protocol.sessions for phase in session.phases or (None,)
    ]
    rows = []
    for number, (session, phase) in enumerate(planned):
        window = chosen.phases[number]
        kinds = phase.kinds if phase else ()
        rows.append(
            {
                "session": session.name,
                "session_kind": session.kind or ("awake" if phase else "offline"),
                "phase": phase.name if phase else "",
                "stage": phase.stage if phase else "",
                "context": session.context or ("none" if phase else ""),
                "trials": phase.trials if phase else 0,
                "kinds": ", ".join(kind.name for kind in kinds) if len(kinds) > 1 else "",
                "trial_s": max(kind.trial for kind in kinds) if phase else None,
                "stimuli": ", ".join(
                    dict.fromkeys(event.stimulus for kind in kinds for event in kind.events)
                ),
                "cs": any(kind.length("cs") for kind in kinds) if phase else None,
                "us_s": max(kind.length("us") for kind in kinds) if phase else None,
                "shortest_pause_s": phase.interval[0] if phase else None,
                "longest_pause_s": phase.interval[1] if phase else None,
                "experiment_s": _whole((window.stop - window.start) * window.dilation),
                **{
                    f"{name}_s": _length(timeline.phases[number])
                    for name, timeline in timelines.items()
                },
            }
        )
    return rows


def _stimulus(item: Stimulus) -> Row:
    return {
        "stimulus": item.name,
        "valence": item.valence or "conditioned",
        "strength": item.strength,
        "similar_to": _similar(item.similar_to),
        "declared": item.name not in BUILT_IN,
    }


def _context(item: Context) -> Row:
    return {
        "context": item.name,
        "similar_to": _similar(item.similar_to),
        "declared": item.name not in UNDECLARED or bool(item.similar_to),
    }


def _similar(similar: Similar) -> str:
    return ", ".join(f"{name} {share:g}" for name, share in similar)


def _length(window: PhaseWindow) -> float:
    return _whole(window.stop - window.start)


def _whole(seconds: float) -> float:
    """Round to milliseconds, and to a whole number where that is one: it is shown in full."""
    rounded = round(seconds, 3)
    return int(rounded) if rounded == int(rounded) else rounded


def _interventions(protocol: Protocol, chosen: Timeline) -> list[Row]:
    """Return a row for each time of each intervention."""
    rows = []
    remaining = list(chosen.interventions)
    for item in protocol.interventions:
        for time in item.during:
            count = 1
            if item.locked:
                count = sum(
                    kind.trials for phase in protocol.phases_in(time) for kind in phase.kinds
                    if kind.length(item.locked)
                )  # fmt: skip
            windows, remaining = remaining[:count], remaining[count:]
            rows.append(
                {
                    "kind": item.kind,
                    "target": item.target,
                    "dose": item.dose,
                    "during": time,
                    "locked": item.locked,
                    "in_zone": item.in_zone,
                    "windows": count,
                    "start_s": windows[0].start,
                    "stop_s": windows[-1].stop,
                    "uptake_s": item.uptake,
                    "washout_s": item.washout,
                }
            )
    return rows
