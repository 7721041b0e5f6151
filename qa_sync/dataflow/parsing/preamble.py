"""Parses the blocks before the first section: the date, the introduction, and unexpected content."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from qa_sync.dataflow.lint_codes import make_finding
from qa_sync.dataflow.model import Finding
from qa_sync.dataflow.parsing.blocks import Block, CellTable, Heading, Paragraph, TableBlock, UnknownBlock
from qa_sync.dataflow.parsing.sections import quote_text, split_sentences, unknown_markup

_GENERATED = "Generated:"


def generated(blocks: Iterable[Block]) -> str | None:
    """Return the date of the `Generated:` line in ISO format without a zone, or None without a valid date."""
    return next((iso for block in blocks if (iso := _date(block))), None)


def preamble_findings(blocks: Iterable[Block]) -> list[Finding]:
    """Return the findings before the first section; the first paragraph of prose is the introduction."""
    findings: list[Finding] = []
    introduced = False
    for block in blocks:
        if isinstance(block, Paragraph) and not block.text.startswith(_GENERATED):
            findings += _text(block, introduced=introduced)
            introduced = True
        else:
            findings += _other(block)
    return findings


def _date(block: Block) -> str | None:
    if not isinstance(block, Paragraph) or not block.text.startswith(_GENERATED):
        return None
    # Not strptime: importing it takes longer than parsing a spec.
    try:
        date = datetime.fromisoformat(block.text.removeprefix(_GENERATED).strip())
    except ValueError:
        return None
    return date.isoformat() if date.tzinfo is None else None


def _text(paragraph: Paragraph, *, introduced: bool) -> list[Finding]:
    if any(sentence for _, _, sentence in split_sentences(paragraph)):
        message = f"a statement outside any section is not read: {quote_text(paragraph.text)}; is a heading missing?"
        return [make_finding("homeless-statement", paragraph.line, message)]
    if introduced:
        return [make_finding("extra-text", paragraph.line, f"ignored text: {quote_text(paragraph.text)}")]
    return []


def _other(block: Block) -> list[Finding]:
    match block:
        case TableBlock() | CellTable():
            message = "a table outside any section is not read; is a heading missing?"
            return [make_finding("homeless-statement", block.line, message)]
        case UnknownBlock():
            return [unknown_markup(block)]
        case Paragraph() if _date(block) is None:
            message = f"expected `Generated: YYYY-MM-DD HH:MM:SS`, got {quote_text(block.text)}"
            return [make_finding("unknown-date", block.line, message)]
        case Paragraph() | Heading():
            return []
