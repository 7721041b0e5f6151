"""Runs the checks of a spec section by section, each section once."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace

from qa_sync.checklist.depth import Depth
from qa_sync.checklist.model import Check, Checklist, SectionPlan
from qa_sync.checklist.selection import narrow_checklist
from qa_sync.dataflow.load import load_dataflow
from qa_sync.errors import QaSyncError, UnknownName, UsageError
from qa_sync.files import is_utf8
from qa_sync.modes.documents import apply_configured_pairs, connectors_of
from qa_sync.modes.job import Job, PlannedRecords, PreparedRun
from qa_sync.modes.live_systems.planned_time import planned_time
from qa_sync.modes.live_systems.planned_writes import describe_writes
from qa_sync.modes.live_systems.redact_events import redact_events
from qa_sync.modes.live_systems.run_journal import planned_records
from qa_sync.modes.live_systems.write_permissions import limit_to_writable, read_only_reason
from qa_sync.modes.table import MODES, prepare
from qa_sync.pytest_plugin.folder import results_folder
from qa_sync.pytest_plugin.shared_results import CutOff, SharedResults
from qa_sync.reports.shared.escape import escape_invisible
from qa_sync.reports.shared.planned_text import planned_run
from qa_sync.reports.shared.wording import group_not_removed
from qa_sync.running.collect_results import collect_results
from qa_sync.running.events import CheckFinished, Leftover
from qa_sync.running.filter import filter_events
from qa_sync.running.results import Results
from qa_sync.running.runner import RunConfig, run
from qa_sync.settings.find import find_settings
from qa_sync.settings.read import load_settings

TIMEOUT_S = 120.0
SUPPORTED_MODES = tuple(mode for mode in MODES if mode != "record")
"""Not `record`: a recording is of a whole spec, and pytest may run parts."""
NO_SEED = "collected"
"""The seed for collecting; ids of checks do not depend on it. The run uses the seed of its mode."""


class NotRun(Exception):
    """A check that is not run, for a reason that an earlier check has reported as an error."""


@dataclass(slots=True)
class SpecRun:
    """The run of a spec; sends no request and reads no recording before the first check runs."""

    config: pytest.Config
    mode: str
    job: Job
    lines: Sequence[str]
    checklist: Checklist
    shared: SharedResults
    results: dict[str, tuple[int, Results | CutOff]] = field(default_factory=dict)
    left: list[Leftover] = field(default_factory=list)
    prepared: PreparedRun | None = None
    error: QaSyncError | None = None
    failed_attempts: int = 0
    finishes: bool = False

    @classmethod
    def open(cls, config: pytest.Config, path: Path) -> SpecRun:
        """Read a spec; raises QaSyncError for an invalid spec, settings or options."""
        mode = str(config.getoption("--qa-sync-mode"))
        if mode not in SUPPORTED_MODES:
            raise UnknownName("mode", mode, SUPPORTED_MODES, hint="recordings are made by qa-sync check --mode record")
        job = _job(config, path)
        if mode == "live" and not (config.getoption("--qa-sync-yes") or config.option.collectonly):
            _refuse_writes(job)
        (dataflow,) = job.dataflows
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        checklist = job.compiled(dataflow, job.seed or NO_SEED)
        return cls(config, mode, job, lines, checklist, SharedResults(results_folder(config)))

    @property
    def path(self) -> str:
        """The path of the spec as reports show it."""
        return self.checklist.dataflow.path

    @property
    def plans(self) -> tuple[SectionPlan, ...]:
        """The sections with their checks."""
        return self.checklist.sections

    def verdict(self, plan: SectionPlan, check: Check, selected: frozenset[str], attempt: int) -> CheckFinished:
        """Return a check's verdict; runs its section if no process has run it yet, or not in this attempt.

        `selected` are the ids of the checks that pytest runs; `attempt` counts from 1, also for reruns of the check.
        Raises QaSyncError when the spec cannot be run, or NotRun when that has been reported already.
        """
        results = self._section_results(plan, selected, attempt)
        if isinstance(results, CutOff):
            raise NotRun(f"the section was cut off: {results.reason}")
        return next(c for c in results.checks if c.id == check.id)

    def _section_results(self, plan: SectionPlan, selected: frozenset[str], attempt: int) -> Results | CutOff:
        key = plan.section.key
        with self.shared.section(self.path, plan.section.ordinal) as runs:
            if runs.number < attempt:
                try:
                    results = self._run_section(key, selected, attempt)
                except (QaSyncError, NotRun, KeyboardInterrupt, SystemExit, pytest.exit.Exception):
                    raise
                except BaseException as cause:
                    runs.add(CutOff(str(cause).partition("\n")[0] or type(cause).__name__))
                    raise
                runs.add(results)
                self.left += results.leftovers
                self.results[key] = runs.number, results
            if key not in self.results or self.results[key][0] < runs.number:
                self.results[key] = runs.number, runs.latest()
        return self.results[key][1]

    def _run_section(self, key: str, selected: frozenset[str], attempt: int) -> Results:
        if self.mode == "replay" and self.prepared and key in self.results:
            self.prepared.close()
            self.prepared = None  # its recordings are used up
        ready = self._prepare(selected, attempt)
        only = [
            replace(c, sections=tuple(replace(p, reported=selected) for p in c.sections if p.section.key == key))
            for c in ready.checklists
        ]
        config = RunConfig(
            self.mode, ready.seed, ready.started, time.perf_counter, stop=ready.stop, is_simulated=ready.is_simulated
        )
        events = run(only, ready.open_environment, config)
        ids = frozenset((self.path, check) for check in selected)
        return collect_results(filter_events(redact_events(events, ready.redact) if ready.redact else events, ids))

    def _prepare(self, selected: frozenset[str], attempt: int) -> PreparedRun:
        """Prepare the spec for its mode, once in each attempt; an error is raised for the first check only."""
        if self.prepared is None and self.failed_attempts < attempt:
            try:
                self.prepared = self._begin(selected)
                if not self.finishes:
                    self.config.add_cleanup(self._finish)
                    self.finishes = True
            except QaSyncError as error:
                self.error, self.failed_attempts = error, attempt
        if self.prepared is None and self.error:
            if self.shared.is_first(self.path, attempt):
                raise self.error
            raise NotRun(str(self.error).partition("\n")[0])
        assert self.prepared is not None  # noqa: S101 - there is a run or an error
        return self.prepared

    def _begin(self, selected: frozenset[str]) -> PreparedRun:
        """Prepare the spec, and read its systems for the selected checks before the first write."""
        narrow = partial(self._narrowed, selected)
        ready = prepare(self.mode, replace(self.job, narrow=narrow, notify=self._print))
        try:
            ready.begin(narrow(ready.checklists))
        except QaSyncError:
            ready.close()
            raise
        return ready

    def _narrowed(self, selected: frozenset[str], checklists: Sequence[Checklist]) -> Sequence[Checklist]:
        ids = frozenset((self.path, check) for check in selected)
        return [narrow_checklist(c, ids, whole_sections=True) for c in checklists]

    def announce(self, selected: frozenset[str]) -> None:
        """Keep what a live run of the selected checks will write, for the process with the terminal to print."""
        if self.mode != "live":
            return
        settings = self.job.settings
        chosen = self._narrowed(selected, [limit_to_writable(self.checklist, settings)])
        urls = {label: own.url for label in self.job.connectors if (own := settings.system(label)) and own.url}
        self.shared.announce(self.path, self._planned_lines(planned_records(urls, chosen), chosen))

    def _planned_lines(self, writes: Sequence[PlannedRecords], chosen: Sequence[Checklist]) -> Sequence[str]:
        """Return which records the checks of the spec create, how many, and how long that takes."""
        sync = self.job.settings.sync
        longest_s = max(self.job.timeout_s, self.job.max_lag_s or 0.0)
        planned = planned_time(chosen, interval_s=sync.interval_s, timeout_s=longest_s, parallel=1) if writes else None
        lines = list(describe_writes(writes))
        if planned:
            times = {"usual_s": planned.usual_s, "longest_s": planned.longest_s, "interval_s": planned.interval_s}
            lines.append(planned_run(sum(each.count for each in writes), **times))
        return lines

    def _finish(self) -> None:
        """Clean up live systems, report records that could not be removed, and close the run.

        A replay writes nothing; what its recorded run did not remove is in the report of that run.
        """
        if self.prepared is None:
            return
        with closing(self.prepared):
            left = self.prepared.clean_up(self.left)
        for what, ids, reason in group_not_removed(left if self.mode != "replay" else (), len(left)):
            # On a new line, not among the progress dots.
            sys.stderr.write(f"\n{escape_invisible(f'not removed: {what} {ids}: {reason}')}\n")

    def _print(self, line: str) -> None:
        """Print a line while tests run, past output capturing; a pytest-xdist worker has no terminal."""
        plugins = self.config.pluginmanager
        reporter, capture = plugins.get_plugin("terminalreporter"), plugins.get_plugin("capturemanager")
        if reporter:
            with capture.global_and_fixture_disabled() if capture else nullcontext():
                reporter.ensure_newline()
                reporter.write_line(escape_invisible(line))


def _refuse_writes(job: Job) -> None:
    """Raise UsageError when the run could write to a live system; pytest cannot ask."""
    writable = [label for label in sorted(job.connectors) if not read_only_reason(job.settings, label)]
    if writable:
        raise UsageError(
            f"nothing was run: a live run writes to {' and '.join(writable)}",
            hint="add --qa-sync-yes to allow the writes",
        )


def _job(config: pytest.Config, path: Path) -> Job:
    root = config.rootpath
    named = config.getoption("--qa-sync-config")
    settings = load_settings(root / named if named else find_settings(root))
    shown = path.relative_to(root) if path.is_relative_to(root) else path
    dataflows = (replace(load_dataflow(str(path)), path=str(shown)),)
    connectors = connectors_of(dataflows, settings)
    timeout_s = TIMEOUT_S if settings.sync.timeout_s is None else settings.sync.timeout_s
    cassettes = root / (config.getoption("--qa-sync-cassettes") or "cassettes")
    seed = config.getoption("--qa-sync-seed")
    if seed and not is_utf8(seed):
        raise UsageError(f"--qa-sync-seed: expected UTF-8 text, got {seed!r}")
    configured = apply_configured_pairs(dataflows, connectors, settings)
    depth = Depth(config.getoption("--qa-sync-depth"))
    return Job(configured, connectors, cassettes, seed, timeout_s, settings=settings, depth=depth)
