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
# # Memories in the transport of calcium
#
# Neurons, synapses between all pairs of them, and an astrocyte process at every synapse. Memories
# are held in how processes exchange calcium (Kozachkov, Slotine & Krotov 2025). Small sizes here,
# so that every cell takes seconds; `docs/associative_memory.md` has the full numbers.

# %%
# %matplotlib inline
from dataclasses import replace

import numpy as np
from matplotlib.figure import Figure

from analysis.memory.capacity import capacity_exponents, theory
from models.memory.activations import Activation
from models.memory.attention import positive_features, read_query, write_tokens
from models.memory.energy import energy
from models.memory.network import State, integrate, memory_network
from models.memory.transport import PatternTransport
from models.parameters import load_parameters
from paradigms.memory.associative_recall import simulate_recall
from paradigms.memory.memory_capacity import measure_capacity
from paradigms.memory.transport_block import simulate_block

rng = np.random.default_rng(0)
parameters = load_parameters(circuit="associative_memory")

# %% [markdown]
# ## Energy
#
# With rising activations and symmetric transport the energy cannot rise. Forty states, full
# dynamics, processes faster than the rest. With pools that give back other patterns than they
# collect there is no such law.

# %%
write, read = rng.standard_normal((2, 2, 4))
x, s, p = (rng.standard_normal((40, *shape)) for shape in ((4,), (4, 4), (4, 4)))
start = State(x, s + s.swapaxes(1, 2), p + p.swapaxes(1, 2))
curves = {}
for name, pools in (("symmetric", (write, write)), ("not symmetric", (write, read))):
    network = memory_network(parameters, PatternTransport(*pools, 480.0), "gradient")
    network = replace(network, psi=Activation("tanh"), tau_n=200.0, tau_s=200.0)
    seen = []
    integrate(
        network, start, 2e-5, 150, method="rk4",
        observe=lambda step, state, net=network, into=seen: into.append(energy(net, state).total),
    )
    curves[name] = np.array(seen)

figure = Figure(figsize=(8, 3), layout="constrained")
for axes, (name, curve) in zip(figure.subplots(1, 2), curves.items(), strict=True):
    axes.plot(0.02 * np.arange(len(curve)), curve - curve[0], lw=0.8)
    axes.set(xlabel="time (ms)", ylabel="energy, change", title=name)
figure

# %%
rise = {name: np.diff(curve, axis=0).max() for name, curve in curves.items()}
assert rise["symmetric"] <= 0 < rise["not symmetric"]
rise

# %% [markdown]
# ## Recalled images
#
# Digits, binarised, with 10 % of their bits flipped; the full dynamics recall them. Flip more than
# half, and the negative comes back: the energy does not know the sign.

# %%
recall = simulate_recall("digits", 10, 0.1, seed=2)
flipped = simulate_recall("digits", 10, 0.9, seed=2)
figure = Figure(figsize=(8, 4), layout="constrained")
panels = figure.subplots(4, 10)
for column in range(10):
    memory = int(recall["cue_memory"][column])
    for row, values in enumerate((
        recall["pattern"].values[memory],
        recall["cue_pattern"].values[column],
        np.sign(recall["x"].values[-1, column]),
        np.sign(flipped["x"].values[-1, column]),
    )):
        panels[row, column].imshow(values.reshape(8, 8), cmap="gray")
        panels[row, column].set_axis_off()
figure

# %%
signs = [int(np.sum(recall["sign"] == 1)), int(np.sum(flipped["sign"] == -1))]
assert min(signs) >= 18  # of 20 each
signs

# %% [markdown]
# ## Capacity
#
# The largest number of random patterns recalled from cues with 5 % flipped bits. The self-coupling
# that terms of T with repeated indices make pins whatever the cue is; without it the exponent is
# that of theory.

# %%
capacity = measure_capacity(
    sizes=(20, 40, 60), seed=3, overrides={"capacity.replicates": "3", "capacity.sets": "4"}
)
figure = Figure(figsize=(5, 4), layout="constrained")
axes = figure.add_subplot()
sizes = capacity["neurons"].values
for row, kind in enumerate(("pairwise", "astrocyte", "balanced")):
    axes.loglog(sizes, capacity["k_max"].values[row].mean(axis=1), "o-", label=kind)
axes.loglog(sizes, theory("astrocyte", sizes), "k--", label="N³/(30 ln N)")
axes.loglog(sizes, theory("pairwise", sizes), "k:", label="0.14 N")
axes.set(xlabel="neurons", ylabel="patterns recalled")
axes.legend()
figure

# %%
exponents = capacity_exponents(capacity)
assert exponents["balanced"].low > 2.3 > 1.3 > exponents["pairwise"].slope
exponents

# %% [markdown]
# ## Attention
#
# Transport that is the same between all processes conserves their total and makes the read-out
# self-attention with feature maps.

# %%
queries, keys, values = (rng.standard_normal(shape) for shape in ((5, 8), (9, 8), (9, 3)))
found, processes = read_query(
    write_tokens(positive_features(keys), values), positive_features(queries)
)
weights = positive_features(queries) @ positive_features(keys).T
expected = weights / weights.sum(axis=1, keepdims=True) @ values
difference = abs(found - expected).max()
assert difference < 1e-6
difference

# %% [markdown]
# ## Blocking transport
#
# Storage is learning on transported calcium. Blocked in recall: nothing is recalled, the memory is
# intact, and unblocking brings it back. Blocked in storage: nothing was stored.

# %%
block = simulate_block(seed=4, overrides={"storage.replicates": "2", "storage.n_neurons": "32"})
figure = Figure(figsize=(5, 3.5), layout="constrained")
axes = figure.add_subplot()
for name in ("dose_recall", "dose_storage"):
    axes.plot(block["dose"], block[name].mean("replicate"), "o-", label=name.replace("_", ": "))
axes.set(xlabel="share of transport blocked", ylabel="overlap of recall")
axes.legend()
figure

# %%
never, in_recall, again, in_storage = block["overlap"].mean("replicate").values
assert min(never, again) > 0.9 > 0.7 > max(in_recall, in_storage)
{"never": never, "recall": in_recall, "unblocked": again, "storage": in_storage}
