"""A spec as a pytest File, its checks as Items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from qa_sync.checklist.model import Check, SectionPlan
from qa_sync.errors import QaSyncError
from qa_sync.pytest_plugin.shared_results import CutOff
from qa_sync.pytest_plugin.spec_run import NotRun, SpecRun
from qa_sync.pytest_plugin.texts import failure_text, item_name
from qa_sync.reports.shared.wording import latency_key
from qa_sync.running.events import CheckFinished, Status


class SpecFile(pytest.File):
    """A spec; a section runs when its first check does."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield the checks in the order of the spec."""
        try:
            spec_run = SpecRun.open(self.config, self.path)
            for plan in spec_run.plans:
                for check in plan.checks:
                    yield CheckItem.from_parent(
                        self, name=item_name(check.id), check=check, plan=plan, spec_run=spec_run
                    )
        except QaSyncError as error:
            raise self.CollectError(str(error)) from error


def announce_runs(items: Iterable[pytest.Item]) -> None:
    """Keep what the live runs of the selected checks will write."""
    checks = [item for item in items if isinstance(item, CheckItem)]
    selected = frozenset(item.check.id for item in checks)
    for spec_run in {id(item.spec_run): item.spec_run for item in checks}.values():
        spec_run.announce(selected)


class CheckItem(pytest.Item):
    """A check; one without a verdict is an `error` in pytest, one that fails is `failed`."""

    def __init__(self, *, check: Check, plan: SectionPlan, spec_run: SpecRun, **kept: Any) -> None:
        super().__init__(**kept)
        self.check = check
        self.plan = plan
        self.spec_run = spec_run
        self.verdict: CheckFinished | None = None
        self.extra_keyword_matches.update({check.kind, check.title, plan.section.heading})
        self.user_properties += [("kind", check.kind), ("section", plan.section.heading)]
        self.attempt = 0

    def setup(self) -> None:
        """Run the section if it has not run yet, or not since this check is run again."""
        self.attempt += 1
        self.verdict, error = None, None
        try:
            self.verdict = self.spec_run.verdict(self.plan, self.check, self._selected_checks(), self.attempt)
        except QaSyncError as problem:
            error = str(problem)
        except NotRun as reported:
            pytest.skip(f"not run: {reported}")
        if self.verdict and self.verdict.status is Status.ERROR:
            error = self._failure_text(self.verdict)
        if error or not self.verdict:
            pytest.fail(error or "no verdict", pytrace=False)
        if self.verdict.status in {Status.SKIPPED, Status.MANUAL}:
            pytest.skip(f"{self.verdict.status}: {self.verdict.message}")

    def runtest(self) -> None:
        """Report the verdict."""
        results = self.spec_run.results[self.plan.section.key][1]
        if self.verdict and self.verdict.latency_s is not None and not isinstance(results, CutOff):
            self.user_properties.append((latency_key(results, self.verdict.spec), self.verdict.latency_s))
        if self.verdict and self.verdict.status is Status.FAILED:
            pytest.fail(self._failure_text(self.verdict), pytrace=False)

    def _failure_text(self, verdict: CheckFinished) -> str:
        results = self.spec_run.results[self.plan.section.key][1]
        if isinstance(results, CutOff):
            return results.reason
        return failure_text(results, self.spec_run.lines, verdict, every=self.config.get_verbosity() > 0)

    def _selected_checks(self) -> frozenset[str]:
        """Return the ids of all checks that pytest runs; a deselected check shows no failure."""
        return frozenset(item.check.id for item in self.session.items if isinstance(item, CheckItem))

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return the location of the sentence or table row that the check comes from."""
        return self.path, self.check.line - 1, f"{self.plan.section.heading}: {self.check.kind} {self.check.title}"
