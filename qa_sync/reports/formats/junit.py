"""Results as JUnit XML: a test suite per section, a test case per check.

The dialect is what Jenkins, GitLab, GitHub Actions and pytest have in common. Formatted without an XML library, whose
import is slower than escaping a few characters. A known failure of the baseline is `skipped`, so that builds pass.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from qa_sync.reports.shared.escape import escape_invisible
from qa_sync.reports.shared.json_values import plain
from qa_sync.reports.shared.wording import latency_key, origin_text
from qa_sync.running.events import CheckFinished, Status
from qa_sync.running.results import KnownFailure, Results, SectionResult

KnownById: TypeAlias = Mapping[tuple[str, str], KnownFailure]

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;"})


def render(results: Results) -> str:
    """Return the results as an XML document with a final line break; ASCII only, so that any encoding reads it."""
    return "".join(pieces(results))


def pieces(results: Results) -> Iterator[str]:
    """Yield the text of `render` suite by suite."""
    known = results.known_by_check
    attributes = {"name": "qa-sync", **_counts(results.sections, known), "time": _seconds(results.duration_s)}
    suites = [(spec.spec, section) for spec in results.specs for section in spec.sections]
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield _ascii(_start("testsuites", attributes) + (">" if suites else "/>\n"))
    for spec, section in suites:
        yield _ascii("\n" + _suite(spec, section, results, known))
    if suites:
        yield "\n</testsuites>\n"


def _suite(spec: str, section: SectionResult, results: Results, known: KnownById) -> str:
    attributes = {
        "name": f"{spec} {section.ordinal} {section.heading}",
        **_counts([section], known),
        "time": _seconds(sum(map(_real_latency_s if results.has_real_times(spec) else _no_time_s, section.checks))),
        "timestamp": (results.ran or results.started).isoformat(timespec="seconds"),
    }
    properties = {
        "seed": results.seed,
        "mode": results.mode,
        "spec": spec,
        "line": str(section.line),
        "duplicate_of": None if section.duplicate_of is None else str(section.duplicate_of),
    }
    classname = _escape(f"{spec}.{section.ordinal} {section.heading}")
    file = _escape(spec)
    cases = [_case(check, classname, file, known.get((check.spec, check.id)), results) for check in section.checks]
    inner = "\n".join([_properties(properties, "    "), *cases])
    return f"  {_start('testsuite', attributes)}>\n{inner}\n  </testsuite>"


def _case(check: CheckFinished, classname: str, file: str, known: KnownFailure | None, results: Results) -> str:
    mark = origin_text(check)
    name = _escape(f"{check.kind}: {check.title}{mark and f' ({mark})'}")
    values = {"id": check.id, "kind": check.kind, "origin": check.origin}
    is_real = results.has_real_times(check.spec)
    time = _seconds(_real_latency_s(check) if is_real else 0.0)
    if check.latency_s is not None and not is_real:
        values[latency_key(results, check.spec)] = _seconds(check.latency_s)
    properties = _properties(values, "      ")
    start = f'    <testcase classname="{classname}" name="{name}" file="{file}" line="{check.line}" time="{time}">'
    return "\n".join([start, properties, *(f"      {line}" for line in _verdict(check, known)), "    </testcase>"])


def _real_latency_s(check: CheckFinished) -> float:
    return check.latency_s or 0.0


def _no_time_s(_: CheckFinished) -> float:
    """Return 0: latencies of a recording or of a simulated clock are no time of this run."""
    return 0.0


def _verdict(check: CheckFinished, known: KnownFailure | None) -> list[str]:
    message = check.message or check.status
    if known and check.status is Status.FAILED:
        text = f"known failure: {known.reason} ({known.owner}, until {known.expires}): {message}"
        return [_element("skipped", {"message": text})]
    match check.status:
        case Status.PASSED:
            return []
        case Status.FAILED:
            return [_element("failure", {"message": message, "type": check.kind}, _details(check))]
        case Status.ERROR:
            return [_element("error", {"message": message, "type": check.kind}, _details(check))]
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


def _counts(sections: Iterable[SectionResult], known: KnownById) -> dict[str, str]:
    count: Counter[Status] = Counter()
    excused = 0
    for section in sections:
        count.update(section.summary.counts)
        excused += sum((c.spec, c.id) in known for c in section.checks) if known else 0
    return {
        "tests": str(count.total()),
        "failures": str(count[Status.FAILED] - excused),
        "errors": str(count[Status.ERROR]),
        "skipped": str(count[Status.SKIPPED] + count[Status.MANUAL] + excused),
    }


def _properties(values: Mapping[str, str | None], pad: str) -> str:
    elements = [
        f'{pad}  <property name="{name}" value="{_escape(value)}"/>'
        for name, value in values.items()
        if value is not None
    ]
    return "\n".join([f"{pad}<properties>", *elements, f"{pad}</properties>"])


def _element(name: str, attributes: Mapping[str, str], text: str = "") -> str:
    start = _start(name, attributes)
    return f"{start}>{_escape(text)}</{name}>" if text else f"{start}/>"


def _start(name: str, attributes: Mapping[str, str]) -> str:
    """Return a start tag without its closing bracket."""
    return "<" + " ".join([name, *(f'{key}="{_escape(value)}"' for key, value in attributes.items())])


def _ascii(text: str) -> str:
    return text if text.isascii() else text.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _escape(text: str) -> str:
    return escape_invisible(text, lines=True).translate(_ESCAPES)


def _seconds(value: float) -> str:
    return f"{value:.3f}"


def _json(value: object) -> str:
    return json.dumps(plain(value), ensure_ascii=False)
