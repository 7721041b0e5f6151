"""Checks for what a spec shows and the reader does not understand: always selected, never passed."""

from __future__ import annotations

from collections import Counter

from qa_sync.checklist.model import Check
from qa_sync.checklist.reasons import Reason, ReasonCode
from qa_sync.dataflow.model import Section

UNREAD = "unread"
"""The kind of these checks."""


def unread_checks(section: Section, prefix: str) -> tuple[Check, ...]:
    """Return a check for each finding about something that is not read; the ids count several on one line."""
    seen: Counter[int] = Counter()
    checks = []
    for finding in section.unread:
        seen[finding.line] += 1
        number = f"-{seen[finding.line]}" if seen[finding.line] > 1 else ""
        title = f"line {finding.line} can be read"
        error = Reason(ReasonCode.NOT_UNDERSTOOD, f"not understood: {finding.message}")
        checks.append(Check(f"{prefix}/{UNREAD}:{finding.line}{number}", UNREAD, title, finding.line, error=error))
    return tuple(checks)
