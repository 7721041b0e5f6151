"""Results as JUnit XML: a suite for a section, a case for a check.

The dialect is what Jenkins, GitLab, GitHub actions and pytest share. Written by hand: loading an XML library costs more
than the few characters that need escaping.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping

from qa_sync.reports.escape import visible
from qa_sync.reports.json_values import plain
from qa_sync.reports.wording import mark_of
from qa_sync.running.events import CheckFinished, Status
from qa_sync.running.results import Results, SectionResult

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;"})


def render(results: Results) -> str:
    """Return the results as an XML document with a final line break; ASCII, so that it is right in any encoding."""
    suites = [_suite(spec.spec, section, results) for spec in results.specs for section in spec.sections]
    attributes = {"name": "qa-sync", **_counts(results.checks), "time": _seconds(results.duration_s)}
    document = '<?xml version="1.0" encoding="UTF-8"?>\n' + _element("testsuites", attributes, suites) + "\n"
    return document.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _suite(spec: str, section: SectionResult, results: Results) -> str:
    attributes = {
        "name": f"{spec} {section.ordinal} {section.heading}",
        **_counts(section.checks),
        "time": _seconds(sum(check.latency_s or 0.0 for check in section.checks)),
        "timestamp": results.started.isoformat(timespec="seconds"),
    }
    properties = {
        "seed": results.seed,
        "mode": results.mode,
        "spec": spec,
        "line": str(section.line),
        "duplicate_of": None if section.duplicate_of is None else str(section.duplicate_of),
    }
    cases = [_case(check, f"{spec}.{section.ordinal} {section.heading}") for check in section.checks]
    return _element("testsuite", attributes, [_properties(properties), *cases])


def _case(check: CheckFinished, classname: str) -> str:
    mark = mark_of(check)
    attributes = {
        "classname": classname,
        "name": f"{check.kind}: {check.title}{mark and f' ({mark})'}",
        "file": check.spec,
        "line": str(check.line),
        "time": _seconds(check.latency_s or 0.0),
    }
    properties = {"id": check.id, "kind": check.kind, "origin": check.origin}
    return _element("testcase", attributes, [_properties(properties), *_verdict(check)])


def _verdict(check: CheckFinished) -> list[str]:
    message = check.message or check.status
    match check.status:
        case Status.PASSED:
            return []
        case Status.FAILED:
            return [_element("failure", {"message": message, "type": check.kind}, text=_details(check))]
        case Status.ERROR:
            return [_element("error", {"message": message, "type": check.kind}, text=_details(check))]
        case Status.SKIPPED:
            return [_element("skipped", {"message": message})]
        case Status.MANUAL:
            return [_element("skipped", {"message": f"manual: {message}"})]


def _details(check: CheckFinished) -> str:
    lines = [f"{check.spec}:{check.line}: {check.message or check.title}"]
    if check.expected is not None or check.actual is not None:
        lines += [f"expected: {_json(check.expected)}", f"actual: {_json(check.actual)}"]
    lines += [f"record: {r.system} {r.entity} {r.id}" for r in check.records]
    return "\n".join(lines)


def _counts(checks: Iterable[CheckFinished]) -> dict[str, str]:
    count = Counter(check.status for check in checks)
    return {
        "tests": str(count.total()),
        "failures": str(count[Status.FAILED]),
        "errors": str(count[Status.ERROR]),
        "skipped": str(count[Status.SKIPPED] + count[Status.MANUAL]),
    }


def _properties(values: Mapping[str, str | None]) -> str:
    given = [_element("property", {"name": k, "value": v}) for k, v in values.items() if v is not None]
    return _element("properties", {}, given)


def _element(name: str, attributes: Mapping[str, str], children: Iterable[str] = (), text: str = "") -> str:
    start = " ".join([name, *(f'{key}="{_escape(value)}"' for key, value in attributes.items())])
    inner = _escape(text) + "".join(f"\n{child}" for child in children).replace("\n", "\n  ")
    if not inner:
        return f"<{start}/>"
    return f"<{start}>{inner}</{name}>" if text else f"<{start}>{inner}\n</{name}>"


def _escape(text: str) -> str:
    return visible(text, lines=True).translate(_ESCAPES)


def _seconds(value: float) -> str:
    return f"{value:.3f}"


def _json(value: object) -> str:
    return json.dumps(plain(value), ensure_ascii=False)
