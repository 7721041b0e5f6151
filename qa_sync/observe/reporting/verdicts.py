"""Decides the checks of a section from its cases and findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from math import ceil
from typing import Final

from msgspec import Struct

from qa_sync.audit.model import Claim
from qa_sync.observe.model import Case, CaseKind, CaseState, ClockNote, ObservedSection, ObserveOptions
from qa_sync.observe.planning import follows_edits
from qa_sync.observe.reporting.case_text import audit_command, case_text
from qa_sync.observe.storage.case_store import CaseStore
from qa_sync.observe.storage.state import ObserveState
from qa_sync.running.events import Direction, Status
from qa_sync.values.form import Json

SAMPLES: Final = 5
"""How many cases a check shows."""
NOT_FOLLOWED: Final[Mapping[str, str]] = {
    "ambiguous": "several records match",
    "keyless": "no value in the key",
}
"""Why changes are not followed, by the sort of finding."""
HABIT_COUNT: Final = 3
HABIT_SHARE: Final = 0.2
"""What people also do, such as an undo or a deletion, is the sync's doing from this number and share of cases on."""


class Verdict(Struct, frozen=True):
    """What a check says: its status, message, expected and actual values, and the cases that it shows."""

    status: Status
    message: str
    expected: Json = None
    actual: Json = None
    shown: tuple[Case, ...] = ()


class SectionVerdicts:
    """The verdicts on one section; each is skipped where no traffic could decide it."""

    def __init__(
        self,
        section: ObservedSection,
        state: ObserveState,
        options: ObserveOptions,
        clocks: tuple[ClockNote, ClockNote],
    ) -> None:
        self._clocks = clocks
        self._section = section
        self._store = CaseStore(state)
        self._options = options
        self._cases = [c for c in self._store.all_cases(section.key) if c.kind is not CaseKind.OUTSIDE]

    def place(self, way: Direction) -> str:
        """Return where the changes of a direction arrive."""
        section = self._section.plan.section
        return f"in {section.target if way is Direction.FORWARD else section.source}"

    def _of(self, way: Direction) -> list[Case]:
        return [c for c in self._cases if c.direction is way]

    def arrives(self, way: Direction) -> Verdict:
        """Return whether every change of a direction arrived."""
        cases = self._of(way)
        arrived = [c for c in cases if c.state in {CaseState.ARRIVED, CaseState.PARTLY}]
        lost = [c for c in cases if c.state is CaseState.LOST]
        rest = Counter(c.state for c in cases if c.state not in {CaseState.ARRIVED, CaseState.PARTLY, CaseState.LOST})
        others = ", ".join(f"{count:,} {state.value}" for state, count in sorted(rest.items()))
        gone = [c for c in cases if c.state is CaseState.GONE]
        is_removed = _is_a_habit(len(gone), len(cases))
        if not arrived and not lost and not is_removed:
            return self._no_traffic(way, others)
        summary = f"{len(lost):,} of {len(arrived) + len(lost):,} changes did not arrive within {self._max_lag}"
        removed = "more counterparts of edited records were deleted than people delete" if is_removed else ""
        few = self._few(len(arrived) + len(lost))
        message = "; ".join(part for part in (summary, others, removed, self._not_followed(way), few) if part)
        lost += gone if is_removed else []
        expected, actual = {"arrived": len(arrived) + len(lost)}, {"arrived": len(arrived), "lost": len(lost)}
        status = Status.FAILED if lost else Status.PASSED
        return Verdict(status, self._with_samples(message, lost), expected, actual, tuple(lost))

    def _not_followed(self, way: Direction) -> str:
        """Return which changed source records had no counterpart that is certain, and were not followed."""
        if way is Direction.BACKWARD:
            return ""
        counts = ((len(self._store.findings(self._section.key, sort)), text) for sort, text in NOT_FOLLOWED.items())
        return "; ".join(f"{count:,} not followed: {text}" for count, text in counts if count)

    def lag(self, way: Direction) -> Verdict:
        """Return how long the arrivals took, against the maximum lag."""
        arrived = [c for c in self._of(way) if c.state in {CaseState.ARRIVED, CaseState.PARTLY} and c.lag_s is not None]
        if not arrived:
            return self._no_traffic(way, "")
        lags = sorted(c.lag_s or 0.0 for c in arrived)
        p50, p95, p99 = (lags[max(0, ceil(len(lags) * share) - 1)] for share in (0.50, 0.95, 0.99))
        limit = self._options.max_lag.total_seconds()
        doubt_s = sum((clock.doubt for clock in self._clocks), timedelta(0)).total_seconds()
        late = [c for c in arrived if (c.lag_s or 0.0) > limit + doubt_s]
        text = f"p50 {p50:.1f} s, p95 {p95:.1f} s, p99 {p99:.1f} s, worst {lags[-1]:.1f} s of {len(lags):,} arrivals"
        late_text = f"{len(late):,} later than {self._max_lag}" if late else ""
        notes = (text, late_text, *map(str, self._clocks), self._few(len(lags)))
        message = "; ".join(part for part in notes if part)
        actual = {"p50_s": p50, "p95_s": p95, "p99_s": p99, "max_s": lags[-1]}
        status = Status.FAILED if late else Status.PASSED
        return Verdict(status, self._with_samples(message, late), {"max_s": limit}, actual, tuple(late))

    def carried(self, claim: Claim) -> Verdict:
        """Return whether the changed values of a pair arrived."""
        if not claim.is_checked:
            status = Status.MANUAL if claim.manual and not claim.skip else Status.SKIPPED
            return Verdict(status, claim.skip or claim.manual or claim.absent or "")
        arrived = sum(claim.id in c.arrived for c in self._cases)
        missed = [c for c in self._cases if claim.id in c.pending and _is_missed(c)]
        unreadable = self._store.findings(self._section.key, f"unreadable {claim.id}")
        if not arrived and not missed and not unreadable:
            return Verdict(Status.SKIPPED, "no traffic: no change of this property was seen")
        message = f"{len(missed):,} of {arrived + len(missed):,} changed values did not arrive"
        if unreadable:
            source, target, _, detail = unreadable[0]
            message += f"; {len(unreadable):,} could not be read, such as {source} / {target}: {detail}"
        status = Status.FAILED if missed else Status.ERROR if unreadable else Status.PASSED
        expected, actual = {"arrived": arrived + len(missed)}, {"arrived": arrived}
        return Verdict(status, self._with_samples(message, missed), expected, actual, tuple(missed))

    def unique(self) -> Verdict:
        """Return whether a second counterpart appeared."""
        second = self._store.findings(self._section.key, "second")
        created = sum(c.kind is CaseKind.NEW and c.counterpart is not None for c in self._cases)
        if not second and not created:
            return Verdict(Status.SKIPPED, "no traffic: no counterpart was created")
        message = f"{len(second):,} second counterparts appeared; {created:,} records got one"
        return self._found(second, message, {"second": 0}, {"second": len(second)})

    def echo(self) -> Verdict:
        """Return whether a value returned, took turns, or was written again without an edit."""
        echoes = self._store.findings(self._section.key, "echo")
        returned = [c for c in self._cases if c.state is CaseState.RETURNED and not c.conflict]
        edits = [
            c for c in self._cases if c.kind is CaseKind.EDIT and c.state not in {CaseState.OPEN, CaseState.OVERTAKEN}
        ]
        if not echoes and not self._cases:
            return Verdict(Status.SKIPPED, "no traffic: nothing changed")
        back = len(returned) + len(self._store.findings(self._section.key, "reverted"))
        is_echo = _is_a_habit(back, len(edits))
        message = f"{len(echoes):,} records are written again without an edit or take turns"
        if back:
            whose = "more than people undo" if is_echo else "few enough to be undone by people"
            message += f"; {back:,} of {len(edits):,} edits returned to the old value ({whose})"
        verdict = self._found(echoes, message, {"echoes": 0}, {"echoes": len(echoes), "returned": back})
        if is_echo:
            shown = tuple(returned)
            return Verdict(
                Status.FAILED, self._with_samples(message, returned), verdict.expected, verdict.actual, shown
            )
        return verdict

    def newest(self) -> Verdict:
        """Return whether the later of two edits won."""
        both = [c for c in self._cases if c.conflict]
        right = [c for c in both if c.state is CaseState.ARRIVED]
        wrong = [c for c in both if c.state in {CaseState.RETURNED, CaseState.LOST}]
        undecided = len(self._store.findings(self._section.key, "undecided"))
        note = f"{undecided:,} more were edited on both sides at the same time" if undecided else ""
        if not right and not wrong:
            why = "no traffic: nothing was edited on both sides before it had arrived"
            return Verdict(Status.SKIPPED, "; ".join(part for part in (why, note) if part))
        message = "; ".join(
            p for p in (f"the earlier edit won {len(wrong):,} of {len(right) + len(wrong):,} times", note) if p
        )
        status = Status.FAILED if wrong else Status.PASSED
        counted = {"later": len(right) + len(wrong)}, {"later": len(right), "earlier": len(wrong)}
        return Verdict(status, self._with_samples(message, wrong), *counted, tuple(wrong))

    def unlinked(self) -> Verdict:
        """Return whether the records outside the condition stayed alone."""
        if self._section.auditable.condition is None:
            return Verdict(Status.SKIPPED, "the section has no condition in the settings")
        outside = [c for c in self._store.all_cases(self._section.key) if c.kind is CaseKind.OUTSIDE]
        linked = [c for c in outside if c.state is CaseState.LINKED]
        alone = [c for c in outside if c.state is CaseState.ALONE]
        if not linked and not alone:
            return Verdict(Status.SKIPPED, "no traffic: no new record is outside the condition")
        message = f"{len(linked):,} of {len(linked) + len(alone):,} records outside the condition got a counterpart"
        status = Status.FAILED if linked else Status.PASSED
        return Verdict(
            status, self._with_samples(message, linked), {"linked": 0}, {"linked": len(linked)}, tuple(linked)
        )

    def _no_traffic(self, way: Direction, others: str) -> Verdict:
        if way is Direction.BACKWARD and not self._section.keeps:
            return Verdict(Status.SKIPPED, "the section does not state that edits come back")
        if way is Direction.BACKWARD and not any(follows_edits(c, way) for c in self._section.auditable.checked_claims):
            return Verdict(Status.SKIPPED, f"no property can be written {self.place(way)}")
        why = "; ".join(part for part in ("no traffic: no change was decided", self._not_followed(way)) if part)
        if way is Direction.FORWARD and not self._section.creates and not self._section.keeps:
            why = self._section.why_no_creates
        return Verdict(Status.SKIPPED, "; ".join(part for part in (why, others) if part))

    def _with_samples(self, message: str, cases: Sequence[Case]) -> str:
        """Return a message with some cases, a line each with the command that compares its records as they are now."""
        shown = (f"{case_text(self._section, c)}; {audit_command(self._section, c)}" for c in cases[:SAMPLES])
        return "\n".join([message, *shown])

    @property
    def _max_lag(self) -> str:
        return f"{self._options.max_lag.total_seconds():g} s"

    def _few(self, count: int) -> str:
        few = self._options.min_cases
        return f"only {count:,} cases, fewer than --min-cases {few:,}" if count < few else ""

    def _found(
        self, rows: Sequence[tuple[str | None, str | None, str, str]], message: str, expected: Json, actual: Json
    ) -> Verdict:
        details = [detail for _, _, _, detail in rows[:SAMPLES]]
        status = Status.FAILED if rows else Status.PASSED
        return Verdict(status, "; ".join([message, *details]), expected, actual)


def _is_a_habit(count: int, of: int) -> bool:
    return count >= HABIT_COUNT and count >= HABIT_SHARE * of


def _is_missed(case: Case) -> bool:
    """Return whether values of a case did not arrive; a new record that is lost as a whole says nothing of each."""
    return case.state is CaseState.PARTLY or (case.state is CaseState.LOST and case.kind is CaseKind.EDIT)
