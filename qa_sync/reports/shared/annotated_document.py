"""The text of a spec, each sentence and table row with its checks.

Pairs that the spec does not name (inferred pairs) are added to its table as rows, marked with their origin.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from msgspec import Struct

from qa_sync.dataflow.model import Origin
from qa_sync.dataflow.parsing.blocks import Block, Heading, Paragraph, TableBlock, UnknownBlock
from qa_sync.dataflow.parsing.markup import read_blocks
from qa_sync.dataflow.parsing.sections import split_sentences
from qa_sync.dataflow.parsing.tables import read_table
from qa_sync.running.events import CheckFinished
from qa_sync.running.results import SectionResult, SpecResult

Checks = tuple[CheckFinished, ...]

UNREAD = "unread"
"""The kind of check of what the reader does not understand (`checklist.unread`)."""
ByLine = Mapping[int, list[CheckFinished]]
ByPair = Mapping[str, list[CheckFinished]]


class Claim(Struct, frozen=True):
    """A sentence, or a table row with its cells; `origin` is set for rows that are not in the spec."""

    line: int
    cells: tuple[str, ...]
    checks: Checks = ()
    origin: Origin | None = None


class Prose(Struct, frozen=True):
    """The sentences of a paragraph."""

    sentences: tuple[Claim, ...]


class UnmatchedClaims(Struct, frozen=True):
    """Claims without a sentence or row in the text: it is missing, or has changed since the run."""

    claims: tuple[Claim, ...]


class Table(Struct, frozen=True):
    """A table, on the lines from `line` to `last_line`."""

    line: int
    last_line: int
    header: tuple[str, ...]
    rows: tuple[Claim, ...]


class UnsupportedMarkup(Struct, frozen=True):
    """Markup that specs do not support, described in words."""

    description: str


DocumentBlock = Prose | UnmatchedClaims | Table | UnsupportedMarkup


class DocumentPart(Struct, frozen=True):
    """A heading and the blocks below it; `section` is None for the title, the introduction, and what is not read.

    `checks` are those of the section, and those of its lines that are not understood, whatever section reports them.
    """

    heading: str
    line: int
    section: SectionResult | None
    blocks: tuple[DocumentBlock, ...]
    checks: Checks = ()


def annotated_document(spec: SpecResult) -> tuple[DocumentPart, ...]:
    """Return the parts of a spec in order; without its text, the claims of its checks."""
    if spec.text is None:
        return tuple(_claims_without_text(section) for section in spec.sections)
    sections = {section.line: section for section in spec.sections}
    heads = list(_split_parts(read_blocks(spec.text)))
    ends = [*(head.line for head, _ in heads[1:]), None]
    unread = [check for section in spec.sections for check in section.checks if check.kind == UNREAD]
    parts = [
        _part(head, below, sections.pop(head.line, None), [c for c in unread if _is_within(c.line, head.line, end)])
        for (head, below), end in zip(heads, ends, strict=True)
    ]
    # A section that is not in the text (which has changed since the run) is still reported.
    return (*parts, *map(_claims_without_text, sections.values()))


def pair_of(check: CheckFinished) -> str | None:
    """Return the name of a check's property pair, the same for all kinds of check; None for a check without a pair."""
    _, kind, pair = check.id.rpartition(f"/{check.kind}/") if check.origin else ("", "", "")
    return pair if kind else None


def _split_parts(blocks: Iterable[Block]) -> Iterator[tuple[Heading, list[Block]]]:
    head, below = Heading("", 0), list[Block]()
    for block in blocks:
        if isinstance(block, Heading):
            if head.line or below:
                yield head, below
            head, below = block, []
        else:
            below.append(block)
    yield head, below


def _is_within(line: int, start: int, end: int | None) -> bool:
    return start <= line and (end is None or line < end)


def _part(
    head: Heading, below: list[Block], section: SectionResult | None, unread: Iterable[CheckFinished]
) -> DocumentPart:
    """Return a part with the checks of its section; those of lines that are not understood stand where the lines do."""
    checks = (*unread, *(check for check in (section.checks if section else ()) if check.kind != UNREAD))
    by_line: dict[int, list[CheckFinished]] = {}
    by_pair: dict[str, list[CheckFinished]] = {}
    for check in checks:
        by_line.setdefault(check.line, []).append(check)
        if pair := pair_of(check):
            by_pair.setdefault(pair, []).append(check)
    blocks = tuple(_blocks(below, by_line, by_pair))
    present = {line for block in blocks for line in _lines(block)}
    lost = tuple(_of_line(line, own) for line, own in by_line.items() if line not in present)
    blocks = (UnmatchedClaims(lost), *blocks) if lost else blocks
    return DocumentPart(head.text.strip(), head.line, section, blocks, checks)


def _blocks(below: list[Block], by_line: ByLine, by_pair: ByPair) -> Iterator[DocumentBlock]:
    taken: Paragraph | None = None
    for block, after in pairwise((*below, None)):
        match block:
            case Paragraph() if block is not taken:
                yield Prose(
                    tuple(Claim(n, (text,), tuple(by_line.get(n, ()))) for text, n, _ in split_sentences(block))
                )
            case TableBlock():
                split = after if isinstance(after, Paragraph) and after.line == block.last_line + 1 else None
                table = read_table(block, split)
                taken = split if table.damaged else None
                last = taken.line + taken.text.count("\n") if taken else block.last_line
                rows = [_row(row.line, row.cells, by_line, by_pair) for row in table.rows]
                yield Table(table.line, last, table.header, (*rows, *_added(by_line.get(table.line, ()), by_pair)))
            case UnknownBlock():
                yield UnsupportedMarkup(block.what)
            case _:
                pass


def _row(line: int, cells: tuple[str, ...], by_line: ByLine, by_pair: ByPair) -> Claim:
    own = by_line.get(line, ())
    pairs = dict.fromkeys(filter(None, map(pair_of, own)))
    plain = [check for check in own if pair_of(check) is None]
    return Claim(line, cells, (*plain, *(check for pair in pairs for check in by_pair[pair])))


def _added(checks: Iterable[CheckFinished], by_pair: ByPair) -> Iterator[Claim]:
    """Yield a row for each pair that is not in the spec."""
    first = {pair_of(check) or check.id: check for check in reversed(list(checks))}
    for pair, check in reversed(first.items()):
        source, _, target = check.title.partition(" -> ")
        yield Claim(check.line, (source, target), tuple(by_pair.get(pair, [check])), check.origin)


def _lines(block: DocumentBlock) -> Iterator[int]:
    match block:
        case Prose():
            yield from (sentence.line for sentence in block.sentences)
        case Table():
            yield from (block.line, *(row.line for row in block.rows))
        case UnmatchedClaims() | UnsupportedMarkup():
            pass


def _claims_without_text(section: SectionResult) -> DocumentPart:
    by_line: dict[int, list[CheckFinished]] = {}
    for check in section.checks:
        by_line.setdefault(check.line, []).append(check)
    claims = tuple(_of_line(line, own) for line, own in by_line.items())
    return DocumentPart(section.heading, section.line, section, (UnmatchedClaims(claims),), tuple(section.checks))


def _of_line(line: int, checks: list[CheckFinished]) -> Claim:
    if all(check.kind == UNREAD for check in checks):
        return Claim(line, (f"Line {line} is not understood.",), tuple(checks))
    more = f" and {len(checks) - 1} more" if len(checks) > 1 else ""
    return Claim(line, (f"Line {line}: {checks[0].title}{more}",), tuple(checks))
