"""Lint results as SARIF 2.1.0 (OASIS), for code scanning services and editors."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from qa_sync import __version__
from qa_sync.checklist.lint.lint_result import LintResult
from qa_sync.dataflow.lint_codes import CODES
from qa_sync.dataflow.model import Finding, Severity
from qa_sync.errors import QaSyncError
from qa_sync.reports.shared.escape import escape_invisible

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}

_INDEX = {code: at for at, code in enumerate(CODES)}


def render(result: LintResult) -> str:
    """Return the result as a SARIF log of one run with a final line break, with one line per rule and finding."""
    driver = {"name": "qa-sync", "version": __version__, "semanticVersion": __version__}
    rules = ",\n      ".join(json.dumps(_rule(code)) for code in CODES)
    results = ",\n      ".join(json.dumps(entry) for entry in _results(result))
    return (
        f'{{\n  "version": "2.1.0",\n  "$schema": {json.dumps(SCHEMA)},\n  "runs": [{{\n'
        f'    "tool": {{"driver": {json.dumps(driver)[:-1]}, "rules": [\n      {rules}\n    ]}}}},\n'
        f'    "invocations": [{json.dumps(_invocation(result))}],\n'
        f'    "results": [\n      {results}\n    ]\n  }}]\n}}\n'
    )


def _rule(code: str) -> dict[str, Any]:
    rule = CODES[code]
    return {
        "id": code,
        "shortDescription": _message(rule.meaning),
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
    }


def _results(result: LintResult) -> Iterator[dict[str, Any]]:
    for document in result.documents:
        uri = uri_of(document.dataflow.path)
        yield from (_result(finding, uri) for finding in document.findings)


def _result(finding: Finding, uri: str) -> dict[str, Any]:
    return {
        "ruleId": finding.code,
        "ruleIndex": _INDEX[finding.code],
        "level": LEVELS[finding.severity],
        "message": _message(finding.message),
        "locations": [_location(uri, finding.line)],
    }


def _invocation(result: LintResult) -> dict[str, Any]:
    return {
        "executionSuccessful": not result.unreadable,
        "exitCode": result.exit_code,
        "toolExecutionNotifications": [_notification(problem) for problem in result.unreadable],
    }


def _notification(problem: QaSyncError) -> dict[str, Any]:
    hint = f"; hint: {problem.hint}" if problem.hint else ""
    notification = {"level": "error", "message": _message(problem.message + hint)}
    place = problem.location
    return notification | ({"locations": [_location(uri_of(place.path), place.line)]} if place else {})


def _location(uri: str, line: int | None) -> dict[str, Any]:
    region = {"region": {"startLine": line}} if line else {}
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, **region}}


def _message(text: str) -> dict[str, str]:
    """Return text as a plain message, without placeholders and links (SARIF 2.1.0, 3.11.5 and 3.11.6)."""
    return {"text": escape_invisible(text).replace("{", "{{").replace("}", "}}").replace("](", "]\\(") or "-"}


def uri_of(path: str) -> str:
    """Return a path as a URI; a relative path stays relative, so that a service finds the file."""
    if os.path.isabs(path):  # noqa: PTH117 - as text; Path would fold `..` or a double slash
        return Path(path).as_uri()
    return quote(os.fsencode(path.replace(os.sep, "/")))
