"""Parses the text of a spec into a Dataflow: every item has its line, everything not understood is a finding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from qa_sync.dataflow.duplicates import mark_duplicates
from qa_sync.dataflow.lint import lint
from qa_sync.dataflow.lint_codes import make_finding
from qa_sync.dataflow.model import Dataflow, Finding, Section
from qa_sync.dataflow.parsing.blocks import Block, Heading, Paragraph, UnknownBlock
from qa_sync.dataflow.parsing.headings import split_heading, split_title
from qa_sync.dataflow.parsing.markup import read_blocks
from qa_sync.dataflow.parsing.preamble import generated, preamble_findings
from qa_sync.dataflow.parsing.sections import SectionReader, quote_text
from qa_sync.dataflow.unread import with_unread
from qa_sync.errors import SpecError
from qa_sync.location import Location

_INTRODUCTION = ("Introduction", "Introduction.")

Part = tuple[Heading, list[Block]]
"""A heading and the blocks below it."""


def read_dataflow(text: str, path: str) -> Dataflow:
    """Parse the text of a spec; the findings are sorted by line.

    `path` is stored, not opened. Raises SpecError when the text is not a dataflow spec: binary, or without a title.
    """
    blocks = read_blocks(_expect_text(text, path).removeprefix("\ufeff"))
    at, title, labels = _title(blocks, path)
    front, parts = _split_sections(blocks, at)
    findings = [*preamble_findings(front), *_short_underlines(blocks)]
    sections: list[Section] = []
    for heading, below in parts:
        section, section_findings = _section(heading, below, len(sections) + 1, labels)
        findings += section_findings
        sections += [section] if section else []
    dataflow = Dataflow(path, title, *labels, generated(front), mark_duplicates(sections))
    findings += lint(dataflow)
    invisible = {block.line for block in blocks if isinstance(block, UnknownBlock) and not block.shown}
    read = with_unread(dataflow.sections, findings, invisible)
    return replace(dataflow, sections=read, findings=tuple(sorted(findings, key=lambda finding: finding.line)))


def _expect_text(text: str, path: str) -> str:
    if "\0" in text:
        raise SpecError(
            "expected a text file, got a NUL character",
            location=Location(path, text.count("\n", 0, text.index("\0")) + 1),
            hint="the file may be binary, or not encoded as UTF-8",
        )
    return text


def _title(blocks: Sequence[Block], path: str) -> tuple[int, str, tuple[str, str]]:
    """Return the title's index, text and labels; the underline of the title may be missing."""
    for kind in (Heading, Paragraph):
        for at, block in enumerate(blocks):
            if isinstance(block, kind) and (labels := split_title(block.text)):
                return at, block.text.strip(), labels
    first = next((block for block in blocks if isinstance(block, Heading | Paragraph)), None)
    raise SpecError(
        f"expected a title of the form `<S> to <T> Dataflow`, got {quote_text(first.text) if first else 'no text'}",
        location=Location(path, first.line if first else 1),
        hint="a dataflow spec begins with its title, with a line of `=` above and below it",
    )


def _split_sections(blocks: Sequence[Block], title: int) -> tuple[list[Block], list[Part]]:
    """Return the blocks before the first section (without the title), and each heading with the blocks below it."""
    front: list[Block] = []
    parts: list[Part] = []
    for at, block in enumerate(blocks):
        if isinstance(block, Heading) and at > title and block.text.strip() not in _INTRODUCTION:
            parts.append((block, []))
        elif at != title:
            (parts[-1][1] if parts else front).append(block)
    return front, parts


def _section(
    heading: Heading, below: list[Block], ordinal: int, labels: tuple[str, str]
) -> tuple[Section | None, list[Finding]]:
    sides = None if split_title(heading.text) else split_heading(heading.text)
    if sides is None:
        message = f"expected a heading `<S> <Entity> to <T> <Entity>`, got {quote_text(heading.text)}"
        unread = f"; blocks below it are not read: {len(below)}" if below else ""
        return None, [make_finding("unknown-heading", heading.line, message + unread)]
    reader = SectionReader(heading, sides)
    reader.read(below)
    return reader.section(ordinal, labels), reader.findings


def _short_underlines(blocks: Iterable[Block]) -> list[Finding]:
    message = "the underline is shorter than the heading"
    short = [block for block in blocks if isinstance(block, Heading) and block.short]
    return [make_finding("short-underline", block.line, message) for block in short]
