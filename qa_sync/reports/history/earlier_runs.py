"""What earlier runs say about the specs of a run: which checks newly fail, and when each spec was last verified."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from msgspec import Struct, field
from msgspec.structs import replace

from qa_sync.running.events import Status
from qa_sync.running.results import Results, SpecResult

BAD_STATUSES = frozenset({Status.FAILED, Status.ERROR})
VERIFIED = frozenset({Status.PASSED, Status.FAILED})


class Earlier(Struct):
    """The latest earlier status of each check of a spec, and when a check of it last passed or failed."""

    statuses: dict[str, Status] = field(default_factory=dict)
    verified: datetime | None = None


def with_earlier(results: Results, earlier: Mapping[str, Earlier], *, has_baseline: bool = False) -> Results:
    """Return results whose specs say what newly fails, where earlier runs or a baseline are known, and when verified.

    A check newly fails when it failed or has an error now and not in its last run, and is no known failure.
    """
    known = results.known_by_check
    specs = []
    for spec in results.specs:
        before = earlier.get(spec.spec)
        newly = None
        if before or has_baseline:
            statuses = before.statuses if before else {}
            newly = tuple(n for n in _bad(spec) if (spec.spec, n) not in known and statuses.get(n) not in BAD_STATUSES)
        verified = verified_at(results, spec) or (before.verified if before else None)
        specs.append(replace(spec, newly=newly, verified=verified))
    return replace(results, specs=tuple(specs))


def verified_at(results: Results, spec: SpecResult) -> datetime | None:
    """Return the real time at which a run verified a spec, None when it did not.

    For a replay of live systems, it is the time of the recording.
    """
    if not is_verified(spec):
        return spec.verified
    recorded = [r.recorded for r in results.recordings if r.spec == spec.spec and not results.simulated]
    return min(recorded, default=results.ran or results.started)


def is_verified(spec: SpecResult) -> bool:
    """Return whether a check of the spec passed or failed."""
    return any(check.status in VERIFIED for section in spec.sections for check in section.checks)


def _bad(spec: SpecResult) -> Iterator[str]:
    return (check.id for section in spec.sections for check in section.checks if check.status in BAD_STATUSES)
