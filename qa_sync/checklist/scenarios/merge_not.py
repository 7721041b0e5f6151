"""Two records are not linked when their criteria differ, however alike the rest is, nor because a value is empty."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from qa_sync.checklist.model import (
    Absent,
    Alone,
    Appears,
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
from qa_sync.checklist.scenarios.context import FULL, Brief, Part
from qa_sync.checklist.scenarios.lookalikes import twins
from qa_sync.checklist.scenarios.merge import CYCLES, outside
from qa_sync.dataflow.model import Criterion, StatementKind

Both = tuple[Insert, Insert]
"""A record on the target, and one on the source that must not be taken for the same."""
Rows = tuple[Criterion, ...]


def merge_not(brief: Brief) -> Part:
    """Return `merge-not`: neither different nor empty values of the criteria make two records one."""
    line = brief.line(StatementKind.MERGE_IF)
    why = outside(brief) or (None if brief.keys else "no row of the merge table can be tried")
    apart = [] if why else _different(brief)
    keyless = [] if why else list(_keyless(brief))
    different = brief.check(
        "merge-not", "different values do not merge, however alike the rest is", line, skip=why, at="different"
    )
    skip = why or (None if keyless else _no_empty(brief))
    empty = brief.check("merge-not", "empty values do not merge", line, skip=skip, at="empty")
    tried = [*((different.id, both) for both in apart), *((empty.id, both) for both in keyless)]
    if not tried:
        return Part((different, empty))
    quiet = tuple((id_, claim) for id_, both in tried for claim in _not_linked(brief, both))
    steps = (
        *brief.begin("merge-not"),
        *(step for id_, both in tried for step in _beside(brief, id_, both)),
        Settle(CYCLES),
        Expect(quiet, wait=False),
    )
    cast = brief.cast(*(made.role for _, both in tried for made in both))
    return Part(
        (different, empty), (Scenario("merge-not", cast, steps, tuple(dict.fromkeys(id_ for id_, _ in tried))),)
    )


def _beside(brief: Brief, check: str, both: Both) -> tuple[Step, ...]:
    there, here = both
    made = (there, Remember((there.role,)), here)
    return (*made, Expect(((check, Appears(here.role, Side.TARGET)),), wait=True)) if _creates(brief, here) else made


def _not_linked(brief: Brief, both: Both) -> tuple[Claim, Claim]:
    there, here = both
    own: Claim = (Alone if _creates(brief, here) else Absent)(here.role, Side.TARGET)
    return Unchanged(there.role), own


def _creates(brief: Brief, here: Insert) -> bool:
    """Tell whether a source record gets a counterpart of its own when it matches none."""
    connected = brief.linking.connected
    return brief.linking.creates or (connected is not None and connected[0] in here.values)


def _ways(brief: Brief) -> tuple[bool, ...]:
    """Return whether the source's record is connected: a sync may take the wrong one for either."""
    return (False, True) if brief.linking.connected else (False,)


def _different(brief: Brief) -> list[Both]:
    found = []
    for connected in _ways(brief):
        end = "-connected" if connected else ""
        there, here = twins(brief, "merge-not", f"other{end}", f"one{end}", brief.keys)
        found.append((there, here if connected else brief.unconnected(here)))
    return found


def _keyless(brief: Brief) -> Iterator[Both]:
    """Yield records without a value for a row: each row by itself, and all of them when all may be empty."""
    rows = _may_be_empty(brief)
    every = (rows,) if len(rows) == len(brief.section.criteria) > 1 else ()
    for number, empty in enumerate([*((row,) for row in rows), *every], 1):
        for connected in _ways(brief):
            there, here = _without(brief, empty, f"{number}{'-connected' if connected else ''}", connected=connected)
            if _tells(there) and _tells(here):
                yield there, here


def _without(brief: Brief, empty: Rows, end: str, *, connected: bool) -> Both:
    """Return a record on the target and one on the source without values for some rows, different in the others."""
    sources, targets = {row.source for row in empty}, {row.target for row in empty}
    here = brief.insert("merge-not", f"one-empty-{end}")
    here = here if connected else brief.unconnected(here)
    role = f"other-empty-{end}"
    others = tuple(key for key in brief.keys if key.source not in sources and key.target not in targets)
    shown = brief.edited("merge-not", role, Side.TARGET, others, FULL + 1)
    there = brief.bare("merge-not", role, Side.TARGET, shown)
    return (
        replace(there, values={path: v for path, v in there.values.items() if path not in targets}),
        replace(here, values={path: v for path, v in here.values.items() if path not in sources}),
    )


def _tells(made: Insert) -> bool:
    """Tell whether a record is known by its mark."""
    return any(made.mark in str(value) for value in made.values.values())


def _may_be_empty(brief: Brief) -> Rows:
    return tuple(row for row in brief.section.criteria if not _required(brief, row))


def _required(brief: Brief, row: Criterion) -> str | None:
    """Return which end of a row no record can be without."""
    for side, path in ((Side.SOURCE, row.source), (Side.TARGET, row.target)):
        card = brief.ends.card(side).properties.get(path)
        if card and card.required:
            return f"{brief.ends.entity(side)} {card.path} cannot be empty"
    return None


def _no_empty(brief: Brief) -> str:
    """Return why no two records can be made without a value for any row."""
    needed = (why for row in brief.section.criteria if (why := _required(brief, row)))
    return next(needed, "without it no property tells one record from another")
