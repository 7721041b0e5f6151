"""Results as JSON, both ways: the contract `qa-sync/results/1` (schemas/results-1.json).

The text is ASCII, so that no terminal, pipe or editor can misread it; a JSON reader gives the characters back.
"""

from __future__ import annotations

import json
from typing import Any

from qa_sync.dataflow.model import Origin
from qa_sync.errors import UsageError
from qa_sync.location import Location
from qa_sync.reports.json_node import Node, line_of, read
from qa_sync.reports.json_values import plain
from qa_sync.running.events import CheckFinished, Leftover, RecordRef, Status
from qa_sync.running.results import Latency, Results, SectionResult, SpecResult
from qa_sync.values.compare import Difference

SCHEMA = "qa-sync/results/1"


def render(results: Results) -> str:
    """Return the results as JSON text with a final line break."""
    return json.dumps(_results(results), indent=2, allow_nan=False) + "\n"


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
    )


def _results(results: Results) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "mode": results.mode,
        "seed": results.seed,
        "started": results.started.isoformat(),
        "duration_s": results.duration_s,
        "exit_code": results.exit_code,
        "totals": results.totals,
        "specs": [
            {"spec": s.spec, "title": s.title, "sections": [_section(section) for section in s.sections]}
            for s in results.specs
        ],
        "leftovers": [
            {"system": lost.system, "entity": lost.entity, "id": lost.id, "why": lost.why} for lost in results.leftovers
        ],
    }


def _section(section: SectionResult) -> dict[str, Any]:
    return {
        "key": section.key,
        "ordinal": section.ordinal,
        "heading": section.heading,
        "line": section.line,
        "duplicate_of": section.duplicate_of,
        "status": section.status,
        "latency": {way: _latency(found) for way, found in section.latencies.items()},
        "checks": [_check(check) for check in section.checks],
    }


def _latency(found: Latency) -> dict[str, Any]:
    return {"count": found.count, "p50_s": found.p50_s, "p95_s": found.p95_s, "max_s": found.max_s}


def _check(check: CheckFinished) -> dict[str, Any]:
    return {
        "id": check.id,
        "kind": check.kind,
        "title": check.title,
        "line": check.line,
        "status": check.status,
        "origin": check.origin,
        "message": check.message,
        "expected": plain(check.expected),
        "actual": plain(check.actual),
        "latency_s": check.latency_s,
        "difference": check.difference,
        "records": [{"system": r.system, "entity": r.entity, "id": r.id} for r in check.records],
        "steps": list(check.steps),
    }


def _read_spec(node: Node) -> SpecResult:
    spec = node["spec"].text()
    return SpecResult(spec, node["title"].text(), tuple(_read_section(n, spec) for n in node["sections"].items()))


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
    )
