"""Two records that share a criterion's value are linked, each row of the merge table by itself."""

from __future__ import annotations

from qa_sync.checklist.brief import Brief, Part
from qa_sync.checklist.linking import untestable
from qa_sync.checklist.model import (
    Alone,
    Appears,
    Carries,
    Check,
    Claim,
    Expect,
    Insert,
    Scenario,
    Settle,
    Side,
    Step,
)
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
    for version, (check, criterion, role) in enumerate(tried):
        made = brief.insert("merge", role, version=version)  # the rows' records have no criterion's value in common
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
