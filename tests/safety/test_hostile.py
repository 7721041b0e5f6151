"""Two thousand hostile values through every output format: each format's own parser gives them back, shown inert."""

from __future__ import annotations

import io
import json
import re
import xml.etree.ElementTree as ET  # what it reads here is our own
from html.parser import HTMLParser

import docutils.core
import pytest
from hostile_values import AT_ONCE, COUNT, LARGE, VALUES, check, results
from markdown_it import MarkdownIt

from qa_sync.checklist.lint.lint_result import LintedSpec, LintResult
from qa_sync.dataflow.model import Dataflow, Finding, Severity
from qa_sync.reports.documents import lint_json, lint_text, sarif
from qa_sync.reports.formats import github_annotations as workflow
from qa_sync.reports.formats import ndjson, results_json_reader
from qa_sync.reports.formats import table as formats
from qa_sync.reports.shared.escape import escape_invisible
from qa_sync.reports.terminal.terminal import Terminal
from qa_sync.running.events import Leftover, SectionFinished, StepStarted

SHARES = [
    pytest.param(VALUES[at : at + AT_ONCE], id=str(at), marks=[pytest.mark.slow] if at + AT_ONCE == COUNT else [])
    for at in range(0, COUNT, AT_ONCE)
]
"""The last share has the megabytes, and takes its time."""


def inert(text: str) -> bool:
    return all(char.isprintable() or char == "\n" for char in text)


@pytest.mark.parametrize("share", SHARES)
def test_json_gives_back_what_went_in(share: list[str]) -> None:
    text = formats.render(results(share), "json")
    assert text.isascii()
    assert inert(text)
    assert results_json_reader.parse(text) == results(share)


@pytest.mark.parametrize("share", SHARES)
def test_junit_is_xml_with_the_values_as_text(share: list[str]) -> None:
    text = formats.render(results(share), "junit")
    assert inert(text)
    root = ET.fromstring(text)  # noqa: S314 - our own
    cases = list(root.iter("testcase"))
    assert [case.get("name") for case in cases] == [
        f"property: {escape_invisible(value, lines=True)}" for value in share
    ]
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
            line = ndjson.event_line(event)
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
    reported = "\n".join(texts(json.loads(text)))
    assert [value for value in share if value not in reported and escape_invisible(value) not in reported] == []


@pytest.mark.parametrize("share", SHARES)
def test_findings_are_sarif(share: list[str]) -> None:
    text = sarif.render(linted(share))
    assert inert(text)
    reported = "\n".join(texts(json.loads(text)))
    # A message has placeholders and links of its own, which a text must not be taken for (3.11.5, 3.11.6).
    assert "](" not in reported
    reported = reported.replace("{{", "{").replace("}}", "}").replace("]\\(", "](")
    assert [value for value in share if escape_invisible(value) not in reported] == []


@pytest.mark.parametrize("share", SHARES)
def test_a_terminal_interprets_none_of_them(share: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    out = io.StringIO()
    Terminal(out, io.StringIO(), color="always").report(results(share), lambda *_: share[0])
    shown = re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue())  # our own colours
    assert inert(shown)
    assert inert(lint_text.render(linted(share), None))


class Tags(HTMLParser):
    """What a page is made of: its tags with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment  # type: ignore[assignment]


def one_line(value: str) -> str:
    return " ".join(escape_invisible(value, lines=True).split())


MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
SUMMARY_TAGS = {"h3", "h4", "p", "ul", "li", "table", "thead", "tbody", "tr", "th", "td"}
SUMMARY_TAGS |= {"details", "summary", "code", "pre", "em", "strong"}


@pytest.mark.parametrize("share", SHARES)
def test_a_markdown_summary_escapes_their_markup(share: list[str]) -> None:
    text = formats.render(results(share), "markdown")
    assert inert(text)
    page = Tags(MARKDOWN.render(text))
    assert page.tags <= SUMMARY_TAGS
    assert page.attributes <= {"style"}  # how a column is aligned
    shown = " ".join(page.text.split())
    assert [value for value in share if len(value) < LARGE // 2 and one_line(value) not in shown] == []


@pytest.mark.parametrize("share", SHARES)
def test_an_rst_report_escapes_their_markup(share: list[str]) -> None:
    text = formats.render(results(share), "rst")
    assert inert(text)
    reported = io.StringIO()
    settings = {"warning_stream": reported, "report_level": 2, "file_insertion_enabled": False, "raw_enabled": False}
    tree = docutils.core.publish_doctree(text, settings_overrides=settings)
    assert reported.getvalue() == ""
    kinds = {type(node).__name__ for node in tree.findall()}
    assert not kinds & {"reference", "target", "image", "raw", "comment", "problematic", "footnote"}
    for value in share[::25]:  # only a few reasons are reported per claim, so each has a spec of its own
        alone = docutils.core.publish_doctree(formats.render(results([value]), "rst"), settings_overrides=settings)
        assert one_line(value)[:200] in " ".join(alone.astext().split())


@pytest.mark.parametrize("share", SHARES)
def test_annotations_are_one_command_each(share: list[str]) -> None:
    lines = "".join(workflow.github(results(share))).splitlines()
    assert len(lines) == sum(number % 4 < 2 for number in range(len(share)))
    for line in lines:
        assert inert(line)
        assert re.match(r"::(error|warning) file=a\.txt,line=7,title=[^:,]*::", line)


def linted(share: list[str]) -> LintResult:
    found = tuple(Finding("unknown-sentence", Severity.WARNING, 7, value) for value in share)
    return LintResult((LintedSpec(Dataflow("a.txt", share[0][:300], "A", "B"), found),))
