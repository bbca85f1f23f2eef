"""What was found in one dataset, each thing computed once, when it is first asked for.

The summary, the measures and the figures of one animal speak of the same responses, ensembles and
decoders; they are handed one `Results` and share what it holds.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from analysis.activity.decoding import Decoding, decode_cs, decode_state
from analysis.activity.drift import Drift, measure_drift
from analysis.activity.ensembles import Ensembles, Responses, cs_responses, find_ensembles
from analysis.activity.regime import Finding, judge_populations
from analysis.activity.spikes import population_rates
from analysis.activity.transfer import StateTrack, track_state
from analysis.astrocytes.calcium import Evoked, cs_evoked, heterogeneity, us_evoked
from analysis.behaviour.freezing import approach_table, freezing_table
from analysis.behaviour.scoring import Score
from analysis.design.epochs import Design
from analysis.design.windows import design_of, epoch_trials

Values = dict[tuple[str, str], float]
"""By quantity (a row of ``tables/quantities.csv``) and epoch; NaN where it cannot be measured."""


class Results:
    """What was found in one dataset.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset; what is changed in it later is not noticed.

    Notes
    -----
    Each attribute is what the function of its name gives, and raises what that raises.
    """

    def __init__(self, dataset: xr.Dataset) -> None:
        self.dataset = dataset
        self._responses: dict[bytes, Responses] = {}

    @cached_property
    def design(self) -> Design:
        """Epochs, and the rows that the protocol asks for."""
        return design_of(self.dataset)

    def trials(self, epoch: str) -> NDArray[np.intp]:
        """Trials of an epoch."""
        return epoch_trials(self.dataset, epoch)

    def responses(self, trials: NDArray[np.intp]) -> Responses:
        """Responses of the memory cells to the stimulus in some trials."""
        key = trials.tobytes()
        if key not in self._responses:
            self._responses[key] = cs_responses(self.dataset, trials)
        return self._responses[key]

    @cached_property
    def ensembles(self) -> Ensembles:
        """Ensembles of fear and of extinction."""
        return find_ensembles(self.dataset, respond=self.responses)

    @cached_property
    def drift(self) -> Drift:
        """How patterns and ensembles of epochs resemble each other."""
        return measure_drift(self.dataset, respond=self.responses)

    @cached_property
    def cs_decoding(self) -> Decoding | None:
        """Decoder of the stimulus against its baseline."""
        return decode_cs(self.dataset)

    @cached_property
    def state_decoding(self) -> Decoding | None:
        """Decoder of fear against extinction."""
        return decode_state(self.dataset)

    @cached_property
    def state_track(self) -> StateTrack | None:
        """Output of the decoder of fear state in every trial, without a control."""
        return track_state(self.dataset, shuffles=0)

    @cached_property
    def cs_evoked(self) -> Evoked:
        """Calcium responses to the conditioned stimulus."""
        return cs_evoked(self.dataset)

    @cached_property
    def us_evoked(self) -> Evoked:
        """Calcium responses to the unconditioned stimulus."""
        return us_evoked(self.dataset)

    @cached_property
    def classes(self) -> NDArray[np.str_]:
        """Class of each astrocyte by what becomes of its response."""
        return heterogeneity(self.dataset, self.cs_evoked)

    @cached_property
    def freezing(self) -> Score:
        """Freezing and output rate of every trial, scored from the spikes."""
        return freezing_table(self.dataset)

    @cached_property
    def approach(self) -> Score:
        """Approach of every trial and the rate behind it, scored from the spikes."""
        return approach_table(self.dataset)

    @cached_property
    def rates(self) -> dict[str, float]:
        """Mean rate of each population, Hz."""
        return population_rates(self.dataset)

    @cached_property
    def regime(self) -> list[Finding]:
        """Populations out of their regime."""
        return judge_populations(self.dataset)


def results_of(given: xr.Dataset | Results) -> Results:
    """Return results as they are, and those of a dataset, none of them computed yet."""
    return given if isinstance(given, Results) else Results(given)
