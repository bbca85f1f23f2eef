"""Labels of cells, trials, phases and interventions, as variables of the dataset."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from models.tissue.cells import Tissue
from paradigms.protocol.things import CONDITIONED, NO_STIMULUS, VALENCES
from paradigms.protocol.timeline import Timeline, TrialWindow


def describe(tissue: Tissue, timeline: Timeline) -> dict[str, Any]:
    """Labels of cells, trials, phases and interventions as variables of the dataset."""
    labels = {
        name: np.array([getattr(row, name) for row in tissue.anatomy.populations])[
            tissue.population
        ]
        for name in ("region", "role", "transmitter")
    }
    return {
        **labels,
        "population": np.array(tissue.anatomy.names)[tissue.population],
        "projection": np.array(tissue.anatomy.labels)[tissue.projection],
        "neuron_position": tissue.position,
        "domain": tissue.domain,
        "astrocyte_position": tissue.astrocyte_position,
        **describe_timeline(timeline),
    }


def describe_timeline(timeline: Timeline) -> dict[str, Any]:
    """Labels of trials, phases and interventions as variables of the dataset."""
    trials, phases, doses = timeline.trials, timeline.phases, timeline.interventions
    return {
        "trial_start": [trial.start for trial in trials],
        "trial_stop": [trial.stop for trial in trials],
        **_times("cs", trials),
        **_times("us", trials),
        "trial_cs": [trial.event("cs") is not None for trial in trials],
        "trial_stimulus": ["+".join(_names(trial, CONDITIONED)) or NO_STIMULUS for trial in trials],
        "trial_us": ["+".join(_names(trial, *VALENCES)) or NO_STIMULUS for trial in trials],
        "trial_valence": [
            event.valence if (event := trial.event("us")) else NO_STIMULUS for trial in trials
        ],
        "trial_kind": [trial.kind for trial in trials],
        "trial_context": [trial.context for trial in trials],
        "trial_stage": [trial.stage for trial in trials],
        "trial_session": [trial.session for trial in trials],
        "trial_block": [trial.block for trial in trials],
        "trial_index": [trial.index for trial in trials],
        "phase_start": [phase.start for phase in phases],
        "phase_stop": [phase.stop for phase in phases],
        "phase_name": [phase.name for phase in phases],
        "phase_session": [phase.session for phase in phases],
        "phase_context": [phase.context for phase in phases],
        "phase_stage": [phase.stage for phase in phases],
        "phase_dilation": [phase.dilation for phase in phases],
        "intervention_kind": np.array([dose.label for dose in doses], dtype=str),
        "intervention_dose": [dose.dose for dose in doses],
        "intervention_start": [dose.start for dose in doses],
        "intervention_stop": [dose.stop for dose in doses],
    }


def _names(trial: TrialWindow, *valences: str) -> list[str]:
    """Stimuli of a trial by name, so that a compound is the same whatever comes first."""
    return sorted(event.stimulus for event in trial.events if event.valence in valences)


def _times(stimulus: str, trials: Sequence[TrialWindow]) -> dict[str, list[float]]:
    """When a stimulus is on in each trial, NaN where it is not."""
    times = [trial.times(stimulus) for trial in trials]
    return {
        f"{stimulus}_on": [start for start, _ in times],
        f"{stimulus}_off": [stop for _, stop in times],
    }
