"""Alerts for lost changes: a command or a web hook gets them as JSON, bounded in rate.

A channel that fails is reported, and the observation goes on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from qa_sync.errors import QaSyncError
from qa_sync.observe.model import Case, CaseState, ObservedSection
from qa_sync.observe.reporting.case_text import audit_command, case_text, pending_pairs, records_of
from qa_sync.observe.reporting.progress import ReadProgress
from qa_sync.values.form import Json

SCHEMA: Final = "qa-sync/alert/1"
PAUSE: Final = timedelta(minutes=1)
"""The least time between two alerts: a sync that stands still loses hundreds of changes, and one message says so."""
MOST_CASES: Final = 20
"""How many cases an alert has; it always has their number."""

Send = Callable[[str], None]
"""Sends an alert as JSON text; raises QaSyncError, whose text has no secret."""


class Alerts:
    """Collects lost changes and sends them to the channels, at most one alert in `PAUSE`."""

    def __init__(
        self,
        channels: Sequence[Send],
        sections: Sequence[ObservedSection],
        notify: Callable[[str], None],
        redact: Callable[[str], str],
    ) -> None:
        self._channels = channels
        self._sections: Mapping[str, ObservedSection] = {one.key: one for one in sections}
        self._notify = notify
        self._redact = redact
        self._waiting: list[Case] = []
        self._sent: datetime | None = None
        self._now: datetime | None = None

    def handle(self, read: ReadProgress) -> None:
        """Send what was lost, unless the last alert was sent a moment ago: then the next one has it."""
        self._now = read.at
        self._waiting += [case for case in read.missed if case.state in {CaseState.LOST, CaseState.PARTLY}]
        if self._sent is None or read.at - self._sent >= PAUSE:
            self.close()

    def close(self) -> None:
        """Send what has not been sent yet."""
        if not self._waiting:
            return
        cases, self._waiting, self._sent = self._waiting, [], self._now
        text = self._redact(json.dumps(alert_of(cases, self._sections)))
        for send in self._channels:
            try:
                send(text)
            except QaSyncError as error:
                self._notify(f"the alert of {len(cases):,} lost changes was not sent: {error}")


def alert_of(cases: Sequence[Case], sections: Mapping[str, ObservedSection]) -> Mapping[str, Json]:
    """Return an alert as a JSON object; `text` is what chat programs show."""
    number = f"{len(cases):,} change{'s' * (len(cases) != 1)}"
    first = sections[cases[0].section]
    text = f"qa-sync: {number} did not arrive, such as {case_text(first, cases[0])}; {audit_command(first, cases[0])}"
    return {
        "schema": SCHEMA,
        "text": text,
        "lost": len(cases),
        "cases": [_case(sections[case.section], case) for case in cases[:MOST_CASES]],
    }


def _case(section: ObservedSection, case: Case) -> Json:
    records: list[Json] = [
        {"system": ref.system, "entity": ref.entity, "id": ref.id} for ref in records_of(section, case)
    ]
    return {
        "spec": section.spec,
        "section": section.plan.section.heading,
        "direction": case.direction.value,
        "kind": case.kind.value,
        "state": case.state.value,
        "changed": case.opened.isoformat(),
        "records": records,
        "pending": list(pending_pairs(section, case)),
        "audit": audit_command(section, case),
    }
