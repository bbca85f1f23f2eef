"""Reference checks of the fear network without astrocytes, beside the published values."""

from __future__ import annotations

import sys

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from paradigms.references import basal_amygdala_2011
from paradigms.references.basal_amygdala_protocol import DENSE, FROZEN
from paradigms.references.table import Check, at_least, at_most, near


def basal_amygdala_checks() -> list[Check]:
    """Every result of Vlachos et al. 2011 listed in the project's targets."""
    return basal_amygdala_rows(basal_amygdala_2011.simulate())


def basal_amygdala_rows(dataset: xr.Dataset) -> list[Check]:
    """Rows from a dataset of `basal_amygdala_2011.simulate` with all conditions."""
    figure = "replication (Carvalho et al.), read off its figure"

    def rate(condition: str, population: str, presentation: int) -> float:
        chosen = dataset.rate.sel(condition=condition, population=population)
        return float(chosen.isel(presentation=presentation).mean("seed"))

    def mean_rate(condition: str, cell_type: str) -> float:
        return float(dataset.mean_rate.sel(condition=condition, cell_type=cell_type).mean("seed"))

    def row(text: str) -> str:
        return f"basal amygdala: {text}"

    fear, extinction = basal_amygdala_2011.POPULATIONS
    spontaneous = mean_rate("spontaneous", "inhibitory")
    rows = [
        at_most(
            row("spontaneous excitatory rate"),
            1,
            mean_rate("spontaneous", "excitatory"),
            unit="Hz",
            note="Vlachos et al. 2011; replication 0.03",
        ),
        at_least(
            row("spontaneous inhibitory rate"), 10, spontaneous, unit="Hz", note="replication 10.54"
        ),
        at_most(
            row("spontaneous inhibitory rate"), 15, spontaneous, unit="Hz", note="replication 10.54"
        ),
    ]
    # Presentations 0-4 are conditioning, 5-10 extinction, 11 the return to the context of
    # conditioning.
    for text, population, at, published, width in (
        ("fear population, first CS of conditioning", fear, 0, 0.25, 0.25),
        ("fear population, last CS of conditioning", fear, 4, 3.7, 0.75),
        ("fear population, first CS of extinction", fear, 5, 1.15, 0.3),
        ("fear population, last CS of extinction", fear, 10, 0.2, 0.2),
        ("extinction population, last CS of conditioning", extinction, 4, 0.05, 0.1),
        ("extinction population, last CS of extinction", extinction, 10, 4.3, 0.75),
        ("fear population, back in its context", fear, 11, 1.5, 0.5),
        ("extinction population, in the other context", extinction, 11, 1.1, 0.5),
    ):
        ours = rate("standard", population, at)
        rows.append(near(row(text), published, ours, absolute=width, unit="Hz", note=figure))
    back, end = rate(FROZEN, fear, 11), rate(FROZEN, fear, 10)
    lost = rate(FROZEN, extinction, 11) / rate(FROZEN, extinction, 10)
    rows += [
        at_least(
            row("renewal with plasticity off: rise of the fear population"),
            2,
            back / end,
            unit="1",
            note=f"from {end:.2f} to {back:.2f} Hz at the first CS; a direction is published",
        ),
        at_most(
            row("renewal with plasticity off: extinction population, of its rate before"),
            0.5,
            lost,
            unit="1",
            note="published as a direction",
        ),
    ]
    for condition, share, both in (
        ("block_50", 50, (0.6, 8.3)),
        ("block_90", 90, (8.9, 24.5)),
    ):
        for population, value in zip((fear, extinction), both, strict=True):
            ours = rate(condition, population, 10)
            text = f"{share} % of inhibition blocked in extinction, {population} population"
            rows.append(
                near(
                    row(text), value, ours, absolute=max(0.3, 0.15 * value), unit="Hz", note=figure
                )
            )
        gain = {p: rate(condition, p, 10) - rate("standard", p, 10) for p in (fear, extinction)}
        rows.append(
            at_least(
                row(f"{share} % of inhibition blocked: gain of the extinction population"),
                gain[fear],
                gain[extinction],
                unit="Hz",
                note="reference: gain of the fear population",
            )
        )
    return rows + _gamma_rows(dataset)


# Two readings of "denser inhibition": what the text of both papers says was changed, and what the
# program of the replication, whose peak is the reference, does change.
_READINGS = {
    "gamma_I_to_I": "p_II = 0.5 alone (text of both papers)",
    "gamma": "p = 0.5 from, to and among inhibitory cells (program of the replication)",
}


def _gamma_rows(dataset: xr.Dataset) -> list[Check]:
    """Oscillations with dense inhibition, over the last four CS as in the replication."""
    peak, synchrony = {}, {}
    for condition in ("standard", *DENSE):
        activity = basal_amygdala_2011.last_presentations(dataset, condition)
        frequency, power = basal_amygdala_2011.spectrum(activity.sum("cell_type").values, 1e-3)
        above = frequency >= 20
        peak[condition] = frequency[above][np.argmax(power[:, above], axis=1)]
        inhibitory = activity.sel(cell_type="inhibitory").values
        synchrony[condition] = inhibitory.var(axis=1) / inhibitory.mean(axis=1)

    def each(values: NDArray) -> str:
        return "seeds " + ", ".join(f"{value:.1f}" for value in values)

    index = "basal amygdala: synchrony index"
    source = "variance over mean of inhibitory spikes per ms; the replication calls more gamma"
    rows = [
        at_most(
            f"{index} with p_II = 0.1", 4.5, float(synchrony["standard"].mean()),
            note=f"{source}; {each(synchrony['standard'])}",
        )
    ]
    for condition, reading in _READINGS.items():
        rows += [
            near(
                f"basal amygdala: peak of the spectrum, {reading}", 66.41,
                float(peak[condition].mean()), absolute=15, unit="Hz",
                note=f"replication, one seed; {each(peak[condition])}",
            ),
            at_least(
                f"{index}, {reading}", 4.5, float(synchrony[condition].mean()),
                note=f"{source}; {each(synchrony[condition])}",
            ),
        ]
    return rows  # fmt: skip


def main() -> None:
    """Run every condition and print what the paper reports beside it."""
    for row in basal_amygdala_rows(basal_amygdala_2011.simulate()):
        text = f"{row.check:88s} {row.tolerance} {row.reference:.3g}: {row.ours:.3g} {row.unit}"
        sys.stdout.write(f"{text}, {row.verdict} ({row.note})\n")


if __name__ == "__main__":
    main()
