"""Both sides are edited before the sync has worked: of one property the later edit stands, of two both survive."""

from __future__ import annotations

from collections.abc import Iterator

from qa_sync.checklist.model import Carries, Check, Claim, Edit, Expect, Pause, Side, Step
from qa_sync.checklist.samples.edit_rounds import Pairs, given, one_each, rounds_of, units
from qa_sync.checklist.scenarios.context import Brief
from qa_sync.dataflow.model import StatementKind
from qa_sync.frozen import dataclass

PAUSE_S = 2.0
"""Between two edits of which one must be the later: most systems tell the time of a change in whole seconds."""

ORDERS = ((Side.SOURCE, 5), (Side.TARGET, 7))
"""The side that is edited first, and in which version; the other follows with the next."""
BEFORE = 4
INDEPENDENT = 9

Checks = tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Contest:
    """The checks, and the steps that decide them on a pair that is already linked."""

    checks: Checks
    steps: tuple[Step, ...]


def contest(brief: Brief, directed: tuple[Checks, Checks]) -> Contest:
    """Return `newest-wins` (both orders) and `independent`; `directed` are the checks of single edits, each way."""
    forward, backward = (tuple(c.pair for c in checks if c.pair and not c.skip) for checks in directed)
    newest = _newest(brief, tuple(p for p in forward if p in backward))
    apart = _independent(brief, forward, backward)
    return Contest((*newest.checks, *apart.checks), (*newest.steps, *apart.steps))


def _newest(brief: Brief, pairs: Pairs) -> Contest:
    if brief.settings.policies.conflict == "unchecked":
        return Contest((), ())
    telling = _telling(brief, one_each(pairs))
    skip = brief.linking.why_not or _nobody_tells(brief)
    if not skip and not telling:
        skip = "no property can be edited on both sides, with three different values in turn"
    check = brief.check(
        "newest-wins", "of two edits the later one stands on both sides", brief.line(StatementKind.KEEP), skip=skip
    )
    steps = () if skip else tuple(s for first, version in ORDERS for s in _order(brief, check, telling, first, version))
    return Contest((check,), steps)


def _nobody_tells(brief: Brief) -> str | None:
    silent = [str(brief.ends.entity(side)) for side in Side if brief.ends.card(side).modified is None]
    return (
        f"{' and '.join(silent)} does not tell when it changed, so no edit is known to be the later" if silent else None
    )


def _order(brief: Brief, check: Check, pairs: Pairs, first: Side, version: int) -> Iterator[Step]:
    for side, at in ((first, version), (first.other, version + 1)):
        yield Pause(PAUSE_S)
        yield Edit("subject", side, brief.edited("update", "subject", side, pairs, at))
    yield Expect(tuple((check.id, Carries("subject", first, pair)) for pair in pairs), wait=True)


def _telling(brief: Brief, pairs: Pairs) -> Pairs:
    """Return the pairs of which each edit differs from what was there and from the other side's."""
    telling = pairs
    for first, version in ORDERS:
        looks = ((Side.TARGET, version - 1), (first, version), (first.other, version + 1))
        edits = [(side, brief.edited("update", "subject", side, pairs, at)) for side, at in looks]
        telling = tuple(p for p in telling if len({str(made[given(p, side)]) for side, made in edits}) == len(edits))
    return telling


def _independent(brief: Brief, forward: Pairs, backward: Pairs) -> Contest:
    ours, theirs = _shared_out(brief, forward, backward)
    skip = brief.linking.why_not
    if not skip and not (ours and theirs):
        skip = "there are no two properties of which one can be edited on each side"
    check = brief.check(
        "independent",
        "edits of different properties on both sides both survive",
        brief.line(StatementKind.KEEP),
        skip=skip,
    )
    if skip:
        return Contest((check,), ())
    edits = ((Side.SOURCE, ours), (Side.TARGET, theirs))
    claims: tuple[tuple[str | None, Claim], ...] = tuple(
        (check.id, Carries("subject", side.other, pair)) for side, pairs in edits for pair in pairs
    )
    steps: tuple[Step, ...] = (
        Pause(PAUSE_S),
        *(Edit("subject", s, brief.edited("update", "subject", s, pairs, INDEPENDENT)) for s, pairs in edits),
        Expect(claims, wait=True),
    )
    return Contest((check,), steps)


def _shared_out(brief: Brief, forward: Pairs, backward: Pairs) -> tuple[Pairs, Pairs]:
    """Return the pairs to edit on the source and those to edit on the target: about half of them each."""
    ours: list[Pairs] = []
    theirs: list[Pairs] = []
    for group in units(dict.fromkeys((*forward, *backward)), dict(brief.ends.source.properties)):
        here, there = tuple(p for p in group if p in forward), tuple(p for p in group if p in backward)
        if here and (not there or len(ours) <= len(theirs)):
            ours.append(here)
        elif there:
            theirs.append(there)
    first = (rounds_of(tuple(groups), side)[:1] for groups, side in ((ours, Side.SOURCE), (theirs, Side.TARGET)))
    left, right = (found[0] if found else () for found in first)
    return left, right
