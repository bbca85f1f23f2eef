# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Astrocytes in retrieval and extinction of fear
#
# Bukalo et al. 2026 drove designer receptors in astrocytes of the amygdala before extinction. Gq
# lowered freezing and Gi raised it, and both impaired the extinction memory. This notebook tells
# how the question is put to the model: the whole protocol at full size, in a small cohort of three
# animals in each of three groups. The seeds, 1 to 3, are of those that were used for tuning.
# **It shows what is measured, and is no evidence**; the last cell says how the real cohort is run,
# and `docs/amygdala_astrocytes.md` what it gave.

# %%
# %matplotlib inline
import tempfile
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from analysis.cohort.compare import comparison, sign_pattern
from analysis.cohort.dataset import animals, design_of_cohort
from analysis.figures.cohort_panels import by_epoch, dots, draw_differences, draw_freezing
from analysis.figures.style import legend, tidy
from paradigms.cohort.cohort import plan_cohort, run_cohort
from paradigms.cohort.groups import load_groups
from paradigms.protocol.files import load_protocol
from paradigms.protocol.timeline import animal_timeline

plan = load_protocol("fear_extinction")
groups = load_groups("amygdala_astrocytes")[:3]
for group in groups:
    print(f"{group.name:8s} {', '.join(group.intervene) or 'nothing'}")

# %% [markdown]
# ## Protocol
#
# Every trial of one animal, in the order of the experiment. The nights between the sessions are
# simulated, too, with a clock that runs 24 h in 50 s; on the compressed clock all times of the
# experiment are a tenth.

# %%
timeline = animal_timeline(plan, None, 1)
figure = Figure(figsize=(9, 2.2), layout="constrained")
axes = figure.add_subplot()
shade = {"A": "#E69F00", "B": "#56B4E9", "": "#7F7F7F"}
for phase in timeline.phases:
    axes.axvspan(phase.start, phase.stop, color=shade[phase.context], alpha=0.3, lw=0)
for trial in timeline.trials:
    row = [int(trial.event("cs") is not None)] * 2
    axes.plot([trial.start, trial.stop], row, color="black", lw=5, solid_capstyle="butt")
    axes.plot(trial.times("us")[0], 2, "|", color="#D55E00", ms=12, mew=2)
axes.set_yticks([0, 1, 2], ["scored, silent", "CS", "US"])
axes.set_ylim(-0.6, 2.6)
tidy(axes, "Context A orange, context B blue, nights grey", "simulated time (s)")
figure

# %% [markdown]
# ## The cohort
#
# The same seed in every group is the same animal: its wiring, the spikes it receives and its own
# parameters. What was measured in each animal is one dataset. This takes about three minutes on two
# cores, one of them compiling.

# %%
with tempfile.TemporaryDirectory() as folder:
    subjects = plan_cohort(plan, groups, [1, 2, 3], Path(folder))
    cohort = run_cohort(subjects, jobs=2)
design = design_of_cohort(cohort)
cohort

# %% [markdown]
# ## Freezing by block and group

# %%
figure = Figure(figsize=(12, 3.4), layout="constrained")
draw_freezing(figure.add_subplot(), cohort)
figure

# %% [markdown]
# ## Astrocyte calcium by stage
#
# The response to the CS needs glutamate of the domain and noradrenaline, which follows the output
# of the central amygdala: so it follows the fear state. Gq lifts calcium to a plateau on which
# there is little left to respond, Gi takes away what makes it respond. Gq raises adenosine and
# releases D-serine for as long as the store lasts; Gi lowers the one and releases none of the
# other.

# %%
figure = Figure(figsize=(9, 3.2), layout="constrained")
axes = figure.add_subplot()
by_epoch(axes, cohort, "calcium_cs", design.shown)
tidy(axes, "Calcium response to the CS", "", "area (µmol L$^{-1}$ s)")
legend(axes)
figure

# %% [markdown]
# ## Ensembles
#
# Who is excited by the CS, in which epoch, and who keeps the pattern of early extinction. One blind
# test finds fear cells, which fall over extinction and return at renewal, and extinction cells,
# which do the opposite.

# %%
figure = Figure(figsize=(9, 3.2), layout="constrained")
left, middle, right = figure.subplots(1, 3)
by_epoch(left, cohort, "cs_excited", design.tested)
tidy(left, "CS-excited BLA cells", "", "cells (%)")
by_epoch(middle, cohort, "pattern_similarity", design.tested[2:])
tidy(middle, "CS pattern, early = 1", "", "corrected correlation (1)")
dots(right, cohort, (("fear_cells", "all", "fear"), ("extinction_cells", "all", "extinction")))
tidy(right, "Ensembles", "", "BLA principal cells (%)")
figure

# %% [markdown]
# ## Decoder of the fear state
#
# Trained on early against late extinction, with the epoch as label and never freezing; its output
# in the trials that it was not trained on.

# %%
figure = Figure(figsize=(9, 3.2), layout="constrained")
axes = figure.add_subplot()
by_epoch(axes, cohort, "fear_output", design.tested[1:])
axes.axhline(0, color="grey", lw=0.8, ls=":")
tidy(axes, "Fear-state decoder", "", "held-out output (1)")
legend(axes)
figure

# %% [markdown]
# ## Hand-off to prefrontal cortex
#
# Cells that respond to the CS by where they project, and what BLA activity predicts of PL and IL
# beyond trials in another order.

# %%
figure = Figure(figsize=(9, 3.2), layout="constrained")
left, right = figure.subplots(1, 2)
epoch = "early_extinction"
shown = (("cs_responsive_PL", epoch, "to PL"), ("cs_responsive_not_PL", epoch, "not to PL"))
dots(left, cohort, shown)
tidy(left, "CS-responsive cells", "", "BLA principal cells (%)")
dots(right, cohort, (("handoff_PL", "all", "PL"), ("handoff_IL", "all", "IL")))
tidy(right, "Predicted by BLA", "", "variance beyond shuffled (%)")
figure

# %% [markdown]
# ## Beside the paper
#
# The decisive rows: two groups, three epochs, and the differences within pairs of one seed. With
# three animals an interval is hardly more than the three values.

# %%
rows = comparison(animals(cohort))
decisive = [row for row in rows if row["decisive"]]
assert all(row["n"] == 3 and row["paired"] for row in decisive)
figure = Figure(figsize=(7, 4), layout="constrained")
draw_differences(figure.add_subplot(), decisive, "Differences from control; diamonds: paper")
figure

# %% [markdown]
# ## The real cohort
#
# Twelve animals of full size in each of five groups through the whole protocol, and the groups in
# which either output of the astrocytes is clamped. Both can be killed and called again:
#
# ```
# astrogram reproduce amygdala_astrocytes
# astrogram reproduce amygdala_astrocytes --reasons
# ```
#
# What is asked, and what would show it: `docs/amygdala_astrocytes.md`.

# %%
print(sign_pattern(rows))
freezing = cohort["freezing"].sel(epoch="renewal")
assert np.isfinite(freezing).all()
