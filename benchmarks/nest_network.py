"""NEST's nearest network, run by a Python that has NEST: ``python nest_network.py MS SEED``.

800 excitatory and 200 inhibitory adaptive cells, excitatory connections by `tripartite_connect`
with depressing Tsodyks synapses, 250 `astrocyte_lr_1994` that give a slow inward current back.
Prints one line of JSON: what there was, what happened, and the processor time of the simulation.
"""

from __future__ import annotations

import json
import sys
import time

import nest

N_E, N_I, N_A = 800, 200, 250
P_CONNECT = 0.1
# Chosen: cells fire at about 4 Hz, as in the other networks.
W_E, W_I, W_NOISE, RATE = 0.4, -4.0, 1.2, 1040.0
CELL = {"I_e": 0.0, "tau_syn_ex": 2.0, "tau_syn_in": 4.0, "b": 40.0}
ASTROCYTE = {"IP3": 0.4, "delta_IP3": 0.5, "tau_IP3": 2000.0}


def build(seed: int) -> tuple[object, object]:
    """Build the network; return the recorder of spikes and all cells."""
    nest.ResetKernel()
    nest.set(resolution=0.1, local_num_threads=1, rng_seed=seed, print_time=False)
    excitatory = nest.Create("aeif_cond_alpha_astro", N_E, params=CELL)
    inhibitory = nest.Create("aeif_cond_alpha_astro", N_I, params=CELL)
    astrocytes = nest.Create("astrocyte_lr_1994", N_A, params=ASTROCYTE)
    cells = excitatory + inhibitory
    depressing = {
        "synapse_model": "tsodyks_synapse", "weight": W_E, "delay": 1.0,
        "tau_psc": 2.0, "tau_fac": 300.0, "tau_rec": 500.0, "U": 0.6,
    }
    nest.TripartiteConnect(
        excitatory, cells, astrocytes,
        conn_spec={"rule": "pairwise_bernoulli", "p": P_CONNECT},
        third_factor_conn_spec={"rule": "third_factor_bernoulli_with_pool", "p": 1.0,
                                "pool_size": 1, "pool_type": "block"},
        syn_specs={
            "primary": depressing,
            "third_in": {"synapse_model": "tsodyks_synapse", "weight": 1.0, "delay": 1.0,
                         "tau_psc": 2.0, "tau_fac": 300.0, "tau_rec": 500.0, "U": 0.6},
            "third_out": {"synapse_model": "sic_connection", "weight": 1.0, "delay": 1.0},
        },
    )
    nest.Connect(
        inhibitory, cells, {"rule": "pairwise_bernoulli", "p": P_CONNECT},
        {"synapse_model": "tsodyks_synapse", "weight": W_I, "delay": 1.0,
         "tau_psc": 4.0, "tau_fac": 300.0, "tau_rec": 500.0, "U": 0.6},
    )
    noise = nest.Create("poisson_generator", params={"rate": RATE})
    nest.Connect(noise, cells, "all_to_all", {"weight": W_NOISE, "delay": 1.0})
    recorder = nest.Create("spike_recorder")
    nest.Connect(cells, recorder)
    return recorder, cells


def main() -> None:
    """Build, warm up, simulate and print."""
    milliseconds, seed = float(sys.argv[1]), int(sys.argv[2])
    nest.verbosity = nest.VerbosityLevel.ERROR
    recorder, cells = build(seed)
    counts = {
        name: nest.GetDefaults(name)["num_connections"]
        for name in ("tsodyks_synapse", "sic_connection", "static_synapse")
    }
    nest.Simulate(100.0)
    before, spikes = time.process_time(), recorder.n_events
    nest.Simulate(milliseconds)
    cpu = time.process_time() - before
    rate = (recorder.n_events - spikes) / len(cells) / milliseconds * 1e3
    sys.stdout.write(
        "RESULT "
        + json.dumps({"cpu_s": cpu, "rate_Hz": rate, "astrocytes": N_A, "cells": len(cells),
                      "version": nest.__version__, **counts})
        + "\n"
    )


if __name__ == "__main__":
    main()
