"""Codes: exact sizes, exact overlaps, nothing in common that nobody named, the same ever after."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paradigms.protocol.codes import check_codes, draw_codes, drifted
from paradigms.protocol.plan import Context, Stimulus
from paradigms.protocol.things import drawing_order
from paradigms.protocol.values import ProtocolError

MEND = "raise afferent.n_CS"


def tone(name, **similar):
    return Stimulus(name, similar_to=tuple(similar.items()))


def drawn(things, pool=1000, code=100, seed=1):
    return draw_codes(things, pool, code, np.random.default_rng(seed))


def common(codes, one, other):
    return len(np.intersect1d(codes[one], codes[other]))


def refusal(things, pool=1000, code=100, what="sensory afferents"):
    with pytest.raises(ProtocolError) as caught:
        check_codes(things, pool, code, what, MEND)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def test_codes_are_of_the_pool_sorted_and_apart():
    codes = drawn([tone("a"), tone("b"), tone("c")], pool=300)
    assert list(codes) == ["a", "b", "c"]
    for members in codes.values():
        assert members.dtype == np.int64
        assert len(members) == 100
        assert np.all(np.diff(members) > 0)
    assert sorted(np.concatenate(list(codes.values()))) == list(range(300))


def test_named_similarities_are_met_exactly_and_others_are_as_small_as_can_be():
    codes = drawn([tone("a"), tone("b", a=0.4), tone("c", a=0.3, b=0.5), tone("d")])
    assert common(codes, "a", "b") == 40
    assert common(codes, "a", "c") == 30
    assert common(codes, "b", "c") == 50
    assert [common(codes, "d", other) for other in "abc"] == [0, 0, 0]
    # b has 80 of a, so c, which has 80 of b, must have 60 of a
    codes = drawn([tone("a"), tone("b", a=0.8), tone("c", b=0.8)])
    assert common(codes, "a", "c") == 60


def test_similarity_of_one_and_of_none():
    codes = drawn([tone("a"), tone("b", a=1), tone("c", a=0)])
    assert codes["a"].tolist() == codes["b"].tolist()
    assert common(codes, "a", "c") == 0


def test_things_come_after_those_that_they_resemble():
    things = [tone("c", d=0.5), tone("a"), tone("d"), tone("b")]
    assert [thing.name for thing in drawing_order(things)] == ["a", "d", "c", "b"]
    with pytest.raises(ProtocolError, match="goes in a circle .*; say it once, in the later"):
        drawing_order([tone("a", b=0.5), tone("b", a=0.5)])


def test_a_pool_that_is_too_small_is_refused_with_numbers():
    assert refusal([tone(name) for name in "abc"], pool=250) == (
        "stimuli a, b, c need 300 of the 250 sensory afferents, 100 each but for what they have "
        "in common; raise afferent.n_CS"
    )
    check_codes([tone("a"), tone("b", a=0.5), tone("c")], 250, 100, "sensory afferents", MEND)
    places = [Context("A"), Context("B")]
    line = refusal(places, 199, 100, "place cells")
    assert "contexts A, B need 200 of the 199 place cells" in line
    with pytest.raises(ProtocolError, match="need 200 of the 150 members"):
        drawn(places, pool=150)
    many = [tone(f"s{number}") for number in range(64)]
    assert "need 6400 of the 6399 sensory afferents" in refusal(many, 6399)
    check_codes(many, 6400, 100, "sensory afferents", MEND)
    check_codes([], 0, 100, "sensory afferents", MEND)


@pytest.mark.parametrize(
    "things",
    [
        [tone("a"), tone("b"), tone("c", a=0.6, b=0.6)],
        [tone("a"), tone("b", a=1), tone("c", a=1, b=0)],
        [tone("a"), tone("b", a=0.9), tone("c", a=0.9, b=0.1)],
    ],
)
def test_similarities_that_cannot_hold_together_are_refused(things):
    line = refusal(things)
    assert line.startswith("c: similar_to { a = ")
    assert "cannot hold together" in line


@st.composite
def families(draw):
    """Things of which some resemble earlier ones; a code of each is made of theirs."""
    code = draw(st.integers(1, 40))
    things = []
    for number in range(draw(st.integers(1, 6))):
        others = draw(st.lists(st.sampled_from(things), max_size=2, unique=True)) if things else []
        shares = [draw(st.floats(0, 1)) for _ in others]
        similar = tuple((o.name, share) for o, share in zip(others, shares, strict=True))
        things.append(Stimulus(f"s{number}", similar_to=similar))
    return things, code


def possible(things, pool, code):
    try:
        check_codes(things, pool, code, "afferents", MEND)
    except ProtocolError:
        return False
    return True


@given(families(), st.integers(0, 99))
def test_sizes_and_named_overlaps_are_exact_whatever_is_asked(family, seed):
    things, code = family
    pool = 6 * code
    if not possible(things, pool, code):
        with pytest.raises(ProtocolError):
            drawn(things, pool, code, seed)
        return
    codes = drawn(things, pool, code, seed)
    for thing in things:
        members = codes[thing.name]
        assert len(np.unique(members)) == code
        assert 0 <= members.min() <= members.max() < pool
        for other, share in thing.similar_to:
            assert common(codes, thing.name, other) == round(share * code)


@given(families(), st.integers(0, 99))
def test_a_further_thing_at_the_end_changes_nothing_of_those_before(family, seed):
    things, code = family
    pool = 7 * code
    more = [*things, Stimulus("later", similar_to=((things[0].name, 0.5),))]
    if not possible(more, pool, code):
        return
    before, after = drawn(things, pool, code, seed), drawn(more, pool, code, seed)
    for name, members in before.items():
        np.testing.assert_array_equal(after[name], members)


# ---- drift ---------------------------------------------------------------------------------------

DAY = 86400.0
RATE = 0.03 / DAY


def later(*days, pool=400, rate=RATE, seed=1):
    return drifted(pool, rate, [day * DAY for day in days], np.random.default_rng(seed))


def test_a_code_loses_members_at_the_rate_of_its_drift_and_chance_brings_some_back():
    days, animals = np.array([0.0, 1, 7, 21, 60, 400]), 300
    code = np.arange(60)
    kept = np.mean([np.isin(later(*days, seed=seed)[:, code], code) for seed in range(animals)],
                   axis=(0, 2))  # fmt: skip
    share = 60 / 400
    wanted = share + (1 - share) * np.exp(-RATE * days * DAY * 400 / 399)
    assert kept[0] == 1
    # members of a code leave hardly more alike than apart
    spread = np.sqrt(wanted * (1 - wanted) / (60 * animals))
    assert np.all(np.abs(kept - wanted) <= 5 * spread)
    assert kept[3] == pytest.approx(0.602, abs=0.02)


def test_what_codes_have_in_common_stays_exactly_what_it_is():
    codes = drawn([tone("a"), tone("b", a=0.4), tone("c", a=0.3, b=0.5), tone("d")])
    for now in later(1, 30, 1000, pool=1000):
        assert sorted(now) == list(range(1000))
        for one in codes:
            for other in codes:
                assert len(np.intersect1d(now[codes[one]], now[codes[other]])) == common(
                    codes, one, other
                )


@given(st.lists(st.floats(0, 60), min_size=1, max_size=6), st.integers(0, 99))
def test_what_has_drifted_by_a_day_does_not_hang_on_what_else_is_asked(days, seed):
    days = sorted(days)
    whole = later(*days, 400, seed=seed)
    for number, day in enumerate(days):
        assert np.array_equal(later(day, seed=seed)[0], whole[number])


def test_fast_drift_takes_more_swaps_than_are_drawn_at_once_and_forgets_all():
    (now,) = later(30, rate=10 / DAY)  # some 60,000 swaps
    assert np.array_equal(now, later(1, 7, 30, 31, rate=10 / DAY)[2])
    assert np.count_nonzero(now == np.arange(400)) < 8  # one by chance


@pytest.mark.parametrize(("pool", "rate"), [(400, 0.0), (1, RATE)])
def test_nothing_drifts_without_a_rate_or_a_partner(pool, rate):
    assert np.array_equal(later(0, 1000, pool=pool, rate=rate), 2 * [list(range(pool))])
    assert later(pool=pool, rate=rate).shape == (0, pool)
