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
# # Astrocytes as a trace of days
#
# Dewa et al. 2025: neurons learn, and astrocytes decide what stays. After an emotional event
# receptors for noradrenaline grow in astrocytes over a day; at recall noradrenaline and the engram
# of the domain together recruit some of them, and what these secrete saves the memory that recall
# has made labile. So an animal whose astrocytes cannot hear noradrenaline passes the first recall
# and fails the second.
#
# Two small animals of one tuning seed, the same wiring, with beta receptors uncoupled in one.
# **It shows what is measured, and is no evidence**: an animal of this size has a few dozen
# astrocytes. `docs/astrocyte_trace.md` says what is asked of cohorts.

# %%
# %matplotlib inline
import numpy as np
from matplotlib.figure import Figure

from analysis.cohort.courses import courses_of
from analysis.figures.style import legend, tidy, words
from analysis.figures.trace import draw_maps
from analysis.trace.clustering import clustering
from analysis.trace.life import recalls, sessions_of
from analysis.trace.persistence import persistence
from analysis.trace.recruitment import density_course, share, shared_by
from paradigms.cohort.groups import load_groups
from paradigms.protocol.files import load_protocol
from paradigms.run.simulate import simulate

plan = load_protocol("astrocyte_trace")
groups = load_groups("astrocyte_trace")[:2]
for group in groups:
    print(f"{group.name:12s} {', '.join(group.intervene) or 'nothing'}")

# %% [markdown]
# ## Days in the life of an animal
#
# Nights are simulated with a clock that runs a day in 50 s. `sessions_of` gives every session that
# has trials, by when it is in the animal's own life.

# %%
animals = {
    group.name: simulate(group.protocol(plan), seed=1, size=250, overrides=group.overrides)
    for group in groups
}
control, other = animals.values()
sessions = sessions_of(control)
for session in sessions:
    what = "shocked" if session.aversive else ""
    print(f"{session.name:14s} day {session.born / 86400:5.2f}  {what}")

# %% [markdown]
# ## What lasts
#
# Freezing of every recall over the days since learning; open where nothing aversive ever came.

# %%
figure = Figure(figsize=(7, 3.2), layout="constrained")
axes = figure.add_subplot()
for k, (name, animal) in enumerate(animals.items()):
    found = persistence(animal)
    for danger in (True, False):
        own = found.dangerous == danger
        axes.plot(
            found.day[own], found.freezing[own], "o-" if danger else "o:", color=f"C{k}",
            mfc=f"C{k}" if danger else "white", label=words(name) if danger else None,
        )
axes.set_ylim(-3, 103)
tidy(axes, "Freezing of recalls", "days of life since learning", "freezing (%)")
legend(axes)
figure

# %% [markdown]
# ## What grows, and what recall makes
#
# Receptors, cyclic AMP, recruitment and factor from hour to hour, means over astrocytes.

# %%
figure = Figure(figsize=(10, 2.6), layout="constrained")
for axes, variable in zip(figure.subplots(1, 4), courses_of(control), strict=True):
    for name, animal in animals.items():
        course = courses_of(animal)[variable]
        axes.plot((np.arange(len(course)) + 0.5) / 24, course, lw=1.1, label=words(name))
    tidy(axes, words(variable), "days of life")
legend(axes)
figure

# %%
course = density_course(control, [0, 0.25, 1, 2, 4, 6])
for day, mean, high in zip(course.day, course.mean, course.high, strict=True):
    print(f"day {day:4.2f}: density {mean:.3f}, {high:3.0f} % of astrocytes with many")
print("highest on day", course.peak)

# %% [markdown]
# ## Whom sessions recruit, and where
#
# An astrocyte counts as recruited if its recruitment passes one half within six hours of the
# session's start. Rings are domains that hold cells of the session's engram.

# %%
figure = Figure(figsize=(12, 2.8))
draw_maps(figure.subplots(1, 6).tolist(), control)
figure

# %%
for session in sessions:
    found = clustering(control, session)
    print(
        f"{session.name:14s} {share(control, session):5.1f} % recruited, with the engram "
        f"r = {found.engram_r:5.2f}, neighbours alike I = {found.moran.value:5.2f} "
        f"(P = {found.moran.p:.3f})"
    )

# %% [markdown]
# ## Whether they come again
#
# Shared between recalls beyond chance, over the most that could be: 1 is the same ensemble, 0 what
# chance gives.

# %%
again = shared_by(control, recalls(sessions))
for name, row in zip(again.sessions, again.beyond, strict=True):
    print(f"{name:14s}", " ".join(f"{value:6.2f}" for value in row))

# %% [markdown]
# ## The real cohort
#
# ```
# astrogram reproduce astrocyte_trace
# ```

# %%
assert again.sessions == tuple(session.name for session in recalls(sessions))
assert all(np.isfinite(persistence(animal).freezing).all() for animal in animals.values())
