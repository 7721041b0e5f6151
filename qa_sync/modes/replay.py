"""`--mode replay`: the recorded answers again; no network, no waiting, the same verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from qa_sync.checklist.compiler import compile_checklist
from qa_sync.checklist.model import Checklist, SectionPlan, Side
from qa_sync.clock import VirtualClock
from qa_sync.dataflow.model import Dataflow
from qa_sync.errors import RecordingError, UsageError
from qa_sync.modes.job import CYCLE_S, Job, Prepared, cassette_path, fingerprint
from qa_sync.running.stage import Stage
from qa_sync.systems.confidential import HIDDEN
from qa_sync.systems.connector import Connector
from qa_sync.systems.recording import Expected, ReplayTransport, Tape, load_tape
from qa_sync.systems.rest import RestSystem

Tapes = Mapping[tuple[str, int], Tape]
"""The recordings by document and section ordinal."""


def prepare(job: Job) -> Prepared:
    """Make the job ready from its recordings, with their seed.

    Raises RecordingError that tells of everything that is missing, unreadable or stale.
    """
    checklists = []
    tapes: dict[tuple[str, int], Tape] = {}
    problems: list[RecordingError] = []
    for dataflow in job.dataflows:
        try:
            checklist, found = _rehearsed(job, dataflow)
        except RecordingError as problem:
            problems.append(problem)
            continue
        checklists.append(checklist)
        tapes |= found
    if problems:
        raise problems[0] if len(problems) == 1 else RecordingError("\n".join(str(p) for p in problems))
    labels = [tape.label for tape in tapes.values()]

    @contextmanager
    def open_stage(checklist: Checklist, plan: SectionPlan) -> Iterator[Stage]:
        yield _stage(job, tapes[checklist.dataflow.path, plan.section.ordinal], plan)

    if not labels:
        return Prepared(tuple(checklists), open_stage, job.seed or "")
    return Prepared(tuple(checklists), open_stage, labels[0].seed, labels[0].started)


def _rehearsed(job: Job, dataflow: Dataflow) -> tuple[Checklist, Tapes]:
    # What is recorded does not depend on the seed, so the checklist is made twice: to know what, and with which seed.
    needed = [plan for plan in compile_checklist(dataflow, job.cards, "").sections if plan.scenarios]
    tapes: dict[tuple[str, int], Tape] = {}
    problems: list[str] = []
    for plan in needed:
        try:
            tapes[dataflow.path, plan.section.ordinal] = _load(job, dataflow, plan)
        except RecordingError as problem:
            problems.append(str(problem))
    if problems:
        raise RecordingError("\n".join(problems))
    seeds = {tape.label.seed for tape in tapes.values()}
    if len(seeds) > 1:
        raise RecordingError(
            f"{dataflow.path}: its recordings were made in different runs (seeds {', '.join(sorted(seeds))})",
            hint=f"record them again: qa-sync check {dataflow.path} --mode record",
        )
    (seed,) = seeds or {job.seed or ""}
    if job.seed not in {None, seed}:
        raise UsageError(f"{dataflow.path} was recorded with seed {seed!r}, got --seed {job.seed!r}")
    return compile_checklist(dataflow, job.cards, seed), tapes


def _load(job: Job, dataflow: Dataflow, plan: SectionPlan) -> Tape:
    fingerprints = {c.name: c.fingerprint for c in _ends(job, plan).values()}
    expected = Expected(fingerprints, fingerprint(plan.section), dataflow.path)
    return load_tape(cassette_path(job.cassettes, dataflow, plan.section), expected)


def _stage(job: Job, tape: Tape, plan: SectionPlan) -> Stage:
    clock = VirtualClock(tape.label.started)
    transport = ReplayTransport(tape)
    systems = {
        side: RestSystem(
            label, connector, tape.label.urls[connector.name], _no_secrets(connector), transport, signs=False
        )
        for side, label, connector in (
            (Side.SOURCE, plan.section.source.system, _ends(job, plan)[Side.SOURCE]),
            (Side.TARGET, plan.section.target.system, _ends(job, plan)[Side.TARGET]),
        )
    }
    return Stage(systems, clock, lambda: clock.sleep(CYCLE_S), tape.label.started, job.timeout_s)


def _ends(job: Job, plan: SectionPlan) -> Mapping[Side, Connector]:
    section = plan.section
    return {Side.SOURCE: job.connectors[section.source.system], Side.TARGET: job.connectors[section.target.system]}


def _no_secrets(connector: Connector) -> Mapping[str, str]:
    """Stand in for the credentials, as the recording does: nobody looks at them in a replay."""
    return dict.fromkeys(connector.secrets, HIDDEN)
