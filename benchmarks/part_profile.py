"""(h) What the functions of the generated program do, and the run that perf looks at."""

from __future__ import annotations

import re
import sys
from collections import Counter

# Function names of the program, first match wins.
KINDS = (
    (r"_run_(principal|other)_stateupdater", "cells: membrane and traces"),
    (r"_run_astrocyte_stateupdater", "astrocytes: differential equations"),
    (r"_run_gap_junction", "gap junctions"),
    (r"_run_hand_over", "hand-over from astrocytes to cells"),
    (r"_run_\w*_spike_thresholder", "thresholds"),
    (r"_run_\w*_spike_resetter", "resets"),
    (r"_run_tripartite\w*_pre_codeobject", "tripartite synapses: release and plasticity"),
    (r"_run_terminal\w*_pre_codeobject", "terminals on astrocytes"),
    (r"_run_(ampa|gaba)\w*_pre_codeobject", "static synapses"),
    (r"_run_(noradrenaline|dopamine)\w*_pre_codeobject", "noradrenaline and dopamine"),
    (r"_run_\w*_push_spikes", "queues of spikes"),
    (r"_run_(spikes|weights|astrocyte_traces)", "recording"),
    (r"_run_(afferent|drive)_codeobject", "afferent spikes"),
)


def shares(report: str) -> dict[str, float]:
    """Add up what ``perf report --children`` says about the functions of the program.

    Parameters
    ----------
    report : str
        Lines "children% self% object [.] symbol", in percent of all of the program; a function's
        share includes what it calls.

    Returns
    -------
    dict of str to float
        Percent of the program's time by kind, largest first; ``everything else`` is the loop over
        objects, writing, start and end.
    """
    found: Counter[str] = Counter()
    for line in report.splitlines():
        match = re.match(r"\s*([\d.]+)%\s+[\d.]+%\s.*\[\.\]\s+([\w:~@]+)", line)
        if match is None:
            continue
        share, symbol = float(match[1]), match[2]
        kind = next((kind for pattern, kind in KINDS if re.match(pattern, symbol)), None)
        if kind is not None:
            found[kind] += share
    result = dict(found.most_common())
    return {**result, "everything else": max(0.0, 100 - sum(result.values()))}


def main() -> None:
    """Run the program for so many simulated seconds, for perf to look at."""
    from benchmarks import fear

    fear.draw().run(float(sys.argv[1]))


if __name__ == "__main__":
    main()
