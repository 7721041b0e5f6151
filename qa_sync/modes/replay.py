"""`--mode replay`: replays the recorded responses; no network, no waiting, the same verdicts."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

from msgspec.structs import replace

from qa_sync.checklist.depth import Depth
from qa_sync.checklist.model import Checklist, SectionPlan
from qa_sync.checklist.side import Side
from qa_sync.checklist.without_steps import without_steps
from qa_sync.clock import Clock, RealClock, ReplayClock, VirtualClock
from qa_sync.dataflow.model import Dataflow, Section
from qa_sync.errors import RecordingError, UsageError
from qa_sync.modes.compiled_again import CompiledAgain
from qa_sync.modes.job import (
    CYCLE_S,
    EARLIER,
    EPOCH,
    Job,
    PreparedRun,
    cassette_path,
    check_distinct_recordings,
    fingerprint,
)
from qa_sync.running.environment import Environment, SyncControl
from qa_sync.running.needs import DuringCycle
from qa_sync.running.results import Recording
from qa_sync.spill import MOST_IN_MEMORY, SpilledItems, SpilledTuple, SpillFile
from qa_sync.systems.connectors.load import Connector
from qa_sync.systems.recording.cassette_file import is_recorded
from qa_sync.systems.recording.player import Cassette, ExpectedLabel, ReplayTransport, load_cassette
from qa_sync.systems.redaction import HIDDEN
from qa_sync.systems.rest.rest_system import RestSystem

CASSETTES = Path("cassettes")
"""The default folder of the recordings, which a hint does not name."""

MOST_REQUESTS = 10_000
"""Recordings with more requests than this together are read again when they run."""

MOST_PROBLEMS = 10
"""How many problems with recordings are named."""

Cassettes = Mapping[tuple[str, int], Cassette]
"""The recordings by spec path and section ordinal."""


def prepare(job: Job) -> PreparedRun:
    """Prepare the job from its recordings, with their seed.

    Raises one RecordingError for all recordings that are missing, unreadable, stale or too old.
    """
    check_distinct_recordings(job.dataflows)
    file = SpillFile() if len(job.dataflows) > MOST_IN_MEMORY else None
    checklists, cassettes = _load_specs(job, file)
    replayed: dict[tuple[str, int], Sequence[Recording]] = {}

    @contextmanager
    def open_environment(checklist: Checklist, plan: SectionPlan) -> Iterator[Environment]:
        place = checklist.dataflow.path, plan.section.ordinal
        try:
            yield _stage(job, cassettes[place], plan)
        finally:
            one = (_recording(checklist.dataflow.path, plan.section.key, cassettes[place]),)
            replayed[place] = SpilledTuple(file, one) if file else one
            cassettes[place].release()

    run = PreparedRun(checklists, open_environment, job.seed or "", scenarios_of=CompiledAgain(job).scenarios)
    run = replace(run, release=file.close) if file else run
    if not cassettes:
        return run

    def recordings() -> Sequence[Recording]:
        found = (one for place in cassettes if place in replayed for one in replayed[place])
        return SpilledItems(file, found) if file else tuple(found)

    # The start of a run with recordings of both kinds is a real one.
    real = (c for c in cassettes.values() if c.label.started != EPOCH)
    seed, started = (first := next(iter(cassettes.values()))).label.seed, next(real, first).label.started
    simulated = frozenset(spec for (spec, _), cassette in cassettes.items() if cassette.label.started == EPOCH)
    return replace(run, seed=seed, started=started, recordings=recordings, simulated_specs=simulated)


def _load_specs(job: Job, file: SpillFile | None) -> tuple[Sequence[Checklist], Cassettes]:
    """Load all specs; of many, most without their steps and requests, which are read again when they run."""
    cassettes: dict[tuple[str, int], Cassette] = {}
    problems: list[RecordingError] = []
    checklists = SpilledItems(file, _compiled(job, cassettes, problems), MOST_IN_MEMORY) if file else None
    loaded = checklists or tuple(_compiled(job, cassettes, problems))
    if problems:
        raise problems[0] if len(problems) == 1 else _merged_error(problems)
    return loaded, cassettes


def _compiled(
    job: Job, cassettes: dict[tuple[str, int], Cassette], problems: list[RecordingError]
) -> Iterator[Checklist]:
    """Yield the checklists; adds their recordings, and the problems with them."""
    requests = 0
    selected = _selected_sections(job)
    for number, dataflow in enumerate(job.dataflows):
        checklist, found, own_problems = _load_spec(job, dataflow, selected)
        cassettes |= found
        problems += own_problems
        requests += sum(cassette.requests for cassette in found.values())
        if requests > MOST_REQUESTS:
            for cassette in found.values():
                cassette.release()
        yield checklist if number < MOST_IN_MEMORY else without_steps(checklist)


def _recording(spec: str, key: str, cassette: Cassette) -> Recording:
    unused, times, label = cassette.unused_requests(), cassette.times(), cassette.label
    ended = label.started + timedelta(seconds=max(times)) if times else None
    return Recording(spec, key, str(cassette.path), label.started, cassette.requests, unused, ended)


def _selected_sections(job: Job) -> frozenset[tuple[str, int]]:
    """Return the path and ordinal of each section that runs; ids of checks do not depend on the seed."""
    if job.narrow is None:
        return frozenset((d.path, s.ordinal) for d in job.dataflows for s in d.sections)
    compiled = (without_steps(job.compiled(dataflow, job.seed or "")) for dataflow in job.dataflows)
    with closing(SpillFile()) as file:
        chosen = job.narrow(SpilledItems(file, compiled, MOST_IN_MEMORY))
        return frozenset((c.dataflow.path, plan.section.ordinal) for c in chosen for plan in c.sections)


def _load_spec(
    job: Job, dataflow: Dataflow, selected: frozenset[tuple[str, int]]
) -> tuple[Checklist, Cassettes, list[RecordingError]]:
    """Load the recordings of a spec's selected sections and compile its checklist with their seed."""
    sections = [s for s in dataflow.sections if s.duplicate_of is None and (dataflow.path, s.ordinal) in selected]
    paths = {s.ordinal: cassette_path(job.cassettes, dataflow, s) for s in sections}
    loaded, problems = _loaded(job, dataflow, [s for s in sections if is_recorded(paths[s.ordinal])])
    seeds = sorted({cassette.label.seed for cassette in loaded.values()})
    if len(seeds) > 1:
        problems.append(_several_seeds(dataflow, seeds))
    seed = _seed(job, dataflow, seeds)
    checklist = job.compiled(dataflow, seed)
    needed = [plan.section for plan in checklist.sections if plan.scenarios and plan.section in sections]
    # Loading a missing recording raises the error about it.
    problems += _loaded(job, dataflow, [s for s in needed if not is_recorded(paths[s.ordinal])])[1]
    return checklist, loaded, problems


def _loaded(job: Job, dataflow: Dataflow, sections: Iterable[Section]) -> tuple[Cassettes, list[RecordingError]]:
    cassettes: dict[tuple[str, int], Cassette] = {}
    problems: list[RecordingError] = []
    for section in sections:
        try:
            cassettes[dataflow.path, section.ordinal] = _load(job, dataflow, section)
        except RecordingError as problem:
            # The problem itself refers to everything that was read before it.
            problems.append(RecordingError(problem.message, location=problem.location, hint=problem.hint))
    return cassettes, problems


def _several_seeds(dataflow: Dataflow, seeds: Sequence[str]) -> RecordingError:
    return RecordingError(
        f"{dataflow.path}: its recordings were made in different runs (seeds {', '.join(seeds)})",
        hint=f"record them again: qa-sync check {dataflow.path} --mode record",
    )


def _seed(job: Job, dataflow: Dataflow, seeds: Sequence[str]) -> str:
    seed = seeds[0] if seeds else job.seed or ""
    if job.seed not in {None, seed}:
        raise UsageError(f"{dataflow.path} was recorded with seed {seed!r}, got --seed {job.seed!r}")
    return seed


def _merged_error(problems: Sequence[RecordingError]) -> RecordingError:
    """Return all problems as one error, the first ones with their message and hint."""
    shown, more = problems[:MOST_PROBLEMS], len(problems) - MOST_PROBLEMS
    messages = [f"  {p.message}" for p in shown] + [f"  and {more} more"] * (more > 0)
    hints = dict.fromkeys(p.hint for p in shown if p.hint)
    return RecordingError("\n".join([f"{len(problems)} problems with recordings:", *messages]), hint="; ".join(hints))


def _load(job: Job, dataflow: Dataflow, section: Section) -> Cassette:
    fingerprints = {c.name: c.fingerprint for c in _connectors_by_side(job, section).values()}
    others = (replace(job, depth=depth) for depth in Depth if depth is not job.depth)
    depths = {fingerprint(other, section): other.depth.value for other in others}
    words = [dataflow.path] if job.cassettes == CASSETTES else [dataflow.path, "--cassettes", str(job.cassettes)]
    expected = ExpectedLabel(fingerprints, fingerprint(job, section), shlex.join(words), depths)
    cassette = load_cassette(cassette_path(job.cassettes, dataflow, section), expected)
    if job.max_age is not None:
        cassette.reject_old(RealClock().now(), job.max_age)
    return cassette


def _stage(job: Job, cassette: Cassette, plan: SectionPlan) -> Environment:
    label = cassette.label
    times = cassette.times()
    clock = ReplayClock(label.started, times) if times else VirtualClock(label.started)
    transport = ReplayTransport(cassette)
    labels = {Side.SOURCE: plan.section.source.system, Side.TARGET: plan.section.target.system}
    systems = {
        side: RestSystem(
            labels[side],
            c,
            cassette.url_of(labels[side], c.name),
            _no_secrets(c),
            transport,
            env=_parameters(job, labels[side]),
            clock=clock,
            authenticates=False,
        )
        for side, c in _connectors_by_side(job, plan.section).items()
    }
    return Environment(
        systems,
        clock,
        lambda: clock.sleep(CYCLE_S),
        label.since or label.started - EARLIER,
        job.timeout_s,
        job.settings.zone,
        cycles_known=label.cycles_known,
        exclusive=label.since is None,
        max_lag_s=job.max_lag_for(plan.section),
        control=_replayed_control(clock, cycles_known=label.cycles_known),
    )


def _replayed_control(clock: Clock, *, cycles_known: bool) -> SyncControl:
    """Return a control that lets the same time pass as a cycle of the sandbox, around the same edits."""

    def run_during(actions: Sequence[DuringCycle]) -> Sequence[bool]:
        clock.sleep(CYCLE_S / 2)
        for one in actions:
            one.action()
        clock.sleep(CYCLE_S / 2)
        return [True] * len(actions)

    return SyncControl(run_at_once=lambda: None, run_during=run_during if cycles_known else None)


def _connectors_by_side(job: Job, section: Section) -> Mapping[Side, Connector]:
    return {Side.SOURCE: job.connectors[section.source.system], Side.TARGET: job.connectors[section.target.system]}


def _parameters(job: Job, label: str) -> Mapping[str, str | int | bool]:
    own = job.settings.system(label)
    return own.parameters if own else {}


def _no_secrets(connector: Connector) -> Mapping[str, str]:
    """Return the placeholders of the credentials, as in the recording."""
    return dict.fromkeys(connector.secrets, HIDDEN)
