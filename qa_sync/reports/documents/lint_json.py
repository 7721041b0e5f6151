"""Lint results as JSON: the contract `qa-sync/lint/1` (schemas/lint-1.json)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from qa_sync.checklist.lint.lint_result import LintedSpec, LintResult
from qa_sync.errors import QaSyncError

SCHEMA = "qa-sync/lint/1"


def render(result: LintResult) -> str:
    """Return the result as JSON text with a final line break, with one line per spec and per finding."""
    # The indentation of json is ten times slower, and there may be thousands of specs.
    head = {
        "schema": SCHEMA,
        "fail_on": result.fail_on,
        "exit_code": result.exit_code,
        "totals": dict(result.totals),
    }
    members = [f"{_text(name)}: {_text(value)}" for name, value in head.items()]
    members.append(f'"specs": {_lines(map(_document, result.documents), 1)}')
    members.append(f'"unreadable": {_lines((_text(_problem(p)) for p in result.unreadable), 1)}')
    return "{\n  " + ",\n  ".join(members) + "\n}\n"


def _document(document: LintedSpec) -> str:
    dataflow = document.dataflow
    findings = _lines(
        (
            _text({"code": f.code, "severity": f.severity, "line": f.line, "message": f.message})
            for f in document.findings
        ),
        2,
    )
    return f'{{"spec": {_text(dataflow.path)}, "title": {_text(dataflow.title)}, "findings": {findings}}}'


def _problem(problem: QaSyncError) -> dict[str, Any]:
    place = problem.location
    return {
        "spec": place and place.path,
        "line": place and place.line,
        "message": problem.message,
        "hint": problem.hint,
    }


def _lines(values: Iterable[str], depth: int) -> str:
    indent = "\n" + "  " * (depth + 1)
    text = f",{indent}".join(values)
    return f"[{indent}{text}\n{'  ' * depth}]" if text else "[]"


def _text(value: Any) -> str:
    return json.dumps(value)
