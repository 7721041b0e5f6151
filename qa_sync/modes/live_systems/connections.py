"""Connections to the user's systems, shared by all sections."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from qa_sync.clock import Clock, MonotonicClock, RealClock, RequestClock, StopFlag
from qa_sync.dataflow.model import Dataflow
from qa_sync.errors import UsageError, did_you_mean
from qa_sync.modes.job import Job
from qa_sync.modes.live_systems.write_permissions import read_only_reason
from qa_sync.settings.model import FILE_NAME, Settings, SystemSettings, read_environment
from qa_sync.systems.connectors.load import Connector
from qa_sync.systems.http.rate_limits import Rate, RateLimiter
from qa_sync.systems.http.response_limits import ResponseLimits
from qa_sync.systems.http.retrying.retry_policy import RetryPolicy
from qa_sync.systems.http.retrying.silence_limit import SilenceLimit
from qa_sync.systems.http.retrying.waits import Notify, ignore_notice
from qa_sync.systems.read_only import ReadOnlySystem
from qa_sync.systems.redaction import Redactor
from qa_sync.systems.rest.live_connection import LiveConnection, Wrap, open_connection
from qa_sync.systems.secret_values import reject_ordinary_secrets
from qa_sync.systems.system import System


class LiveSystem(Struct, frozen=True):
    """A live system and its connection."""

    job: Job
    connection: LiveConnection

    def system(self, wrap: Wrap | None = None, clock: Clock | None = None) -> System:
        """Return the system, optionally with a recorder and its own clock.

        It is read-only unless the settings allow writes.
        """
        rest = self.connection.system(wrap, clock) if wrap else self.connection.system(clock=clock)
        why = read_only_reason(self.job.settings, self.connection.label)
        return ReadOnlySystem(rest, why) if why else rest


def labels_of(dataflows: Iterable[Dataflow]) -> tuple[str, ...]:
    """Return the labels of the systems in the sections, in order."""
    entities = (e for d in dataflows for s in d.sections if s.duplicate_of is None for e in (s.source, s.target))
    return tuple(dict.fromkeys(e.system for e in entities))


NO_SETTINGS = "not configured, because no qa-sync.toml is found in this folder or above"
HOW_TO_CONFIGURE = "qa-sync init SPEC writes one to start from; --config names another file"


def has_url(job: Job, label: str) -> bool:
    """Return whether the settings have the URL of a system."""
    own = job.settings.system(label)
    return bool(own and own.url)


def connect(
    job: Job,
    redact: Redactor,
    clock: Clock | None = None,
    stop: StopFlag | None = None,
    labels: Sequence[str] | None = None,
) -> Mapping[str, LiveSystem]:
    """Return the systems of the job by label, by default all; raises one UsageError for everything that is missing.

    The confidential values of each system are added to `redact`; `clock` is used to wait (None: the default of
    `open_system_connection`); `stop` is set when the run is interrupted.
    """
    found: dict[str, LiveSystem] = {}
    problems: list[UsageError] = []
    labels = labels_of(job.dataflows) if labels is None else labels
    for label in labels:
        try:
            connection = open_system_connection(
                job.settings, label, job.connectors[label], redact, clock=clock, stop=stop, notify=job.notify
            )
            found[label] = LiveSystem(job, connection)
        except UsageError as problem:
            problems.append(problem)
    if problems and job.settings.path is None:
        raise UsageError(f"{' and '.join(labels)}: {NO_SETTINGS}", hint=HOW_TO_CONFIGURE)
    if len(problems) > 1:
        raise UsageError("\n".join([f"{len(problems)} systems are not configured:", *map(str, problems)]))
    if problems:
        raise problems[0]
    return found


def open_system_connection(
    settings: Settings,
    label: str,
    connector: Connector,
    redact: Redactor,
    *,
    retry_policy: RetryPolicy | None = None,
    clock: Clock | None = None,
    stop: StopFlag | None = None,
    notify: Notify = ignore_notice,
) -> LiveConnection:
    """Open the connection to a system of the settings.

    Raises UsageError when a setting is missing, or a secret cannot be told from ordinary text.
    `retry_policy` replaces that of the connector, `clock` the system clock; `stop` is set when the run is interrupted;
    `notify` takes lines about long waits.
    """
    own = settings.system(label)
    if own is None or own.url is None:
        near = did_you_mean(label, settings.systems) if own is None else None
        raise UsageError(
            f"the url of {label} is missing",
            location=own.location if own else None,
            hint=near or f'add it to {FILE_NAME}: [systems."{label}"] url = "https://..."',
        )
    secrets = read_environment(own.secrets, os.environ, label)
    reject_ordinary_secrets(label, secrets)
    stop = stop or StopFlag()
    rate_limiter = _rate_limiter(own, RequestClock(clock or MonotonicClock(), stop))
    clock = RequestClock(clock or RealClock(), stop)
    return open_connection(
        label,
        connector,
        own.url,
        secrets,
        clock=clock,
        redact=redact,
        env=own.parameters,
        rate_limiter=rate_limiter,
        retry_policy=retry_policy,
        limits=response_limits(own),
        silence_limit=SilenceLimit(stop),
        redirects=own.redirects,
        notify=notify,
    )


def response_limits(own: SystemSettings) -> ResponseLimits:
    """Return the limits of a system's responses."""
    default = ResponseLimits()
    return ResponseLimits(
        own.max_bytes or default.max_bytes,
        own.max_seconds or default.max_seconds,
        own.max_depth or default.max_depth,
        own.max_headers or default.max_headers,
        own.max_values or default.max_values,
    )


def _rate_limiter(own: SystemSettings, clock: Clock) -> RateLimiter:
    rate = Rate(own.rate.count, own.rate.seconds) if own.rate else None
    return RateLimiter(clock, rate, own.concurrency)
