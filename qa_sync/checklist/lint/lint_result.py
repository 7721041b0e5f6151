"""The result of linting, as frozen values; no I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from msgspec import Struct

from qa_sync.dataflow.model import Dataflow, Finding, Severity
from qa_sync.errors import QaSyncError


class LintedSpec(Struct, frozen=True):
    """A spec and its findings, by line."""

    dataflow: Dataflow
    findings: tuple[Finding, ...]


class LintResult(Struct, frozen=True):
    """All specs in order; `unreadable` are the errors of specs that could not be read.

    `fail_on` is the lowest severity that fails the run.
    """

    documents: tuple[LintedSpec, ...]
    unreadable: tuple[QaSyncError, ...] = ()
    fail_on: Severity = Severity.ERROR

    @property
    def findings(self) -> Iterator[Finding]:
        """Return the findings of all specs."""
        return (finding for document in self.documents for finding in document.findings)

    @property
    def totals(self) -> Mapping[Severity, int]:
        """Return the number of findings of each severity, worst first."""
        count = Counter(finding.severity for finding in self.findings)
        return {severity: count[severity] for severity in Severity}

    @property
    def exit_code(self) -> int:
        """Return 2 when a spec could not be read, 1 when a finding reaches `fail_on`, else 0."""
        if self.unreadable:
            return 2
        worst_first = list(Severity)
        bad = worst_first[: worst_first.index(self.fail_on) + 1]
        return int(any(finding.severity in bad for finding in self.findings))
