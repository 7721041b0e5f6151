"""Edits both sides of a linked pair before the sync runs, and tries again until that has really happened.

Source: docs/explanation/waiting.rst, "Before the sync runs".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from qa_sync.checklist.steps import EditBothSides, EditPair
from qa_sync.running.claims.check_claim import check_claim
from qa_sync.running.claims.verdict import Verdict
from qa_sync.running.edits.attempt import Attempt, AttemptResult, Outcome
from qa_sync.running.edits.edit_times import coarsest_resolution
from qa_sync.running.edits.pauses import Pauses
from qa_sync.running.events import Status
from qa_sync.running.looking import look_until
from qa_sync.running.needs import Need, Waiting
from qa_sync.running.polling import Polling
from qa_sync.running.records.scenario_records import RecordKey, ScenarioRecords
from qa_sync.values.paths import read

ATTEMPTS = 5

OVERWRITTEN_ATTEMPTS = 3
"""Attempts in which the sync overwrote an edit, after which it is known to do so."""
ENOUGH_OVERWRITTEN = 2
"""As many are enough where no attempt ended well: one may be a write that the sync had begun before the edit."""


def edit_both_sides(records: ScenarioRecords, step: EditBothSides) -> Waiting[Verdict | None]:
    """Edit both sides; return None when the claims can be judged, else the verdict: an error, or a failure.

    Where the run starts the sync, nothing runs in between. Where it does not, an attempt in which an edit is
    overwritten is repeated, because a sync that had read the record before the edit may overwrite it once.
    """
    overwritten: list[Verdict] = []
    results: list[AttemptResult] = []
    seed = f"{records.marks.get(step.role, '')}/{step.check}"
    pauses = Pauses(
        records.environment,
        coarsest_resolution(records, step.role),
        f"{seed}/{len(step.only_first)}",
        in_order=step.in_order,
    )
    for _ in range(ATTEMPTS):
        choice = _next_choice(records, step)
        with records.environment.control.hold():
            yield from pauses.before_first()
            result = Attempt(records, step, choice, pauses).run()
        if result.outcome is Outcome.TRIED:
            known = records.environment.cycles_known
            verdict = None if known else (yield from _overwritten_edit(records, step, choice))
            if verdict is None:
                return None
            overwritten.append(verdict)
            result = replace(result, outcome=Outcome.OVERWRITTEN)
        elif result.outcome is Outcome.SAME_TIME:
            pauses.note_same_time(result.behind)
        results.append(result)
        if len(overwritten) == OVERWRITTEN_ATTEMPTS:
            break
    return _without_success(overwritten, results, records.environment.unit)


def _next_choice(records: ScenarioRecords, step: EditBothSides) -> EditPair:
    """Return the first choice whose values the records do not have already."""
    last = records.last_choice.get(step.role)
    choice = next((c for c in step.choices if c.version != last), step.choices[0])
    records.last_choice[step.role] = choice.version
    return choice


def _overwritten_edit(records: ScenarioRecords, step: EditBothSides, choice: EditPair) -> Waiting[Verdict | None]:
    """Wait for the sync; return the failure when it has overwritten an edit, None when all claims pass.

    None as well after the timeout, when the claims have their verdict in the next step.
    """
    edits = (choice.second,) if step.in_order else (choice.first, choice.second)
    seen_overwritten = False

    def look(_at: datetime) -> tuple[Verdict | None, bool]:
        nonlocal seen_overwritten
        records.begin_poll()
        failed = next((v for c in step.claims if (v := check_claim(records, c)).status is not Status.PASSED), None)
        keys = [(RecordKey(edit.role, edit.side), edit) for edit in edits]
        overwritten = any(
            read(records.current(key).data, path) != read(records.after_write[key].data, path)
            for key, edit in keys
            for path in edit.values
        )
        stays, seen_overwritten = overwritten and seen_overwritten, overwritten
        return failed, failed is None or stays

    polling: Polling[Need, tuple[Verdict | None, bool]] = look_until(
        lambda found: found[1], look, records.environment, records.written_at
    )
    failed, known = (yield from polling).latest
    return failed if known else None


def _without_success(overwritten: Sequence[Verdict], results: Sequence[AttemptResult], unit: str) -> Verdict:
    """Return the verdict of a step without a successful attempt."""
    if len(overwritten) >= ENOUGH_OVERWRITTEN:
        message = (
            f"{overwritten[-1].message}; the sync overwrote an edit in {len(overwritten)} of {len(results)} attempts"
        )
        return replace(overwritten[-1], message=message, final=True)
    reasons = Counter(result.outcome for result in results)
    crossed = " and ".join(
        f"{outcome} ({count} times)" if len(reasons) > 1 else outcome for outcome, count in reasons.items()
    )
    closest_s = min(result.apart_s for result in results)
    return Verdict(
        Status.ERROR,
        f"could not be tried: {crossed}; {len(results)} attempts, the edits at least {closest_s:.2f} {unit} apart",
    )
