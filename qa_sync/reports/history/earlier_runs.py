"""What earlier runs say about the specs of a run: which checks newly fail, and when each spec was last verified."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from qa_sync.running.events import Status
from qa_sync.running.results import Results, SpecResult, checks_with_status
from qa_sync.spill import SpilledTuple

BAD_STATUSES = frozenset({Status.FAILED, Status.ERROR})
VERIFIED = frozenset({Status.PASSED, Status.FAILED})


class Earlier(Struct):
    """The latest earlier status of each check of a spec, and when a check of it last passed or failed."""

    statuses: dict[str, Status] = field(default_factory=dict)
    verified: datetime | None = None


EarlierOf: TypeAlias = Callable[[SpecResult], Earlier | None]
"""Returns what earlier runs say of a spec of this run, None when they do not have it."""


def nothing_earlier(_: SpecResult) -> None:
    """Return None: no earlier runs are known."""


def with_earlier(results: Results, earlier: EarlierOf, *, has_baseline: bool = False) -> Results:
    """Return results whose specs say what newly fails, where earlier runs or a baseline are known, and when verified.

    A check newly fails when it failed or has an error now and not in its last run, and is no known failure.
    """
    known, recorded = results.known_by_check, _recorded(results)
    file = next((s.checks.file for s in results.sections if isinstance(s.checks, SpilledTuple)), None)
    specs = []
    for spec in results.specs:
        before = earlier(spec)
        newly: Sequence[str] | None = None
        if before or has_baseline:
            statuses = before.statuses if before else {}
            newly = tuple(n for n in _bad(spec) if (spec.spec, n) not in known and statuses.get(n) not in BAD_STATUSES)
            newly = SpilledTuple(file, newly) if file and newly else newly
        verified = _verified(results, spec, recorded) or (before.verified if before else None)
        specs.append(replace(spec, newly=newly, verified=verified))
    return replace(results, specs=tuple(specs))


def verified_at(results: Results, spec: SpecResult) -> datetime | None:
    """Return the real time at which a run verified a spec, None when it did not.

    For a replay of live systems, it is the time of the recording.
    """
    return _verified(results, spec, _recorded(results))


def _verified(results: Results, spec: SpecResult, recorded: Mapping[str, datetime]) -> datetime | None:
    return recorded.get(spec.spec, results.ran or results.started) if is_verified(spec) else spec.verified


def _recorded(results: Results) -> Mapping[str, datetime]:
    """Return the time of the oldest recording of live systems that each spec was replayed from."""
    times: dict[str, datetime] = {}
    for one in () if results.simulated else results.recordings:
        if one.spec in results.simulated_specs:
            continue
        times[one.spec] = min(one.recorded, times.get(one.spec, one.recorded))
    return times


def is_verified(spec: SpecResult) -> bool:
    """Return whether a check of the spec passed or failed."""
    return any(status in VERIFIED for section in spec.sections for status in section.summary.counts)


def _bad(spec: SpecResult) -> Iterator[str]:
    return (check.id for section in spec.sections for check in checks_with_status(section, BAD_STATUSES))
