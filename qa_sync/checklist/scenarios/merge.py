"""Two records that share a criterion's value are linked, each row of the merge table by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from qa_sync.checklist.linking import untestable
from qa_sync.checklist.model import (
    Alone,
    Appears,
    Carries,
    Check,
    Claim,
    Edit,
    Expect,
    Insert,
    Pause,
    Scenario,
    Settle,
    Side,
    Step,
)
from qa_sync.checklist.samples.edit_rounds import Pairs, beside, one_each, rounds_of, units
from qa_sync.checklist.scenarios.conflict import PAUSE_S
from qa_sync.checklist.scenarios.context import Brief, Part
from qa_sync.checklist.scenarios.policies import clearable
from qa_sync.dataflow.model import Criterion, StatementKind

CYCLES = 3
"""Further cycles after which what is linked must still be two records, and what is not must be as it was."""

LACKING = 3
EDITED = {Side.SOURCE: 4, Side.TARGET: 8}
"""The versions of what only the target has at first, and of the first record's edits on either side."""

Claims = tuple[tuple[str | None, Claim], ...]


def merge(brief: Brief) -> Part:
    """Return `merge` for each row of the merge table, and `matching` where the section says it (DESIGN 3)."""
    rows = brief.section.criteria
    checks = tuple(_row(brief, c, number) for number, c in enumerate(rows, 1))
    tried = [
        (check, c, f"match-{n}") for n, (check, c) in enumerate(zip(checks, rows, strict=True), 1) if not check.skip
    ]
    matching = _matching(brief, tried[0][2] if tried else None)
    if not tried:
        return Part((*matching, *checks))
    steps: list[Step] = [*brief.begin("merge")]
    linked: list[tuple[str | None, Claim]] = []
    for version, (check, criterion, role) in enumerate(tried):
        made = brief.insert("merge", role, version=version)  # the rows' records have no criterion's value in common
        there = brief.bare("merge", role, Side.TARGET, {criterion.target: made.values[criterion.source]})
        kept, there, made = _lacking(brief, there, made)
        steps += [there, made]
        linked += [*_linked(brief, check, made, there), *((check.id, claim) for claim in kept)]
    alone: list[tuple[str | None, Claim]] = [(check.id, Alone(role, Side.TARGET)) for check, _, role in tried]
    alone += [(check.id, Alone(tried[0][2], Side.TARGET)) for check in matching]
    steps += [Expect(tuple(linked), wait=True), Settle(CYCLES), Expect(tuple(alone), wait=False)]
    edited = [(check.id, role) for check, _, role in tried]
    steps += [step for side in Side for step in _followed(brief, edited, side)]
    ids = (*(check.id for check in matching), *(check.id for check, _, _ in tried))
    cast = brief.cast(*(role for _, _, role in tried))
    return Part((*matching, *checks), (Scenario("merge", cast, tuple(steps), ids),))


def _lacking(brief: Brief, there: Insert, made: Insert) -> tuple[tuple[Claim, ...], Insert, Insert]:
    """Return two records of which only the target's has a value in some properties, and that both show them then.

    What one of two records lacks erases nothing in the other, unless the settings say so.
    """
    lost = _left_out(brief, there, made)
    shown = brief.edited("merge", there.role, Side.TARGET, lost, LACKING)
    sources = {pair.source for pair in lost}
    claims = tuple(Carries(there.role, Side.SOURCE, pair) for pair in lost)
    without = {path: value for path, value in made.values.items() if path not in sources}
    return claims, replace(there, values={**there.values, **shown}), replace(made, values=without)


def _left_out(brief: Brief, there: Insert, made: Insert) -> Pairs:
    """Return the pairs that only the target's record has at first: about half of those that a record can be without."""
    keys = {*there.values, *(row.target for row in brief.section.criteria)}
    pairs = (p for p in one_each(brief.pairs) if p.target not in keys and p.source in made.values)
    free = tuple(pair for pair in pairs if clearable(brief, pair, Side.TARGET))
    return free[1::2] if brief.settings.policies.empty == "keep" else ()


def _followed(brief: Brief, roles: Sequence[tuple[str, str]], side: Side) -> Iterator[Step]:
    """Yield an edit of everything on a side of records that were matched, and that the other side follows."""
    tried = tuple(p for p in brief.pairs if not brief.no_edit(p, side))
    rounds = rounds_of(units(tried, dict(brief.ends.source.properties)), side)
    if not rounds:
        return
    pairs = rounds[0]
    claims = tuple(
        (check, Carries(role, side.other, pair, beside(pair, brief.pairs))) for check, role in roles for pair in pairs
    )
    yield Pause(PAUSE_S)
    yield from (
        Edit(role, side, brief.edited("merge", role, side, pairs, EDITED[side] + number))
        for number, (_, role) in enumerate(roles)
    )
    yield Expect(claims, wait=True)


def _linked(brief: Brief, check: Check, made: Insert, there: Insert) -> Claims:
    """Return that there is one record only, and that it shows what only the other had."""
    one = (check.id, Appears(made.role, Side.TARGET))
    shown = brief.shows_link(made, there)
    return (one, (check.id, Carries(made.role, Side.TARGET, shown))) if shown else (one,)


def _row(brief: Brief, criterion: Criterion, number: int) -> Check:
    title = f"{criterion.source or '(empty)'} = {criterion.target or '(empty)'} links two records"
    skip = outside(brief) or untestable(brief.ends, criterion)
    if not skip and not brief.pairs and not brief.section.statement(StatementKind.MATCHING):
        skip = "no property shows whether two records were linked"
    return brief.check("merge", title, criterion.line, skip=skip, at=f"{number}:{criterion.source}:{criterion.target}")


def outside(brief: Brief) -> str | None:
    """Return why no record can be made that the section is about at all."""
    conditional = brief.section.statement(StatementKind.CONDITION)
    return brief.linking.why_not if conditional else None


def _matching(brief: Brief, role: str | None) -> tuple[Check, ...]:
    if not brief.section.statement(StatementKind.MATCHING):
        return ()
    title = f"a matching {brief.section.target} is taken instead of a new one, once and for all"
    skip = None if role else outside(brief) or "no row of the merge table can be tried"
    return (brief.check("matching", title, brief.line(StatementKind.MATCHING), skip=skip),)
