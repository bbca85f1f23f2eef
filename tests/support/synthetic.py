"""A small dataset whose truth is known: planted cells, calcium responses and freezing."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from analysis.dataset.schema import assemble, labels
from analysis.dataset.table import ATTRIBUTES, VARIABLES

SPEED = 10.0
CS, GAP, LEAD = 3.0, 6.0, 6.0
US = 0.2
READOUT = {
    "readout.cem_threshold": {"value": 20.0, "unit": "Hz"},
    "readout.bin": {"value": 5.0, "unit": "second"},
    "readout.sample": {"value": 1.0, "unit": "second"},
    "readout.tau": {"value": 50.0, "unit": "ms"},
    "plasticity.w_min": {"value": 0.1, "unit": "1"},
    "plasticity.w_max": {"value": 6.0, "unit": "1"},
}
#: session, stage, context, trials, cs, us
SESSIONS = (
    ("conditioning", "before_conditioning", "A", 5, False, False),
    ("conditioning", "conditioning", "A", 3, True, True),
    ("extinction_1", "extinction_1", "B", 25, True, False),
    ("extinction_2", "extinction_2", "B", 25, True, False),
    ("retrieval", "retrieval", "B", 5, True, False),
    ("renewal", "renewal", "A", 5, True, False),
)
#: planted share of frozen 5-s bins by stage: first and last trial
FREEZING = {
    "before_conditioning": (0.0, 0.0),
    "conditioning": (1 / 3, 5 / 6),
    "extinction_1": (5 / 6, 1 / 2),
    "extinction_2": (1 / 2, 1 / 3),
    "retrieval": (1 / 3, 1 / 3),
    "renewal": (5 / 6, 5 / 6),
}
CELLS = {
    "BLA_P": 120, "BLA_PV": 10, "BLA_SOM": 8, "PL_P": 20, "PL_I": 5, "IL_P": 20, "IL_I": 5,
    "ITC": 8, "CeL_on": 6, "CeL_off": 6, "CeM": 10, "LC": 4, "VTA": 4,
}  # fmt: skip
ROLE = {"BLA_P": "memory", "CeM": "output", "LC": "modulator", "VTA": "modulator"}
TRANSMITTER = {
    "BLA_P": "glutamate", "PL_P": "glutamate", "IL_P": "glutamate", "LC": "noradrenaline",
    "VTA": "dopamine",
}  # fmt: skip
RATES = {"BLA_P": 3.0, "PL_P": 3.0, "IL_P": 3.0, "CeM": 2.0}


@dataclass(frozen=True)
class Truth:
    """What was planted; cells as indices of neurons, astrocytes as indices of astrocytes."""

    fear: NDArray[np.int_]
    extinction: NDArray[np.int_]
    always: NDArray[np.int_]
    inhibited: NDArray[np.int_]
    plain: NDArray[np.int_]
    freezing: NDArray[np.float64]
    kept: NDArray[np.int_]
    lost: NDArray[np.int_]
    gained: NDArray[np.int_]
    never: NDArray[np.int_]


def _timeline() -> dict[str, list]:
    t = 0.0
    out: dict[str, list] = {k: [] for k in ("trials", "phases")}
    last = None
    for session, stage, context, count, cs, us in SESSIONS:
        if session != last:
            if last is not None:
                out["phases"].append(("offline", f"night_{len(out['phases'])}", "none", "none", t,
                                      t + 4.0, 86400.0 / 4.0))  # fmt: skip
                t += 4.0
            last = session
        start = t
        t += LEAD
        for index in range(count):
            us_on = t + CS - US if us else np.nan
            out["trials"].append((t, t + CS, us_on, us_on + US, cs, context, stage, session,
                                  index // 5, index, index / max(count - 1, 1)))  # fmt: skip
            t += CS + GAP
        out["phases"].append((stage, session, context, stage, start, t, SPEED))
    return out


def _poisson(rng, rate: float, start: float, stop: float, cells) -> tuple[list, list]:
    counts = rng.poisson(rate * (stop - start), len(cells))
    return (
        rng.uniform(start, stop, counts.sum()).tolist(),
        np.repeat(np.asarray(cells, dtype=int), counts).tolist(),
    )


def synthetic(
    seed: int = 1,
    bla: int = 120,
    astrocytes: int = 12,
    interventions: tuple[tuple[str, float, float, float], ...] = (),
) -> tuple[xr.Dataset, Truth]:
    """Build the dataset and its truth.

    Of the BLA principal cells 10 % each are fear cells (CS response falls over extinction and
    returns at renewal), extinction cells (the opposite), always excited, and inhibited.
    """
    rng = np.random.default_rng(seed)
    sizes = {**CELLS, "BLA_P": bla}
    population = np.repeat(list(sizes), list(sizes.values()))
    first = dict(zip(sizes, np.cumsum([0, *sizes.values()])[:-1], strict=True))
    tenth = max(bla // 10, 1)
    groups = [np.arange(k * tenth, (k + 1) * tenth) for k in range(4)]
    plain = np.arange(4 * tenth, bla)
    timeline = _timeline()
    trials = timeline["trials"]
    duration = timeline["phases"][-1][5]

    when: list[float] = []
    who: list[int] = []

    def fire(rate, start, stop, cells):
        a, b = _poisson(rng, rate, start, stop, cells)
        when.extend(a)
        who.extend(b)

    for name, count in sizes.items():
        cells = np.arange(first[name], first[name] + count)
        if name == "BLA_P":
            cells = np.setdiff1d(cells, groups[3])
        fire(RATES.get(name, 5.0), 0.0, duration, cells)
    edge = 0.0
    freezing = np.empty(len(trials))
    cem = np.arange(first["CeM"], first["CeM"] + sizes["CeM"])
    for number, trial in enumerate(trials):
        start, stop, us_on, _us_off, cs, _, stage, _, _, _, progress = trial
        low, high = FREEZING[stage]
        bins = round(6 * (low + (high - low) * progress))
        freezing[number] = 100.0 * bins / 6
        width = (stop - start) / 6
        fire(40.0, start, start + bins * width, cem)
        fire(3.0, edge, start, groups[3])  # inhibited cells pause in the CS
        if not cs:
            fire(3.0, start, stop, groups[3])
        edge = stop
        if cs:
            afraid = freezing[number] / 100.0 if stage != "conditioning" else 0.0
            fire(12.0 * afraid, start, stop, groups[0])
            calm = 1.0 - afraid if stage not in ("conditioning", "before_conditioning") else 0.0
            fire(12.0 * max(calm - 0.2, 0.0), start, stop, groups[1])
            fire(9.0, start, stop, groups[2])
    fire(3.0, edge, duration, groups[3])

    # calcium: a bump in the CS, by stage and class of astrocyte; a large one after the US
    step = 0.1
    time = np.arange(0.0, duration, step)
    calcium = 0.1 + 0.004 * rng.standard_normal((astrocytes, time.size))
    kinds = np.arange(astrocytes) % 4  # kept, lost, gained, never
    for number, (start, stop, us_on, _us_off, cs, _, stage, *_rest) in enumerate(trials):
        inside = (time >= start) & (time < stop)
        if not cs:
            continue
        if stage == "conditioning":
            calcium[:, (time >= us_on) & (time < us_on + CS)] += 0.8
            continue
        late = stage in ("extinction_2", "retrieval")
        size = 0.1 + 0.3 * freezing[number] / 100.0
        respond = (kinds == 0) | ((kinds == 1) & (not late)) | ((kinds == 2) & late)
        calcium[np.ix_(respond, inside)] += size
    n = population.size
    order = np.argsort(when)
    event = np.sort(rng.uniform(0, duration, 40))
    pathway = np.repeat(["sensory", "DG", "BLA_P"], [25, 50, 25])
    weight_time = np.array([0.0, *(p[5] for p in timeline["phases"])])
    early = rng.normal(0, 0.05, (100, weight_time.size))
    late_weight = np.linspace(0, 0.3, weight_time.size) * rng.random((100, 1))
    columns = list(zip(*trials, strict=True))
    phases = list(zip(*timeline["phases"], strict=True))
    steps = np.linspace(0, 600, n)
    dataset = assemble(
        {
            "spike_time": np.asarray(when)[order], "spike_neuron": np.asarray(who)[order],
            "population": population,
            "region": [name.partition("_")[0] for name in population],
            "role": [ROLE.get(name, "") for name in population],
            "transmitter": [TRANSMITTER.get(name, "GABA") for name in population],
            "projection": np.where(population == "BLA_P",
                                   np.array(["PL", "IL", "CeA"])[np.arange(n) % 3], "none"),
            "neuron_position": np.stack([steps, steps[::-1]], axis=1),
            "domain": np.where(population == "BLA_P",
                               np.arange(n) % astrocytes if astrocytes else -1, -1),
            "astrocyte_position": np.stack([np.arange(astrocytes) * 50.0] * 2, axis=1),
            "time": time, "calcium": calcium, "ip3": calcium * 5, "gate": calcium / 2,
            "presynaptic_receptor": calcium / 3, "noradrenaline": 0.3 + calcium * 2,
            "cAMP": calcium * 0.4, "receptor_density": calcium * 0.8,
            "recruitment": calcium * 0.6, "factor": calcium * 0.5, "lability": calcium * 0.7,
            "astrocyte_tag": calcium * 0.2,
            "event_time": event if astrocytes else event[:0],
            "event_astrocyte": rng.integers(0, max(astrocytes, 1), 40 if astrocytes else 0),
            "synapse_pathway": pathway, "synapse_pre": np.arange(100),
            "synapse_post": rng.integers(0, bla, 100), "weight_time": weight_time,
            "weight": 0.5 + early + late_weight, "weight_early": early,
            "weight_late": late_weight, "weight_labile": late_weight * 0.3,
            "trial_start": columns[0], "trial_stop": columns[1], "us_on": columns[2],
            "us_off": columns[3], "trial_cs": columns[4], "trial_context": columns[5],
            "trial_stage": columns[6], "trial_session": columns[7], "trial_block": columns[8],
            "trial_index": columns[9], "bin": np.arange(6) * 0.5, "freezing": freezing,
            "freezing_bin": np.where(
                np.arange(6) < np.round(freezing * 6 / 100)[:, None], 100.0, 0.0),
            "phase_name": phases[0], "phase_session": phases[1], "phase_context": phases[2],
            "phase_stage": phases[3], "phase_start": phases[4], "phase_stop": phases[5],
            "phase_dilation": phases[6],
            "intervention_kind": np.array([row[0] for row in interventions], dtype=str),
            "intervention_dose": np.array([row[1] for row in interventions]),
            "intervention_start": np.array([row[2] for row in interventions]),
            "intervention_stop": np.array([row[3] for row in interventions]),
        },
        {
            "title": "Synthetic fear extinction", "protocol": "fear_extinction",
            "clock": "compressed", "speed": SPEED, "seed": seed, "size": n,
            "device": "none", "versions": json.dumps({"numpy": np.__version__}),
            "git_commit": "0" * 40, "created": "2026-01-01T00:00:00Z", "wall_time_s": 0.0,
            "parameters": json.dumps(READOUT), "parameters_hash": "0" * 16,
            "protocol_toml": "name = 'fear_extinction'", "summary": "planted responses",
        },
    )  # fmt: skip
    kept, lost, gained, never = (np.flatnonzero(kinds == k) for k in range(4))
    return dataset, Truth(*groups, plain, freezing, kept, lost, gained, never)


def without(dataset: xr.Dataset, *facets: str) -> xr.Dataset:
    """Return the dataset without some facets; without the model it is a recording."""
    dropped = [row.name for row in VARIABLES if row.facet in facets and row.name in dataset]
    found = dataset.drop_vars(dropped)
    if "model" in facets:
        for row in ATTRIBUTES:
            if not row.always:
                found.attrs.pop(row.name, None)
        found.attrs["source"] = "recording"
    return found


def imaged(dataset: xr.Dataset, step: float = 0.25) -> xr.Dataset:
    """Return what a microscope sees of a dataset: its spikes as dF/F, and freezing; no model."""
    duration = float(dataset["phase_stop"].values.max())
    edges = np.arange(0.0, duration + step, step)
    cells = np.arange(dataset.sizes["neuron"] + 1) - 0.5
    who, when = dataset["spike_neuron"].values, dataset["spike_time"].values
    activity = np.histogram2d(who, when, (cells, edges))[0] / step / 10.0 - 0.2
    rows = [row.name for row in VARIABLES if row.facet in ("trials", "behaviour")]
    trials = [name for name in rows if name in dataset]
    arrays = {name: dataset[name].values for name in trials}
    arrays |= {
        name: labels(dataset[name]) for name in trials if "flag_values" in dataset[name].attrs
    }
    return assemble(
        {
            **arrays,
            "population": labels(dataset["population"]), "role": labels(dataset["role"]),
            "activity": activity, "activity_time": edges[:-1] + step / 2,
        },
        {"title": "Imaged fear extinction"},
    )  # fmt: skip
