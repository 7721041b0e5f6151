"""A document as pytest's File, its checks as Items."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qa_sync.checklist.model import Check, SectionPlan
from qa_sync.errors import QaSyncError
from qa_sync.pytest_plugin.playing import DocumentRun, failure_text
from qa_sync.running.events import CheckFinished, Status


class SpecFile(pytest.File):
    """A document; a section is played when the first of its checks is asked for."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield the checks in the document's order."""
        try:
            document_run = DocumentRun.open(self.config, self.path)
            for plan in document_run.plans:
                for check in plan.checks:
                    yield CheckItem.from_parent(self, name=check.id, check=check, plan=plan, document_run=document_run)
        except QaSyncError as error:
            raise self.CollectError(str(error)) from error


class CheckItem(pytest.Item):
    """A check; what could not be found out is pytest's `error`, what does not hold its `failed`."""

    def __init__(self, *, check: Check, plan: SectionPlan, document_run: DocumentRun, **kept: Any) -> None:
        super().__init__(**kept)
        self.check = check
        self.plan = plan
        self.document_run = document_run
        self.verdict: CheckFinished | None = None
        self.extra_keyword_matches.update({check.kind, check.title, plan.section.heading})
        self.user_properties += [("kind", check.kind), ("section", plan.section.heading)]
        self.add_marker(pytest.mark.xdist_group(f"{self.path}::{plan.section.key}"))

    def setup(self) -> None:
        """Play the section, if nobody has yet."""
        try:
            self.verdict = self.document_run.verdict(self.plan, self.check)
        except QaSyncError as error:
            pytest.fail(str(error), pytrace=False)
        if self.verdict.status is Status.ERROR:
            pytest.fail(failure_text(self.document_run, self.plan, self.verdict), pytrace=False)
        if self.verdict.status in {Status.SKIPPED, Status.MANUAL}:
            pytest.skip(f"{self.verdict.status}: {self.verdict.message}")

    def runtest(self) -> None:
        """Say what the verdict was."""
        if self.verdict and self.verdict.latency_s is not None:
            self.user_properties.append(("latency_s", self.verdict.latency_s))
        if self.verdict and self.verdict.status is Status.FAILED:
            pytest.fail(failure_text(self.document_run, self.plan, self.verdict), pytrace=False)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return the sentence or table row that the check comes from."""
        return self.path, self.check.line - 1, f"{self.plan.section.heading}: {self.check.kind} {self.check.title}"
