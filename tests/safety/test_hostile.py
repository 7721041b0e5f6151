"""Two thousand hostile values through every output format: each format's own parser gives them back, shown inert."""

from __future__ import annotations

import io
import json
import random
import re
import xml.etree.ElementTree as ET  # what it reads here is our own
from datetime import UTC, datetime

import pytest

from qa_sync.checklist.linted import Linted, LintResult
from qa_sync.dataflow.model import Dataflow, Finding, Severity
from qa_sync.reports import events_ndjson, formats, lint_json, lint_text, sarif
from qa_sync.reports import json as results_json
from qa_sync.reports.escape import visible
from qa_sync.reports.terminal import Terminal
from qa_sync.running.events import CheckFinished, Leftover, RecordRef, SectionFinished, Status, StepStarted
from qa_sync.running.results import Results, SectionResult, SpecResult

COUNT, AT_ONCE, LARGE = 2_000, 100, 1_000_000
PIECES = (
    "\x1b[31m",
    "\x1b]0;title\x07",
    "\x1b]8;;http://evil.example\x07link\x1b]8;;\x07",
    "\x9b2J",
    "\x00",
    "\r\n",
    "\x08\x08\x08",
    "\u202egnp.exe",
    "\u2066\u2069\u200b\ufeff",
    "[bold red]x[/]",
    "[link=http://evil.example]x[/link]",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "]]>",
    "<!--",
    "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>",
    "&b;&amp;&#0;",
    "\"' onmouseover='x",
    "`${x}`",
    "|a|b|\n|-|-|",
    "![x](http://evil.example/x.png)",
    "../../../etc/passwd",
    "C:\\..\\..\\x",
    "::error file=a::b",
    "\ud800",
    "\ufffe\uffff",
    "\U000e0041",
    "e\u0301" * 9,
    "{{ 7 * 7 }}",
    "=cmd|'/c calc'!A1",
    "%s%n",
    "å𝔄",
)


def values() -> list[str]:
    dice = random.Random("hostile")  # noqa: S311 - the same values every time
    made = ["".join(dice.choices(PIECES, k=dice.randint(1, 4))) for _ in range(COUNT - 4)]
    return [*made, *(piece * (LARGE // len(piece)) for piece in ("x", "\x1b[31m", "<b>", "\u202e"))]


VALUES = values()
SHARES = [
    pytest.param(VALUES[at : at + AT_ONCE], id=str(at), marks=[pytest.mark.slow] if at + AT_ONCE == COUNT else [])
    for at in range(0, COUNT, AT_ONCE)
]
"""The last share has the megabytes, and takes its time."""


def check(number: int, value: str) -> CheckFinished:
    status = (Status.FAILED, Status.ERROR, Status.SKIPPED, Status.MANUAL)[number % 4]
    ref = RecordRef(value[:300], value[:300], value[:300])
    json_value = {value: [value]}
    return CheckFinished(
        "a.txt", "1-a", f"id{number}", "property", value, 7, status, None, value, json_value, value, None, (ref,)
    )


def results(share: list[str]) -> Results:
    checks = tuple(check(number, value) for number, value in enumerate(share))
    first = share[0][:300]
    section = SectionResult("1-a", 1, first, 7, None, checks)
    lost = tuple(Leftover(v[:300], v[:300], v[:300], v[:300]) for v in share)
    started = datetime(2026, 1, 31, tzinfo=UTC)
    return Results("live", first, started, 0.5, (SpecResult("a.txt", first, (section,)),), lost)


def inert(text: str) -> bool:
    return all(char.isprintable() or char == "\n" for char in text)


@pytest.mark.parametrize("share", SHARES)
def test_json_gives_back_what_went_in(share: list[str]) -> None:
    text = formats.render(results(share), "json")
    assert text.isascii()
    assert inert(text)
    assert results_json.parse(text) == results(share)


@pytest.mark.parametrize("share", SHARES)
def test_junit_is_xml_with_the_values_as_text(share: list[str]) -> None:
    text = formats.render(results(share), "junit")
    assert inert(text)
    root = ET.fromstring(text)  # noqa: S314 - our own
    cases = list(root.iter("testcase"))
    assert [case.get("name") for case in cases] == [f"property: {visible(value, lines=True)}" for value in share]
    known = {"testsuites", "testsuite", "testcase", "properties", "property", "failure", "error", "skipped"}
    assert {element.tag for element in root.iter()} <= known | {"system-out", "system-err"}


@pytest.mark.parametrize("share", SHARES)
def test_events_are_one_line_each(share: list[str]) -> None:
    for number, value in enumerate(share):
        for event in (
            check(number, value),
            StepStarted("a.txt", "1-a", value),
            SectionFinished("a.txt", "1-a", (Leftover("A", "B", value, value),)),
        ):
            line = events_ndjson.render(event)
            assert line.isascii()
            assert inert(line)
            assert "\n" not in line
            assert value in {*texts(json.loads(line))}


def texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for each in (*value, *value.values()) for text in texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in texts(each)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("share", SHARES)
def test_findings_are_json(share: list[str]) -> None:
    text = lint_json.render(linted(share))
    assert inert(text)
    told = "\n".join(texts(json.loads(text)))
    assert [value for value in share if value not in told and visible(value) not in told] == []


@pytest.mark.parametrize("share", SHARES)
def test_findings_are_sarif(share: list[str]) -> None:
    text = sarif.render(linted(share))
    assert inert(text)
    told = "\n".join(texts(json.loads(text)))
    # A message has placeholders and links of its own, which a text must not be taken for (3.11.5, 3.11.6).
    assert "](" not in told
    told = told.replace("{{", "{").replace("}}", "}").replace("]\\(", "](")
    assert [value for value in share if visible(value) not in told] == []


@pytest.mark.parametrize("share", SHARES)
def test_a_terminal_obeys_none_of_them(share: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    out = io.StringIO()
    Terminal(out, io.StringIO(), color="always").report(results(share), lambda *_: share[0])
    shown = re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue())  # our own colours
    assert inert(shown)
    assert inert(lint_text.render(linted(share), None))


def linted(share: list[str]) -> LintResult:
    found = tuple(Finding("unknown-sentence", Severity.WARNING, 7, value) for value in share)
    return LintResult((Linted(Dataflow("a.txt", share[0][:300], "A", "B"), found),))
