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
# # The parts, one at a time
#
# What an astrocyte does alone, coupled to others, and at a synapse. Each step is one call; each
# result is a labelled dataset (`xarray`) with units. No compiler is needed.

# %%
# %matplotlib inline
import brian2 as b2
import numpy as np
from matplotlib.figure import Figure

from analysis.astrocytes.loops import describe_loop
from analysis.astrocytes.waves import describe_wave
from models.circuits.astrocyte import LI_RINZEL, astrocyte_group, published
from models.mechanisms.astrocyte.calcium import CALCIUM
from paradigms.parts.calcium_wave import simulate_wave
from paradigms.parts.tripartite_synapse import simulate_loop

b2.prefs.codegen.target = "numpy"

# %% [markdown]
# ## A part is an equation string
#
# Calcium in the cytosol after Li and Rinzel. Constants come from the parameter tables; `published`
# gives those of the papers, with their units.

# %%
print(CALCIUM)
constants = published()
{name: constants[name] for name in ("C_T", "Omega_C", "O_P", "K_P")}

# %% [markdown]
# ## One astrocyte at given IP3
#
# Eight cells at eight IP3 levels. Calcium rests when IP3 is low, oscillates in a window, and
# stays high
# above it.

# %%
cells = astrocyte_group(8, LI_RINZEL, constants, dt=20 * b2.ms)
levels = np.linspace(0.2, 1.6, 8)
cells.I = levels * b2.umolar
trace = b2.StateMonitor(cells, "C", record=True, dt=200 * b2.ms)
b2.Network(cells, trace).run(120 * b2.second)

figure = Figure(figsize=(7, 4), layout="constrained")
axes = figure.add_subplot()
for level, calcium in zip(levels, np.array(trace.C) * 1e3, strict=True):
    axes.plot(trace.t / b2.second, calcium + 3 * level, lw=1)
    axes.annotate(f"{level:.1f} µmol/L", (120, calcium[-1] + 3 * level), fontsize=8)
axes.set(xlabel="time (s)", ylabel="calcium, by IP3 level", yticks=[])
figure

# %%
swing = np.ptp(np.array(trace.C)[:, 300:], axis=1) * 1e3
assert swing[0] < 0.01 < 0.3 < swing.max()
dict(zip(levels.round(1), swing.round(2), strict=True))

# %% [markdown]
# ## Many astrocytes: a calcium wave
#
# A ring of cells at rest; one is given IP3 from a pool. Gap junctions with a threshold carry a
# wave that
# every cell renews. Linear ones leak away what a cell would need to fire.

# %%
waves = {
    kind: simulate_wave("ring", kind, size=25, overrides={"wave.duration": "100 s"})
    for kind in ("threshold", "linear", "none")
}
figure = Figure(figsize=(10, 3), layout="constrained")
panels = figure.subplots(1, 3, sharey=True)
for axis, (kind, dataset) in zip(panels, waves.items(), strict=True):
    dataset["calcium"].plot(ax=axis, x="time", add_colorbar=False)
    axis.set_title(f"{kind}: {describe_wave(dataset).reached} of 25 cells")
figure

# %%
{kind: describe_wave(dataset) for kind, dataset in waves.items()}

# %%
assert describe_wave(waves["threshold"]).reached == 25
assert describe_wave(waves["linear"]).reached < 20
assert describe_wave(waves["none"]).reached == 1

# %% [markdown]
# ## At a synapse: the loop closes
#
# Terminals release glutamate, the astrocyte answers with calcium, each calcium event releases
# gliotransmitter, and receptors on the terminals change what the next spike releases. With
# alpha = 0
# release falls, with alpha = 1 it rises.

# %%
dataset = simulate_loop()
loop = describe_loop(dataset)
figure = Figure(figsize=(5, 3.5), layout="constrained")
axes = figure.add_subplot()
for case, release in loop.release.items():
    axes.semilogx(loop.rates, release, "o-", label=case)
axes.set(xlabel="presynaptic rate (Hz)", ylabel="released per spike")
axes.legend(title="gliotransmission")
figure

# %%
assert loop.release["decreasing"][2] < loop.release["none"][2] < loop.release["increasing"][2]

# %% [markdown]
# The same from the command line, with files: `astrogram run calcium_wave`, `astrogram run
# tripartite_synapse`. A circuit of your own: `docs/compose.md`. How these parts compare with what
# others computed: `astrogram reproduce references`.
