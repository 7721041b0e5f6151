"""JSON of the contract `qa-sync/results/1` (schemas/results-1.json) -> Results.

Two steps: `json` parses the text, msgspec validates its structure and names the path of the first problem
(`$.specs[0].line`). The decoder of msgspec is not used: it rejects values that a report may contain (lone surrogates,
which an API can send, and `1e400`), and its syntax errors have no line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, TypeAlias

import msgspec
from msgspec import Struct

from qa_sync.dataflow.model import Origin
from qa_sync.errors import UsageError
from qa_sync.location import Location
from qa_sync.reports.formats.results_json import SCHEMA
from qa_sync.reports.shared.escape import escape_invisible
from qa_sync.running.events import Arrival, CheckFinished, Direction, Leftover, Observed, RecordRef, Status
from qa_sync.running.results import KnownFailure, Recording, Results, SectionResult, SpecResult
from qa_sync.systems.system import ExchangeSummary
from qa_sync.values.comparison.compare import Difference
from qa_sync.values.form import Json

Number: TypeAlias = int | float
"""With `float` alone, 0 would be written back as 0.0."""

LONGEST: Final = 200
"""Maximum length of a message in characters; it may contain a value of the file."""


class ArrivalsJson(Struct, frozen=True):
    """The latencies of each direction in seconds."""

    forward: tuple[Number, ...] = ()
    backward: tuple[Number, ...] = ()


class CheckJson(Struct, frozen=True):
    """A check."""

    id: str
    kind: str
    title: str
    line: int
    status: Status
    origin: Origin | None
    message: str | None
    expected: Json
    actual: Json
    latency_s: Number | None
    records: tuple[RecordRef, ...]
    difference: Difference | None = None
    steps: tuple[str, ...] = ()
    exchanges: tuple[ExchangeSummary, ...] = ()
    arrivals: ArrivalsJson = ArrivalsJson()
    unchanged: bool = False


class SectionJson(Struct, frozen=True):
    """A section."""

    key: str
    ordinal: int
    heading: str
    line: int
    duplicate_of: int | None
    checks: tuple[CheckJson, ...]
    observed: Observed | None = None


class SpecJson(Struct, frozen=True):
    """A spec."""

    spec: str
    title: str
    sections: tuple[SectionJson, ...]
    text: str | None = None
    newly: tuple[str, ...] | None = None
    verified: str | None = None
    simulated: bool = False


class RecordingJson(Struct, frozen=True):
    """A recording; its time is a text because msgspec would round it."""

    spec: str
    key: str
    path: str
    recorded: str
    requests: int
    unplayed: tuple[str, ...]
    ended: str | None = None


class RanJson(Struct, frozen=True):
    """The real times of a run."""

    started: str


class ResultsJson(Struct, frozen=True):
    """The whole file, without the members computed from the others."""

    mode: str
    seed: str
    started: str
    duration_s: Number
    specs: tuple[SpecJson, ...]
    leftovers: tuple[Leftover, ...]
    recordings: tuple[RecordingJson, ...] = ()
    known: tuple[KnownFailure, ...] = ()
    overdue: tuple[str, ...] = ()
    interrupted: bool = False
    simulated: bool = False
    ran: RanJson | None = None
    options: tuple[str, ...] | None = None
    unfinished: bool = False


def parse(text: str, path: str = "results.json") -> Results:
    """Parse the text that `results_json.render` wrote; `path` is for error messages.

    Raises UsageError for text that is not JSON, another schema or version, and a member of the wrong type.
    """
    document = _loaded(text, path)
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema != SCHEMA:
        raise UsageError(
            f"expected results of schema {SCHEMA!r}, got {schema!r}",
            location=Location(path, _line_of(text, '"schema"')),
            hint="give a file written by `--report json` of this version",
        )
    try:
        return _results(msgspec.convert(document, ResultsJson))
    except msgspec.ValidationError as error:
        raise UsageError(_problem(str(error)), location=Location(path)) from None
    except (UnicodeEncodeError, RecursionError) as error:
        raise UsageError(f"invalid results: {error}", location=Location(path)) from None


def _loaded(text: str, path: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(
            f"not JSON: {error.msg}",
            location=Location(path, error.lineno),
            hint="give a file written by `--report json`",
        ) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"not JSON: {error}", location=Location(path)) from error


def _line_of(text: str, word: str) -> int | None:
    """Return the 1-based line of the first occurrence of a word, None without one."""
    before, match, _ = text.partition(word)
    return before.count("\n") + 1 if match else None


def _problem(text: str) -> str:
    """Return "$.seed: expected `str`, got `int`" for "Expected `str`, got `int` - at `$.seed`"."""
    what, at, where = text.rpartition(" - at ")
    if not at:  # msgspec does not name the root
        what, where = text, "$"
    shown = escape_invisible(what if len(what) <= LONGEST else f"{what[:LONGEST]}...")
    return f"{where.strip('`')}: {shown[:1].lower()}{shown[1:]}"


def _results(read: ResultsJson) -> Results:
    return Results(
        mode=read.mode,
        seed=read.seed,
        started=_instant(read.started, "$.started"),
        duration_s=read.duration_s,
        specs=tuple(_spec(spec, n) for n, spec in enumerate(read.specs)),
        leftovers=read.leftovers,
        recordings=tuple(_recording(recording, n) for n, recording in enumerate(read.recordings)),
        known=read.known,
        overdue=read.overdue,
        interrupted=read.interrupted,
        simulated=read.simulated,
        ran=_instant(read.ran.started, "$.ran.started") if read.ran else None,
        options=read.options,
        unfinished=read.unfinished,
    )


def _spec(read: SpecJson, n: int) -> SpecResult:
    sections = tuple(_section(section, read.spec) for section in read.sections)
    verified = None if read.verified is None else _instant(read.verified, f"$.specs[{n}].verified")
    return SpecResult(read.spec, read.title, sections, read.text, read.newly, verified, read.simulated)


def _section(read: SectionJson, spec: str) -> SectionResult:
    checks = tuple(_check(check, spec, read.key) for check in read.checks)
    return SectionResult(read.key, read.ordinal, read.heading, read.line, read.duplicate_of, checks, read.observed)


def _check(read: CheckJson, spec: str, key: str) -> CheckFinished:
    return CheckFinished(
        spec=spec,
        key=key,
        id=read.id,
        kind=read.kind,
        title=read.title,
        line=read.line,
        status=read.status,
        origin=read.origin,
        message=read.message,
        expected=read.expected,
        actual=read.actual,
        latency_s=read.latency_s,
        records=read.records,
        difference=read.difference,
        steps=read.steps,
        exchanges=read.exchanges,
        arrivals=tuple(_arrivals(read.arrivals)),
        unchanged=read.unchanged,
    )


def _arrivals(read: ArrivalsJson) -> Iterator[Arrival]:
    for direction, seconds in ((Direction.FORWARD, read.forward), (Direction.BACKWARD, read.backward)):
        yield from (Arrival(direction, latency_s) for latency_s in seconds)


def _recording(read: RecordingJson, n: int) -> Recording:
    recorded = _instant(read.recorded, f"$.recordings[{n}].recorded")
    ended = None if read.ended is None else _instant(read.ended, f"$.recordings[{n}].ended")
    return Recording(read.spec, read.key, read.path, recorded, read.requests, read.unplayed, ended)


def _instant(text: str, where: str) -> datetime:
    """Return a date-time with a time zone; raises ValidationError with the path, like msgspec."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise msgspec.ValidationError(f"Expected a date-time in ISO 8601, got {text!r} - at `{where}`") from None
    if instant.tzinfo is None:
        raise msgspec.ValidationError(f"Expected a date-time with a time zone, got {text!r} - at `{where}`")
    return instant
