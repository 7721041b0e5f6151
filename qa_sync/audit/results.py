"""Makes the check results of an audit from its counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from qa_sync.audit.expressions.outcomes import DIFFERENT
from qa_sync.audit.findings import CheckTally, Difference, FindingsWriter
from qa_sync.audit.missing_columns import not_compared
from qa_sync.audit.model import AuditableSection, Claim, SectionPlan
from qa_sync.audit.trend import Trend
from qa_sync.dataflow.model import Entity, Origin, StatementKind
from qa_sync.running.events import CheckFinished, RecordRef, Status
from qa_sync.values.form import Json

DIFFERENCE_SORTS = tuple(code.name.lower() for code in DIFFERENT)


class ReportOptions(Struct, frozen=True):
    """The allowed share of differences, and the trends by check."""

    spec: str
    max_drift: float
    trends: Mapping[str, Trend] | None


class SectionOutcome(Struct, frozen=True):
    """The outcome of a section: its counts, and the findings shared by all sections; `notes` are for every check."""

    plan: SectionPlan
    ready: AuditableSection
    counts: Mapping[str, int]
    findings: FindingsWriter
    notes: tuple[str, ...]


def skipped_section(plan: SectionPlan, options: ReportOptions) -> Iterator[CheckFinished]:
    """Yield the skipped check of a section that cannot be audited."""
    line = plan.section.line
    yield _check(
        options,
        plan,
        f"{plan.prefix}/coverage",
        "coverage",
        plan.section.heading,
        line,
        Status.SKIPPED,
        plan.skip_reason,
    )


def section_checks(outcome: SectionOutcome, options: ReportOptions) -> Iterator[CheckFinished]:
    """Yield a section's checks: coverage in both directions, uniqueness, and each property."""
    yield _coverage(outcome, options, 0)
    yield _coverage(outcome, options, 1)
    yield _unique(outcome, options)
    for claim in outcome.ready.claims:
        yield _property(outcome, options, claim)


def coverage_id(plan: SectionPlan, at: int) -> str:
    """Return the id of the check that every record of a side has a counterpart."""
    return f"{plan.prefix}/coverage" + ("/reverse" if at else "")


def unique_id(plan: SectionPlan) -> str:
    """Return the id of the check that no record has several candidates."""
    return f"{plan.prefix}/unique"


def _coverage(outcome: SectionOutcome, options: ReportOptions, at: int) -> CheckFinished:
    plan, ready = outcome.plan, outcome.ready
    ends = (plan.section.source, plan.section.target)
    check, title = coverage_id(plan, at), f"every {ends[at]} has a {ends[1 - at]}"
    tally = outcome.findings.tally(check)
    alone, keyless, unclear = (tally.sorts[sort] for sort in ("alone", "keyless", "unconfirmed"))
    tally.compared = outcome.counts["matched"] + alone + outcome.counts[("several_source", "several_target")[at]]
    line = plan.line(StatementKind.EVERY)
    summary = f"{alone:,} of {tally.compared:,} have no counterpart" + (
        f", {keyless:,} more have no key" if keyless else ""
    )
    summary += f", {unclear:,} more are not confirmed" if unclear else ""
    limit = (ready.no_coverage or ready.manual_reason, ready.no_reverse)[at]
    message = "; ".join([summary, *_notes(outcome, options, check, tally)])
    expected, actual = (
        {"matched": tally.compared},
        {"matched": tally.compared - alone, "alone": alone, "keyless": keyless},
    )
    if limit:
        status = Status.MANUAL if at == 0 and ready.manual_reason and not ready.no_coverage else Status.SKIPPED
        short = f"{limit} ({summary})" if alone or keyless else limit
        return _check(options, plan, check, "coverage", title, line, status, short)
    if not tally.compared and not keyless and not unclear:
        return _check(options, plan, check, "coverage", title, line, Status.SKIPPED, _no_records(outcome, ends[at]))
    status = _status(options, tally, alone, keyless + unclear)
    return _check(
        options, plan, check, "coverage", title, line, status, message, expected, actual, _refs(plan, ready, tally)
    )


def _no_records(outcome: SectionOutcome, entity: Entity) -> str:
    return "; ".join([f"there is no {entity} to check", *outcome.notes])


def _unique(outcome: SectionOutcome, options: ReportOptions) -> CheckFinished:
    plan = outcome.plan
    check = unique_id(plan)
    tally = outcome.findings.tally(check)
    several = tally.sorts["several"]
    tally.compared = outcome.counts["matched"] + several
    summary = f"{several:,} pairs are ambiguous and not compared" if several else "no record has several counterparts"
    message = "; ".join([summary, *_notes(outcome, options, check, tally)])
    title = f"no {plan.section.source} has several {plan.section.target}, and vice versa"
    line = plan.line(StatementKind.EVERY)
    if not tally.compared:
        return _check(options, plan, check, "unique", title, line, Status.SKIPPED, "no records match")
    status = _status(options, tally, several, 0)
    return _check(
        options,
        plan,
        check,
        "unique",
        title,
        line,
        status,
        message,
        {"several": 0},
        {"several": several},
        _refs(plan, outcome.ready, tally),
    )


def _property(outcome: SectionOutcome, options: ReportOptions, claim: Claim) -> CheckFinished:
    plan = outcome.plan
    title = f"{claim.pair.source} -> {claim.pair.target}"
    common = (options, plan, claim.id, "property", title, claim.line)
    if claim.absent:
        status = Status.SKIPPED if claim.excused else Status.ERROR
        return _check(*common, status, f"{claim.absent}; {not_compared(outcome.ready)}", origin=claim.pair.origin)
    if not claim.is_checked:
        status = Status.MANUAL if claim.manual and not claim.skip else Status.SKIPPED
        return _check(*common, status, claim.skip or claim.manual, origin=claim.pair.origin)
    tally = outcome.findings.tally(claim.id)
    number = outcome.ready.checked_claims.index(claim)
    same = outcome.counts[f"same{number}"] + tally.sorts["same"] + tally.resolved
    sorts = (*DIFFERENCE_SORTS, "filled") if claim.erase else DIFFERENCE_SORTS
    wrong, unreadable = sum(tally.sorts[sort] for sort in sorts), tally.sorts["unreadable"]
    tally.compared = same + wrong
    status = _status(options, tally, wrong, unreadable)
    by_sort = {sort: tally.sorts[sort] for sort in sorts if tally.sorts[sort]}
    summary = f"{wrong:,} of {tally.compared:,} differ" + (f" ({_counted(by_sort)})" if by_sort else "")
    lost = f"{tally.sorts['lost']:,} refer to a record without a counterpart" if tally.sorts["lost"] else None
    bad = f"{unreadable:,} have a source value in an invalid format" if unreadable else None
    filled = 0 if claim.erase else outcome.counts[f"filled{number}"] + tally.sorts["filled"]
    one_sided = f"{filled:,} are empty at the source and filled at the target" if filled else None
    note = claim.note if wrong else None
    notes = _notes(outcome, options, claim.id, tally)
    message = "; ".join(part for part in (summary, bad, lost, one_sided, note, *notes) if part)
    if not tally.compared and not unreadable:
        reason = "; ".join(part for part in ("no pair of records has a source value", one_sided) if part)
        return _check(*common, Status.SKIPPED, reason, origin=claim.pair.origin)
    actual = {"same": same, **by_sort, **({"unreadable": unreadable} if unreadable else {})}
    refs = _refs(plan, outcome.ready, tally)
    return _check(*common, status, message, {"same": tally.compared}, actual, refs, origin=claim.pair.origin)


def _status(options: ReportOptions, tally: CheckTally, wrong: int, unclear: int) -> Status:
    if wrong > options.max_drift * tally.compared:
        return Status.FAILED
    return Status.ERROR if unclear > options.max_drift * (tally.compared + unclear) else Status.PASSED


def _notes(outcome: SectionOutcome, options: ReportOptions, check: str, tally: CheckTally) -> Iterator[str]:
    found = tally.found - tally.sorts["keyless"]
    if found or tally.resolved:
        if tally.reread:
            yield f"{tally.reread:,} were re-read, {tally.resolved:,} of them are resolved"
        if found > tally.reread - tally.resolved:
            yield f"{found - (tally.reread - tally.resolved):,} were not re-read"
    if options.trends is not None and (trend := options.trends.get(check)):
        yield str(trend)
    if found or check in {coverage_id(outcome.plan, 0), unique_id(outcome.plan)}:
        yield from outcome.notes
    yield from (_sample(one) for one in tally.samples)


def _sample(one: Difference) -> str:
    where = " / ".join(record for record in (one.source_id, one.target_id) if record)
    return f"{where}: {one.detail} ({one.sort})" if one.detail else f"{where} ({one.sort})"


def _counted(sorts: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {sort}" for sort, number in sorts.items())


def _refs(plan: SectionPlan, ready: AuditableSection, tally: CheckTally) -> tuple[RecordRef, ...]:
    found: dict[RecordRef, None] = {}
    for one in tally.samples:
        for label, card, record in zip(
            plan.labels, (ready.source, ready.target), (one.source_id, one.target_id), strict=True
        ):
            if record is not None:
                found[RecordRef(label, card.names[0], record)] = None
    return tuple(found)


def _check(  # noqa: PLR0917 - a verdict's fields in their order
    options: ReportOptions,
    plan: SectionPlan,
    id: str,
    kind: str,
    title: str,
    line: int,
    status: Status,
    message: str | None,
    expected: Json = None,
    actual: Json = None,
    records: tuple[RecordRef, ...] = (),
    origin: Origin | None = None,
) -> CheckFinished:
    key = plan.section.key
    return CheckFinished(
        options.spec, key, id, kind, title, line, status, origin, message, expected, actual, None, records
    )
