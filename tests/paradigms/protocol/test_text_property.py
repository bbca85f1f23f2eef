"""The text of a protocol says what the protocol is, also after interventions were added to it."""

from hypothesis import given
from hypothesis import strategies as st

from paradigms.protocol.files import Intervention, load_protocol, parse_intervention, parse_protocol
from paradigms.protocol.interventions import INTERVENTIONS

PLAN = load_protocol("quick_conditioning")
FREE = [row for row in INTERVENTIONS.values() if not row.permanent]

# What a user may have written in place of the last lines, or before them.
HEADS = ("", "\ufeff", "# mine\n", "intervention = []\n", 'intervention = [ {kind = "Gi", '
         'during = "night"}, ] # two\n', "set.plasticity.eta = 0\n",
         'set = { "lif.C_m" = "200 pF" }\n')  # fmt: skip
TAILS = ("", "\n\n\n", "# the end", "[set]\nplasticity.eta = 0 # no plasticity",
         '[[intervention]]\nkind = "Gq"\nduring = ["night"]', "[clock.other]\ntime_scale = 0.5\n",
         '[[intervention]]\nkind = "Gi"\nduring = "always"\n[set]\n', "\t")  # fmt: skip

times = st.floats(0, 1e4)


@st.composite
def texts(draw):
    head, tail = draw(st.sampled_from(HEADS)), draw(st.sampled_from(TAILS))
    if "=" in head and "[" in tail:  # TOML allows a table once
        tail = ""
    text = head + PLAN.text.rstrip("\n") + draw(st.sampled_from(["\n", "\n\n"])) + tail
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


@st.composite
def interventions(draw):
    row = draw(st.sampled_from(FREE))
    lock = draw(st.sampled_from(["", "cs", "us"]))
    during = draw(
        st.lists(st.sampled_from(PLAN.windows() if not lock else ["conditioning", "always"]),
                 min_size=1, max_size=3, unique=True)
    )  # fmt: skip
    return Intervention(
        row.kind,
        draw(st.floats(0, row.highest)),
        tuple(during),
        draw(st.sampled_from(row.targets)) if row.targets else "",
        lock,
        draw(st.floats(0, 1)) if lock else 0.0,
        draw(st.floats(0.1, 0.9)) if lock else 0.0,
        draw(times),
        draw(times),
    )


@given(texts(), st.lists(interventions(), max_size=4))
def test_text_put_together_reads_as_the_same_protocol_and_what_was_added(text, extra):
    protocol = parse_protocol(text, "mine.toml")
    longer = protocol.with_interventions(extra)
    again = parse_protocol(longer.text, "mine.toml")
    assert again == longer
    assert again.interventions == (*protocol.interventions, *extra)
    assert again.sessions == PLAN.sessions
    assert again.overrides == protocol.overrides
    # and once more, as a group's are added to those of the command line
    assert parse_protocol(longer.with_interventions(extra).text, "mine.toml").interventions == (
        *protocol.interventions, *extra, *extra,
    )  # fmt: skip


def test_what_is_added_to_a_shipped_protocol_stands_below_its_text_as_ever():
    item = parse_intervention("opto_silence:IL_P=0.5@night,renewal.cs_alone", PLAN)
    assert PLAN.with_interventions([item]).text == PLAN.text + (
        '\n[[intervention]]\nkind = "opto_silence"\ntarget = "IL_P"\ndose = 0.5\n'
        'during = ["night", "renewal.cs_alone"]\n'
    )
    assert PLAN.with_interventions([]) == PLAN
