"""Checklists as JSON: the contract `qa-sync/checklist/1` (schemas/checklist-1.json)."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from qa_sync.checklist.model import Check, Checklist, SectionPlan
from qa_sync.checklist.samples.tried import tried_in
from qa_sync.dataflow.model import Entity, PropertyPair, Statement, When

SCHEMA = "qa-sync/checklist/1"
NOT_ASCII: Final = re.compile(r"[^\x00-\x7e]+")


def render(checklists: Sequence[Checklist]) -> str:
    """Return one object for one checklist, else an array, with a final line break."""
    documents = [_checklist(c) for c in checklists]
    rendered = documents[0] if len(documents) == 1 else documents
    try:
        encoded = msgspec.json.encode(rendered)
    except UnicodeEncodeError:  # the name of a file that is not UTF-8
        return json.dumps(rendered, indent=2) + "\n"
    return _ascii(msgspec.json.format(encoded, indent=2).decode()) + "\n"


def _ascii(text: str) -> str:
    """Return JSON with characters beyond ASCII, and DEL, as escapes, which any terminal and pipe carries."""
    return (
        text if text.isascii() and "\x7f" not in text else NOT_ASCII.sub(lambda found: json.dumps(found[0])[1:-1], text)
    )


def _checklist(checklist: Checklist) -> dict[str, Any]:
    dataflow = checklist.dataflow
    return {
        "schema": SCHEMA,
        "spec": dataflow.path,
        "title": dataflow.title,
        "generated": dataflow.generated,
        "source": dataflow.source,
        "target": dataflow.target,
        "seed": checklist.seed,
        "sections": [_section(plan) for plan in checklist.sections],
        "findings": [
            {"code": f.code, "severity": f.severity, "line": f.line, "message": f.message} for f in checklist.findings
        ],
    }


def _section(plan: SectionPlan) -> dict[str, Any]:
    section = plan.section
    return {
        "key": section.key,
        "ordinal": section.ordinal,
        "heading": section.heading,
        "line": section.line,
        "duplicate_of": section.duplicate_of,
        "source": _entity(section.source),
        "target": _entity(section.target),
        "statements": [_statement(s) for s in section.statements],
        "criteria": [{"source": c.source, "target": c.target, "line": c.line} for c in section.criteria],
        "pairs": [_pair(pair) for pair in plan.pairs],
        "checks": [_check(check) for check in plan.checks],
        "tried": dict(tried_in(plan)),
    }


def _entity(entity: Entity) -> dict[str, Any]:
    return {"system": entity.system, "entity": entity.entity, "facet": entity.facet}


def _statement(statement: Statement) -> dict[str, Any]:
    condition, connection = statement.condition, statement.connection
    return {
        "kind": statement.kind,
        "line": statement.line,
        "text": statement.text,
        "condition": condition and {"template": condition.template, "text": condition.text, "value": condition.value},
        "connection": connection and {"entities": list(connection.entities), "into": connection.into},
    }


def _pair(pair: PropertyPair) -> dict[str, Any]:
    return {
        "source": pair.source,
        "target": pair.target,
        "type": pair.type,
        "origin": pair.origin,
        "line": pair.line,
        "source_when": _whens(pair.source_when),
        "target_when": _whens(pair.target_when),
        "expression": pair.expression,
    }


def _whens(whens: tuple[When, ...]) -> list[dict[str, str]]:
    return [{"value": when.value, "path": when.path} for when in whens]


def _check(check: Check) -> dict[str, Any]:
    return {
        "id": check.id,
        "kind": check.kind,
        "title": check.title,
        "line": check.line,
        "source": check.pair and check.pair.source,
        "target": check.pair and check.pair.target,
        "origin": check.origin,
        "skip": check.skip and check.skip.text,
        "manual": check.manual and check.manual.text,
        **({"error": check.error.text} if check.error else {}),
        **({"reason_code": check.reason.code} if check.reason else {}),
    }
