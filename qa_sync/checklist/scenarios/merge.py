"""Two records that share a criterion's value are linked, each row of the merge table by itself; others are not."""

from __future__ import annotations

from dataclasses import replace

from qa_sync.checklist.brief import Brief, Part
from qa_sync.checklist.linking import untestable
from qa_sync.checklist.model import (
    Absent,
    Alone,
    Appears,
    Carries,
    Check,
    Claim,
    Expect,
    Insert,
    Remember,
    Scenario,
    Settle,
    Side,
    Step,
    Unchanged,
)
from qa_sync.checklist.twins import twins
from qa_sync.dataflow.model import Criterion, StatementKind

CYCLES = 3
"""Further cycles after which what is linked must still be two records, and what is not must be as it was."""

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
    for check, criterion, role in tried:
        made = brief.insert("merge", role)
        there = brief.bare("merge", role, Side.TARGET, {criterion.target: made.values[criterion.source]})
        steps += [there, made]
        linked += _linked(brief, check, made, there)
    alone: list[tuple[str | None, Claim]] = [(check.id, Alone(role, Side.TARGET)) for check, _, role in tried]
    alone += [(check.id, Alone(tried[0][2], Side.TARGET)) for check in matching]
    steps += [Expect(tuple(linked), wait=True), Settle(CYCLES), Expect(tuple(alone), wait=False)]
    ids = (*(check.id for check in matching), *(check.id for check, _, _ in tried))
    cast = brief.cast(*(role for _, _, role in tried))
    return Part((*matching, *checks), (Scenario("merge", cast, tuple(steps), ids),))


def _linked(brief: Brief, check: Check, made: Insert, there: Insert) -> Claims:
    """Return that there is one record only, and that it shows what only the other had."""
    one = (check.id, Appears(made.role, Side.TARGET))
    shown = brief.shows_link(made, there)
    return (one, (check.id, Carries(made.role, Side.TARGET, shown))) if shown else (one,)


def _row(brief: Brief, criterion: Criterion, number: int) -> Check:
    title = f"{criterion.source or '(empty)'} = {criterion.target or '(empty)'} links two records"
    skip = _outside(brief) or untestable(brief.ends, criterion)
    if not skip and not brief.pairs and not brief.section.statement(StatementKind.MATCHING):
        skip = "no property shows whether two records were linked"
    return brief.check("merge", title, criterion.line, skip=skip, at=f"{number}:{criterion.source}:{criterion.target}")


def _outside(brief: Brief) -> str | None:
    """Return why no record can be made that the section is about at all."""
    conditional = brief.section.statement(StatementKind.CONDITION)
    return brief.linking.why_not if conditional else None


def _matching(brief: Brief, role: str | None) -> tuple[Check, ...]:
    if not brief.section.statement(StatementKind.MATCHING):
        return ()
    title = f"a matching {brief.section.target} is taken instead of a new one, once and for all"
    skip = None if role else _outside(brief) or "no row of the merge table can be tried"
    return (brief.check("matching", title, brief.line(StatementKind.MATCHING), skip=skip),)


def merge_not(brief: Brief) -> Part:
    """Return `merge-not`: neither different nor empty values of the criteria make two records one."""
    line = brief.line(StatementKind.MERGE_IF)
    why = _outside(brief) or (None if brief.keys else "no row of the merge table can be tried")
    different = brief.check(
        "merge-not", "different values do not merge, however alike the rest is", line, at="different"
    )
    empty = brief.check("merge-not", "empty values do not merge", line, at="empty")
    different, empty = replace(different, skip=why), replace(empty, skip=why or _no_empty(brief))
    steps: list[Step] = [*brief.begin("merge-not")]
    quiet: list[tuple[str | None, Claim]] = []
    if not different.skip:
        there, here = twins(brief, "merge-not", "other", "one", brief.keys)
        steps += _beside(brief, different, there, here)
        quiet += _not_linked(brief, different, there, here)
    if not empty.skip:
        there, here = _keyless(brief)
        steps += _beside(brief, empty, there, here)
        quiet += _not_linked(brief, empty, there, here)
    steps += [Settle(CYCLES), Expect(tuple(quiet), wait=False)]
    ids = tuple(c.id for c in (different, empty) if not c.skip)
    cast = brief.cast("other", "one", "other-empty", "one-empty")
    return Part((different, empty), (Scenario("merge-not", cast, tuple(steps), ids),) if ids else ())


def _beside(brief: Brief, check: Check, there: Insert, here: Insert) -> tuple[Step, ...]:
    made = (there, Remember((there.role,)), brief.unconnected(here))
    if not brief.linking.creates:
        return made
    return (*made, Expect(((check.id, Appears(here.role, Side.TARGET)),), wait=True))


def _not_linked(brief: Brief, check: Check, there: Insert, here: Insert) -> Claims:
    own: Claim = (Alone if brief.linking.creates else Absent)(here.role, Side.TARGET)
    return ((check.id, Unchanged(there.role)), (check.id, own))


def _no_empty(brief: Brief) -> str | None:
    """Return why no two records can be made without a value for any criterion."""
    for side in Side:
        for criterion in brief.section.criteria:
            card = brief.ends.card(side).properties.get(criterion.source if side is Side.SOURCE else criterion.target)
            if card and card.required:
                return f"{brief.ends.entity(side)} {card.path} cannot be empty"
    there, here = _keyless(brief)
    bare = next((made for made in (there, here) if not any(made.mark in str(v) for v in made.values.values())), None)
    return f"without it no property tells one {brief.ends.entity(bare.side)} from another" if bare else None


def _keyless(brief: Brief) -> tuple[Insert, Insert]:
    """Return a record on the target and one on the source that have no value for any criterion."""
    sources = {c.source for c in brief.section.criteria}
    targets = {c.target for c in brief.section.criteria}
    here = brief.insert("merge-not", "one-empty", fixed=brief.linking.inside)
    there = brief.bare("merge-not", "other-empty", Side.TARGET, {})
    return (
        replace(there, values={path: v for path, v in there.values.items() if path not in targets}),
        replace(here, values={path: v for path, v in here.values.items() if path not in sources}),
    )
