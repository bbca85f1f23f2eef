"""Codes: which members of a pool answer to each stimulus, or to each context.

Each takes `code` members of the pool. A similarity that is named is met exactly; what is not named
has as few members in common as the named ones leave possible, which is none as a rule. Codes may
drift: all of a pool together, so that what they have in common stays what it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from paradigms.protocol.things import Context, Thing, drawing_order
from paradigms.protocol.values import ProtocolError, listed

Atom = tuple[bool, ...]
"""To which of the earlier things the members of a set belong: all of a set to the same."""

Takes = dict[Atom, int]
"""How many members of each atom a thing takes."""

BLOCK = 1024
"""Swaps that are drawn at once: as many however long the time, so that a longer one changes none
of those before."""


def check_codes(things: Sequence[Thing], pool: int, code: int, what: str, mend: str) -> None:
    """Refuse things whose codes cannot be drawn. Nothing here is random.

    Parameters
    ----------
    things : sequence of Stimulus or Context
        Of stimuli, conditioned ones alone.
    pool : int
        Members that there are.
    code : int
        Members that each takes.
    what : str
        Members of the pool by name, for the message: ``"sensory afferents"``.
    mend : str
        How to get more of them, for the message.

    Raises
    ------
    ProtocolError
        If the pool is too small, or similarities cannot hold together.
    """
    plan = _plan(drawing_order(things), code)
    needed = sum(takes[_fresh(takes)] for takes in plan)
    if needed > pool:
        noun = "contexts" if isinstance(things[0], Context) else "stimuli"
        raise ProtocolError(
            f"{noun} {listed([thing.name for thing in things])} "
            f"need {needed} of the {pool} {what}, {code} each but for what they have in common; "
            f"{mend}"
        )


def draw_codes(
    things: Sequence[Thing], pool: int, code: int, rng: Generator
) -> dict[str, NDArray[np.int64]]:
    """Draw the members of each thing.

    Parameters
    ----------
    things, pool, code
        As `check_codes` takes them.
    rng : numpy.random.Generator

    Returns
    -------
    dict of str to ndarray of int64, shape (code,)
        Members by name, sorted. A further thing at the end leaves those before it as they are.

    Raises
    ------
    ProtocolError
        As `check_codes`.
    """
    check_codes(things, pool, code, "members", "declare fewer, or more alike")
    order = drawing_order(things)
    belongs = np.zeros((pool, 0), bool)
    drawn: dict[str, NDArray[np.int64]] = {}
    for thing, takes in zip(order, _plan(order, code), strict=True):
        mine = np.zeros(pool, bool)
        for atom, count in takes.items():
            members = np.flatnonzero((belongs == np.array(atom, bool)).all(axis=1))
            mine[rng.choice(members, count, replace=False)] = True
        belongs = np.column_stack([belongs, mine])
        drawn[thing.name] = np.flatnonzero(mine).astype(np.int64)
    return drawn


def drifted(
    pool: int, rate: float, times: Sequence[float], rng: Generator
) -> NDArray[np.int64]:
    """Draw who stands, at later times, for what each member of a pool stood for at time 0.

    Pairs of members, all pairs alike, swap what they stand for, at a rate such that each member
    does so at `rate`. Of a code that has the share c of the pool,
    ``c + (1 - c)*exp(-rate*t*pool/(pool - 1))`` of the members are expected to be in it after t.

    Parameters
    ----------
    pool : int
    rate : float
        1/s.
    times : sequence of float
        Not falling, s. Those that follow a time change nothing of what is drawn for it.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of int64, shape (n_times, pool)
        A code at each time is this, indexed by the code.
    """
    stands_for = np.arange(pool)
    swaps = _swaps(pool, rate, rng)
    after, one, other = next(swaps)
    result = []
    for time in times:
        while after <= time:
            stands_for[[one, other]] = stands_for[[other, one]]
            after, one, other = next(swaps)
        result.append(np.argsort(stands_for))
    return np.array(result, np.int64).reshape(len(times), pool)


def _swaps(pool: int, rate: float, rng: Generator) -> Iterator[tuple[float, int, int]]:
    """When members swap, and which two, without end."""
    often = rate * pool / 2  # in each swap there are two
    now = 0.0
    while often and pool > 1:
        times = now + np.cumsum(rng.exponential(1 / often, BLOCK))
        one, other = rng.integers(pool, size=BLOCK), rng.integers(pool - 1, size=BLOCK)
        other += other >= one
        now = times[-1]
        yield from zip(times.tolist(), one.tolist(), other.tolist(), strict=True)
    yield np.inf, 0, 0


def _plan(order: Sequence[Thing], code: int) -> list[Takes]:
    """How many members each takes of what those before it have, and of what nobody has."""
    sizes: dict[Atom, int] = {}
    plan = []
    for number, thing in enumerate(order):
        fresh = (False,) * number
        # Nobody's members are as many as may be wanted: whether the pool has them is asked later
        sizes[fresh] = code
        takes = _takes(thing, [other.name for other in order[:number]], sizes, code)
        split: dict[Atom, int] = {}
        for atom, size in sizes.items():
            taken = takes.get(atom, 0)
            for mine, count in ((True, taken), (False, size - taken)):
                if count and (mine or atom != fresh):
                    split[(*atom, mine)] = count
        sizes = split
        plan.append(takes)
    return plan


def _takes(thing: Thing, earlier: list[str], sizes: dict[Atom, int], code: int) -> Takes:
    """Solve how many members of each atom a thing takes."""
    atoms = sorted(sizes)
    belongs = np.array(atoms, bool).reshape(len(atoms), len(earlier))
    similar = dict(thing.similar_to)
    unnamed = [k for k, name in enumerate(earlier) if name not in similar]
    # First as little as possible in common with the unnamed; of equals, what spares the pool
    cost = belongs[:, unnamed].sum(axis=1) * (code + 1) + ~belongs.any(axis=1)
    rows = [np.ones(len(atoms)), *(belongs[:, earlier.index(name)] for name in similar)]
    wanted = [code, *(round(share * code) for share in similar.values())]
    found = milp(
        cost, integrality=np.ones(len(atoms)),
        bounds=Bounds(0, np.array([sizes[atom] for atom in atoms])),
        constraints=LinearConstraint(np.array(rows, float), wanted, wanted),
    )  # fmt: skip
    if found.x is None:
        shares = ", ".join(f"{name} = {share:g}" for name, share in similar.items())
        raise ProtocolError(
            f"{thing.name}: similar_to {{ {shares} }} cannot hold together, with what these have "
            "in common with each other; lower one, or make them more alike"
        )
    counts = np.rint(found.x).astype(int)
    return {atom: int(count) for atom, count in zip(atoms, counts, strict=True)}


def _fresh(takes: Takes) -> Atom:
    """Return the atom of members that nobody has."""
    return next(atom for atom in takes if not any(atom))
