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
# # One simulated animal from conditioning to renewal
#
# Fear is learned in context A, extinguished in context B on two days, tested in B, and comes back
# in A. The animal is seed 2, one of the seeds that were used for tuning, so this notebook shows
# how the model works and is no evidence for it; the evidence is the cohort reported in the
# README.
#
# Everything below reads one labelled dataset. The next cell makes it (about two minutes, most of
# it compiling); with a file at hand, `read_dataset("out/demo/fear_extinction_seed2.nc")` does the
# same.

# %%
# %matplotlib inline
import numpy as np
from matplotlib.figure import Figure

from analysis.activity.decoding import decode_state
from analysis.activity.ensembles import find_ensembles
from analysis.activity.spikes import counts
from analysis.astrocytes.calcium import cs_evoked
from analysis.cohort.compare import compare
from analysis.dataset.schema import labels
from paradigms.protocol.files import load_protocol
from paradigms.run.simulate import simulate

dataset = simulate(load_protocol("fear_extinction"), seed=2)
dataset

# %% [markdown]
# ## Freezing
#
# Freezing is the share of time in which the rate of the central-amygdala output (CeM) is above
# one fixed threshold. Every dot is one trial.

# %%
stage = labels(dataset["trial_stage"])
trial = np.arange(len(stage))
figure = Figure(figsize=(9, 3.2), layout="constrained")
axes = figure.add_subplot()
for name in dict.fromkeys(stage):
    chosen = stage == name
    axes.plot(trial[chosen], dataset["freezing"].values[chosen], "o-", ms=3, label=name)
axes.set(xlabel="trial", ylabel="freezing (%)", ylim=(-3, 103))
axes.legend(ncols=3, fontsize=8, loc="lower right")
figure

# %% [markdown]
# ## Who learns
#
# No cell is labelled as fear or extinction cell beforehand. A blind permutation test on each
# principal cell's CS response, corrected for the number of cells, finds who is excited by the CS
# when fear is retrieved (early extinction), and who is excited at extinction retrieval but was not
# before. The stricter test, response rises over extinction *and* falls at renewal, has five trials
# a side and passes few cells or none in one animal.

# %%
ensembles = find_ensembles(dataset)
cells = ensembles.cells
rows = [
    counts(dataset, [start], [stop], cells)[0] / (stop - start)
    for start, stop in zip(
        dataset["trial_start"].values, dataset["trial_stop"].values, strict=True
    )
]
rate = np.array(rows)  # (trial, cell)
figure = Figure(figsize=(9, 3.2), layout="constrained")
axes = figure.add_subplot()
for name, mask in (
    ("early extinction", ensembles.retrieval),
    ("extinction retrieval only", ensembles.extinction),
):
    label = f"excited in {name} ({mask.sum()} cells)"
    axes.plot(trial, rate[:, mask].mean(axis=1), ".-", label=label)
axes.set(xlabel="trial", ylabel="rate in the CS (Hz)")
axes.legend(fontsize=8)
figure

# %% [markdown]
# The state of the memory, retrieved or extinguished, can be decoded from the spikes of the
# principal cells in trials the decoder has not seen; chance is the same decoder on shuffled
# labels.

# %%
state = decode_state(dataset)
print(f"accuracy {state.accuracy:.2f}, 95th percentile of chance {state.chance_95:.2f}")
assert state.accuracy > state.chance_95

# %% [markdown]
# ## Astrocytes
#
# Astrocyte calcium in the CS needs glutamate of the domain and noradrenaline, and noradrenaline
# follows the central-amygdala output. So calcium follows the fear state.

# %%
evoked = cs_evoked(dataset)
area = evoked.area.mean(axis=1)  # (trial,)
figure = Figure(figsize=(9, 3.2), layout="constrained")
axes = figure.add_subplot()
axes.plot(trial, area, ".-")
axes.set(xlabel="trial", ylabel="CS-evoked calcium\n(µmol L$^{-1}$ s)")
figure

# %% [markdown]
# ## Against the published numbers

# %%
for row in compare([dataset]):
    model = "-" if row["model"] is None else f"{row['model']:.2f}"
    print(f"{row['row'][:52]:52s} {row['paper']:8.2f} {model:>8s}  {row['verdict']}")
