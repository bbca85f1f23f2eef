"""Synaptic release and gliotransmission against closed forms."""

from paradigms.references import release as reference_release


def missed(rows):
    return [f"{row.check}: {row.ours:.6g} for {row.reference:.6g}" for row in rows if not row.met]


def test_steady_release_of_regular_trains():
    rows = reference_release.steady_state_checks()
    assert len(rows) == 9
    assert missed(rows) == []


def test_gliotransmission_moves_release_as_published():
    rows = reference_release.transition_checks()
    assert missed(rows) == []
    first = {row.check: row.ours for row in rows if row.check.startswith("first release")}
    decreasing, increasing = first.values()
    assert decreasing < 0.6 < increasing
    ratio = {row.check: row.ours for row in rows if row.check.startswith("paired-pulse")}
    at_rest = reference_release.paired_pulse(0.6, 0.05, reference_release.numbers())
    decreasing, increasing = ratio.values()
    assert decreasing > 1 > at_rest > increasing


def test_random_input_passes_a_depressing_and_a_facilitating_synapse_differently():
    rows = reference_release.filtering_checks()
    assert len(rows) == 10
    assert missed(rows) == []


def test_one_release_event_binds_receptors_as_its_closed_form_says():
    rows = reference_release.receptor_checks()
    assert missed(rows) == []
