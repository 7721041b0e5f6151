"""Says what happened to a case, and how to look at its records again."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from qa_sync.observe.model import Case, ObservedSection
from qa_sync.running.events import Direction, RecordRef


def audit_command(section: ObservedSection, case: Case) -> str:
    """Return the command that compares the record of a case and its counterpart as they are now."""
    return shlex.join(["qa-sync", "audit", section.spec, "--only", case.record])


def records_of(section: ObservedSection, case: Case) -> Iterator[RecordRef]:
    """Yield the changed record, and its counterpart if it has one."""
    at = 0 if case.direction is Direction.FORWARD else 1
    for side, id_ in ((at, case.record), (1 - at, case.counterpart)):
        if id_ is not None:
            yield RecordRef(section.plan.labels[side], section.auditable.card(side).names[0], id_)


def pending_pairs(section: ObservedSection, case: Case) -> tuple[str, ...]:
    """Return the pairs of properties whose values have not arrived, as the spec has them."""
    pairs = {claim.id: f"{claim.pair.source} -> {claim.pair.target}" for claim in section.auditable.checked_claims}
    return tuple(pairs[one] for one in case.pending if one in pairs)


def case_text(section: ObservedSection, case: Case) -> str:
    """Return when a record changed, what became of it, and after how long."""
    where = " / ".join(ref.id for ref in records_of(section, case))
    lag = f", {case.lag_s:.1f} s" if case.lag_s is not None else ""
    return f"{where}: changed {case.opened:%Y-%m-%d %H:%M:%S} UTC, {case.state.value}{lag}"
