"""Results as JSON, both ways: the contract `qa-sync/results/1` (schemas/results-1.json).

The text is ASCII, so that no terminal, pipe or editor can misread it; a JSON reader gives the characters back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from json.encoder import encode_basestring_ascii as _text
from math import isfinite
from typing import TypeVar

from msgspec.structs import asdict

from qa_sync.dataflow.model import Origin
from qa_sync.errors import UsageError
from qa_sync.location import Location
from qa_sync.reports.formats.recordings_json import read_recordings, recordings_json
from qa_sync.reports.shared.json_node import Node, line_of, read
from qa_sync.reports.shared.json_values import plain
from qa_sync.running.events import Arrival, CheckFinished, Direction, Leftover, RecordRef, Status
from qa_sync.running.results import KnownFailure, Latency, Results, SectionResult, SpecResult
from qa_sync.systems.system import ExchangeSummary
from qa_sync.values.compare import Difference
from qa_sync.values.form import Json

T = TypeVar("T")

SCHEMA = "qa-sync/results/1"
KNOWN = ("check", "owner", "reason", "expires")


def render(results: Results) -> str:
    """Return the results as JSON text with a final line break."""
    return "".join(pieces(results))


def pieces(results: Results) -> Iterator[str]:
    """Yield the text of `render` section by section: of 100,000 checks it takes 80 MB."""
    yield f'{{\n  "schema": {_text(SCHEMA)},\n'
    yield from (f"  {line},\n" for line in _head(results))
    yield from _list("specs", results.specs, 2, _spec)
    yield ",\n"
    yield from _list("leftovers", results.leftovers, 2, _leftover)
    if results.recordings:
        yield f',\n  "recordings": {_value(recordings_json(results), 2)}'
    if results.known or results.overdue:
        known = [{key: getattr(entry, key) for key in KNOWN} for entry in results.known]
        yield f',\n  "known": {_value(known, 2)},\n  "overdue": {_value(list(results.overdue), 2)}'
    yield "\n}\n"


def parse(text: str, path: str = "results.json") -> Results:
    """Read what `render` wrote; `path` is for error messages.

    Raises UsageError on text that is no JSON, on another schema or version, and on a member of the wrong shape.
    """
    root = read(text, path)
    found = root.value.get("schema") if isinstance(root.value, dict) else None
    if found != SCHEMA:
        raise UsageError(
            f"expected results of schema {SCHEMA!r}, got {found!r}",
            location=Location(path, line_of(text, '"schema"')),
            hint="give a file that `--report json` of this version wrote",
        )
    return Results(
        mode=root["mode"].text(),
        seed=root["seed"].text(),
        started=root["started"].instant(),
        duration_s=root["duration_s"].number(),
        specs=tuple(map(_read_spec, root["specs"].items())),
        leftovers=tuple(
            Leftover(n["system"].text(), n["entity"].text(), n["id"].text(), n["why"].text())
            for n in root["leftovers"].items()
        ),
        recordings=read_recordings(root),
        known=tuple(KnownFailure(*(n[key].text() for key in KNOWN)) for n in _optional(root, "known")),
        overdue=tuple(n.text() for n in _optional(root, "overdue")),
    )


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
        "latency": {way: _latency(found) for way, found in section.latencies.items()},
    }
    yield "        {\n" + "".join(f"          {_text(key)}: {_value(value, 10)},\n" for key, value in members.items())
    yield "".join(_list("checks", section.checks, 10, _check))
    yield "\n        }"


def _latency(found: Latency) -> dict[str, Json]:
    return {"count": found.count, "p50_s": found.p50_s, "p95_s": found.p95_s, "max_s": found.max_s}


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
        *([f'"arrivals": {_arrivals(check.arrivals)}'] if check.arrivals else []),
        *([f'"exchanges": {_exchanges(check.exchanges)}'] if check.exchanges else []),
    )
    yield "            {\n              " + ",\n              ".join(members) + "\n            }"


@lru_cache(maxsize=1024)
def _records(records: tuple[RecordRef, ...]) -> str:
    """Return the records; neighbours are about the same ones."""
    return _value([{"system": r.system, "entity": r.entity, "id": r.id} for r in records], 14)


@lru_cache(maxsize=1024)
def _arrivals(arrivals: tuple[Arrival, ...]) -> str:
    """Return the seconds of each way; neighbours arrived together."""
    ways = {way.value: [a.latency_s for a in arrivals if a.way is way] for way in Direction}
    return _value({way: seconds for way, seconds in ways.items() if seconds}, 14)


@lru_cache(maxsize=64)
def _exchanges(exchanges: tuple[ExchangeSummary, ...]) -> str:
    """Return requests and answers; what failed together often shares them."""
    return _value([asdict(exchanged) for exchanged in exchanges], 14)


def _leftover(lost: Leftover) -> Iterator[str]:
    members: Json = {"system": lost.system, "entity": lost.entity, "id": lost.id, "why": lost.why}
    yield "    " + _value(members, 4)


def _list(key: str, items: Sequence[T], indent: int, pieces_of: Callable[[T], Iterable[str]]) -> Iterator[str]:
    """Yield a member that is a list as `json.dumps(indent=2)` would write it."""
    pad = " " * indent
    yield f'{pad}"{key}": ['
    for n, item in enumerate(items):
        yield ",\n" if n else "\n"
        yield from pieces_of(item)
    yield f"\n{pad}]" if items else "]"


def _value(value: object, indent: int) -> str:
    """Return any value; only those with members take the slow way, which is the only one that indents.

    A report has very many texts, latencies, and lists of steps that are empty: these are written as `json.dumps` does.
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


def _optional(node: Node, key: str) -> list[Node]:
    found = node.get(key)
    return found.items() if found else []


def _read_spec(node: Node) -> SpecResult:
    spec = node["spec"].text()
    sections = tuple(_read_section(n, spec) for n in node["sections"].items())
    text = node.get("text")
    kept = text.optional(Node.text) if text else None
    return SpecResult(spec, node["title"].text(), sections, kept)


def _read_section(node: Node, spec: str) -> SectionResult:
    key = node["key"].text()
    return SectionResult(
        key=key,
        ordinal=node["ordinal"].whole(),
        heading=node["heading"].text(),
        line=node["line"].whole(),
        duplicate_of=node["duplicate_of"].optional(Node.whole),
        checks=tuple(_read_check(n, spec, key) for n in node["checks"].items()),
    )


def _read_check(node: Node, spec: str, key: str) -> CheckFinished:
    return CheckFinished(
        spec=spec,
        key=key,
        id=node["id"].text(),
        kind=node["kind"].text(),
        title=node["title"].text(),
        line=node["line"].whole(),
        status=node["status"].one_of(Status),
        origin=node["origin"].optional(lambda n: n.one_of(Origin)),
        message=node["message"].optional(Node.text),
        expected=node["expected"].value,
        actual=node["actual"].value,
        latency_s=node["latency_s"].optional(Node.number),
        records=tuple(
            RecordRef(n["system"].text(), n["entity"].text(), n["id"].text()) for n in node["records"].items()
        ),
        difference=node["difference"].optional(lambda n: n.one_of(Difference)) if "difference" in node.value else None,
        steps=tuple(n.text() for n in node["steps"].items()) if "steps" in node.value else (),
        exchanges=tuple(map(_read_exchanged, _optional(node, "exchanges"))),
        arrivals=tuple(_read_arrivals(node["arrivals"])) if "arrivals" in node.value else (),
    )


def _read_arrivals(node: Node) -> Iterator[Arrival]:
    for way in (way for way in Direction if way.value in node.value):
        yield from (Arrival(way, seconds.number()) for seconds in node[way.value].items())


def _read_exchanged(node: Node) -> ExchangeSummary:
    system, method, url, sent, answer = (node[key].text() for key in ("system", "method", "url", "sent", "answer"))
    return ExchangeSummary(system, method, url, sent, node["status"].optional(Node.whole), answer)
