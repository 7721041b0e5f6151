"""Results -> JSON: the contract `qa-sync/results/1` (schemas/results-1.json).

The text is ASCII, so that no terminal, pipe or editor can misread it; a JSON parser restores the characters.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from functools import lru_cache
from json.encoder import encode_basestring_ascii as _text
from math import isfinite
from typing import TypeVar

from msgspec import to_builtins
from msgspec.structs import asdict

from qa_sync.reports.shared.json_values import plain
from qa_sync.running.events import Arrival, CheckFinished, Direction, Leftover, RecordRef
from qa_sync.running.results import Latency, Recording, Results, SectionResult, SpecResult
from qa_sync.systems.system import ExchangeSummary
from qa_sync.values.form import Json

T = TypeVar("T")

SCHEMA = "qa-sync/results/1"
KNOWN = ("check", "owner", "reason", "expires", "spec")


def render(results: Results) -> str:
    """Return the results as JSON text with a final line break."""
    return "".join(pieces(results))


def pieces(results: Results) -> Iterator[str]:
    """Yield the text of `render` section by section; for 100,000 checks it has 80 MB."""
    yield f'{{\n  "schema": {_text(SCHEMA)},\n'
    yield from (f"  {line},\n" for line in _head(results))
    yield from _list("specs", results.specs, 2, _spec)
    yield ",\n"
    yield from _list("leftovers", results.leftovers, 2, _leftover)
    if results.recordings:
        yield ",\n"
        yield from _list("recordings", results.recordings, 2, _recording)
    if results.known or results.overdue:
        known = [{key: text for key in KNOWN if (text := getattr(entry, key)) is not None} for entry in results.known]
        yield f',\n  "known": {_value(known, 2)},\n  "overdue": {_value(list(results.overdue), 2)}'
    yield from (f',\n  "{key}": true' for key in ("interrupted", "simulated", "unfinished") if getattr(results, key))
    if results.options is not None:
        yield f',\n  "options": {_value(list(results.options), 2)}'
    if results.ran:
        ended = results.ran + timedelta(seconds=results.duration_s)
        ran: Json = {"started": results.ran.isoformat(), "ended": ended.isoformat(), "duration_s": results.duration_s}
        yield f',\n  "ran": {_value(ran, 2)}'
    yield "\n}\n"


def _head(results: Results) -> Iterator[str]:
    members: dict[str, Json] = {
        "mode": results.mode,
        "seed": results.seed,
        "started": results.started.isoformat(),
        "duration_s": results.duration_s,
        "exit_code": results.exit_code,
        "totals": dict(results.totals),
    }
    return (f"{_text(key)}: {_value(value, 2)}" for key, value in members.items())


def _spec(spec: SpecResult) -> Iterator[str]:
    yield f'    {{\n      "spec": {_text(spec.spec)},\n      "title": {_text(spec.title)},\n'
    if spec.text is not None:
        yield f'      "text": {_text(spec.text)},\n'
    if spec.newly is not None:
        yield f'      "newly": {_value(list(spec.newly), 6)},\n'
    if spec.verified is not None:
        yield f'      "verified": {_text(spec.verified.isoformat())},\n'
    if spec.simulated:
        yield '      "simulated": true,\n'
    yield from _list("sections", spec.sections, 6, _section)
    yield "\n    }"


def _section(section: SectionResult) -> Iterator[str]:
    members: dict[str, Json] = {
        "key": section.key,
        "ordinal": section.ordinal,
        "heading": section.heading,
        "line": section.line,
        "duplicate_of": section.duplicate_of,
        "status": section.status,
        "latency": {direction: _latency(latency) for direction, latency in section.latencies.items()},
    }
    if section.observed:
        members["observed"] = to_builtins(section.observed)
    yield "        {\n" + "".join(f"          {_text(key)}: {_value(value, 10)},\n" for key, value in members.items())
    yield "".join(_list("checks", section.checks, 10, _check))
    yield "\n        }"


def _latency(latency: Latency) -> dict[str, Json]:
    return {"count": latency.count, "p50_s": latency.p50_s, "p95_s": latency.p95_s, "max_s": latency.max_s}


def _check(check: CheckFinished) -> Iterator[str]:
    members = (
        f'"id": {_text(check.id)}',
        f'"kind": {_text(check.kind)}',
        f'"title": {_text(check.title)}',
        f'"line": {check.line}',
        f'"status": {_text(check.status)}',
        f'"origin": {_value(check.origin, 14)}',
        f'"message": {_value(check.message, 14)}',
        f'"expected": {_value(check.expected, 14)}',
        f'"actual": {_value(check.actual, 14)}',
        f'"latency_s": {_value(check.latency_s, 14)}',
        f'"difference": {_value(check.difference, 14)}',
        f'"records": {_records(check.records)}',
        f'"steps": {_value(check.steps, 14)}',
        *(['"unchanged": true'] if check.unchanged else []),
        *([f'"arrivals": {_arrivals(check.arrivals)}'] if check.arrivals else []),
        *([f'"exchanges": {_exchanges(check.exchanges)}'] if check.exchanges else []),
    )
    yield "            {\n              " + ",\n              ".join(members) + "\n            }"


@lru_cache(maxsize=1024)
def _records(records: tuple[RecordRef, ...]) -> str:
    """Return the records; consecutive checks often have the same ones."""
    return _value([{"system": r.system, "entity": r.entity, "id": r.id} for r in records], 14)


@lru_cache(maxsize=1024)
def _arrivals(arrivals: tuple[Arrival, ...]) -> str:
    """Return the latencies of each direction; consecutive checks often have the same ones."""
    latencies = {direction.value: [a.latency_s for a in arrivals if a.way is direction] for direction in Direction}
    return _value({direction: seconds for direction, seconds in latencies.items() if seconds}, 14)


@lru_cache(maxsize=64)
def _exchanges(exchanges: tuple[ExchangeSummary, ...]) -> str:
    """Return requests and responses; checks that failed together often share them."""
    return _value([asdict(exchanged) for exchanged in exchanges], 14)


def _leftover(lost: Leftover) -> Iterator[str]:
    members: Json = {"system": lost.system, "entity": lost.entity, "id": lost.id, "why": lost.why}
    yield "    " + _value(members, 4)


def _recording(one: Recording) -> Iterator[str]:
    members: dict[str, Json] = {
        "spec": one.spec,
        "key": one.key,
        "path": one.path,
        "recorded": one.recorded.isoformat(),
        "requests": one.requests,
        "unplayed": list(one.unplayed),
        **({"ended": one.ended.isoformat()} if one.ended else {}),
    }
    yield "    " + _value(members, 4)


def _list(key: str, items: Sequence[T], indent: int, pieces_of: Callable[[T], Iterable[str]]) -> Iterator[str]:
    """Yield a member that is a list, formatted like `json.dumps(indent=2)`."""
    pad = " " * indent
    yield f'{pad}"{key}": ['
    for n, item in enumerate(items):
        yield ",\n" if n else "\n"
        yield from pieces_of(item)
    yield f"\n{pad}]" if items else "]"


def _value(value: object, indent: int) -> str:
    """Return any value, formatted like `json.dumps(indent=2)`.

    Texts, numbers and empty lists, of which a report has very many, take a fast path.
    """
    if value is None:
        return "null"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float) and isfinite(value):
        return float.__repr__(value)
    if value == ():
        return "[]"
    if isinstance(value, dict | list | tuple):
        return json.dumps(plain(value), indent=2, allow_nan=False).replace("\n", "\n" + " " * indent)
    return json.dumps(plain(value))
