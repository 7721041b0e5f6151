"""Plans of sections whose exports lack columns: pairs that cannot be compared, with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.audit.model import AuditableSection, Claim, MatchRule, SectionPlan
from qa_sync.audit.reading.load import SourceRecords, sides_of
from qa_sync.audit.reading.tables import RecordTable
from qa_sync.dataflow.model import Origin
from qa_sync.errors import UsageError, did_you_mean
from qa_sync.values.conversions.numbers import BITS

ALLOW = "--allow-missing compares the others only"


class _Sides(Struct, frozen=True):
    """The records of both sides; `allowed`: pairs without a column are skipped, not errors."""

    tables: tuple[RecordTable, RecordTable]
    allowed: bool

    def lacking(self, at: int, path: str) -> str | None:
        """Return what to say of a column that an export lacks, with the nearest name; None for one that it has."""
        table = self.tables[at]
        if path not in table.absent:
            return None
        near = did_you_mean(path, table.names - {path})
        return f"the export of {table.label} has no column {path!r}" + (f" ({near})" if near else "")


def without_missing_columns(plan: SectionPlan, records: SourceRecords, *, allowed: bool) -> SectionPlan:
    """Return the plan without the claims that an export has no column for; raises UsageError for a missing key."""
    if plan.auditable is None:
        return plan
    ready, sides = plan.auditable, _Sides(sides_of(records, plan, plan.auditable), allowed)
    if ready.match.keys:
        ready = replace(ready, match=_match(ready.match, sides))
    if ready.condition and (lacking := sides.lacking(0, ready.condition.path)):
        reason = f"{lacking}; the condition on {plan.section.source} needs it"
        ready = replace(ready, condition=None, manual_reason=reason)
    claims = tuple(_as_stored(_claim(claim, sides), sides) for claim in ready.claims)
    return replace(plan, auditable=replace(ready, claims=claims))


def not_compared(ready: AuditableSection) -> str | None:
    """Return how many pairs are not compared because a column is missing, None if all are."""
    count = sum(1 for claim in ready.claims if claim.absent)
    return f"{count} of {len(ready.claims)} pairs were not compared: no such column" if count else None


def _match(match: MatchRule, sides: _Sides) -> MatchRule:
    """Return the rule without keys that an export lacks, which is allowed as long as others remain."""
    reasons = [next(_lacking(sides, one.path, other.path), None) for one, other in match.keys]
    kept = tuple(key for key, reason in zip(match.keys, reasons, strict=True) if not reason)
    if len(kept) == len(match.keys) or (kept and sides.allowed):
        return replace(match, keys=kept)
    reason = next(reason for reason in reasons if reason)
    raise UsageError(f"{reason}, which is a key for matching", hint=ALLOW if kept else None)


def _claim(claim: Claim, sides: _Sides) -> Claim:
    if not claim.is_checked:
        return claim
    ends = [
        (claim.source.path, *(when.path for when in claim.conditions[0])),
        (claim.target.path, *(when.path for when in claim.conditions[1])),
    ]
    reasons = (sides.lacking(at, path) for at, paths in enumerate(ends) for path in paths)
    reason = next((reason for reason in reasons if reason), None)
    # The spec does not state an inferred pair, so it is no error that the files do not have it.
    excused = sides.allowed or claim.pair.origin is Origin.INFERRED
    return replace(claim, absent=reason, excused=excused) if reason else claim


def _as_stored(claim: Claim, sides: _Sides) -> Claim:
    """Return the claim with the precision of the columns that hold binary numbers of 32 bits."""
    ends = [
        replace(card, form=replace(card.form, options={**card.form.options, BITS: 32}))
        if card.path in table.singles and card.form.convert in NUMBERS
        else card
        for card, table in zip((claim.source, claim.target), sides.tables, strict=True)
    ]
    return replace(claim, source=ends[0], target=ends[1])


NUMBERS: Final = ("decimal", "integer")


def _lacking(sides: _Sides, *paths: str) -> Iterator[str]:
    yield from (reason for at, path in enumerate(paths) if (reason := sides.lacking(at, path)))
