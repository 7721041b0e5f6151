"""Parses the blocks of one section into a Section and findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from qa_sync.dataflow.lint_codes import make_finding
from qa_sync.dataflow.model import Finding, Section, StatementKind
from qa_sync.dataflow.parsing.blocks import Block, CellTable, Heading, Paragraph, TableBlock, UnknownBlock
from qa_sync.dataflow.parsing.headings import parse_entity
from qa_sync.dataflow.parsing.statements import (
    Sentence,
    differing_words,
    find_other_entity,
    make_statement,
    match_template,
    nearest_template,
    normalize_blanks,
)
from qa_sync.dataflow.parsing.tables import (
    MERGE_COLUMNS,
    PROPERTY_COLUMNS,
    Table,
    criteria_of,
    pairs_of,
    read_cells,
    read_table,
)

TABLE_KINDS = {MERGE_COLUMNS: StatementKind.MERGE_IF, PROPERTY_COLUMNS: StatementKind.PROPS}

ParsedSentence = tuple[str, int, Sentence | None]
"""A sentence's text, its first line, and the sentence that it matches (None: unknown)."""


def split_sentences(paragraph: Paragraph) -> list[ParsedSentence]:
    """Return a paragraph's sentences: one per line, or the whole paragraph when it is one wrapped sentence."""
    # Try lines first: a template's field matches any text, so the whole paragraph could match across sentences.
    lines = list(_sentences_by_line(paragraph)) if "\n" in paragraph.text else []
    if any(sentence for _, _, sentence in lines):
        return lines
    return [(paragraph.text, paragraph.line, match_template(paragraph.text))]


def _sentences_by_line(paragraph: Paragraph) -> Iterator[ParsedSentence]:
    lines = paragraph.text.split("\n")
    at = 0
    while at < len(lines):
        two = "\n".join(lines[at : at + 2])
        both = match_template(two)
        if both and both.template.kind is StatementKind.MATCHING:
            yield two, paragraph.line + at, both
            at += 2
        else:
            yield lines[at], paragraph.line + at, match_template(lines[at])
            at += 1


class SectionReader:
    """Reads one section; its entities are known only after its property table."""

    def __init__(self, heading: Heading, sides: tuple[str, str]) -> None:
        self.heading = heading
        self.sides = sides
        self.findings: list[Finding] = []
        self._sentences: list[tuple[str, int, Sentence]] = []
        self._tables: dict[StatementKind, Table] = {}

    def read(self, blocks: Sequence[Block]) -> None:
        """Read all blocks below the heading."""
        taken = None
        for block, below in pairwise((*blocks, None)):
            match block:
                case Paragraph() if block is not taken:
                    self._read_text(block)
                case TableBlock():
                    after = below if isinstance(below, Paragraph) and below.line == block.last_line + 1 else None
                    table = read_table(block, after)
                    taken = after if table.damaged else None
                    self._read_table(table)
                case CellTable():
                    self._read_table(read_cells(block))
                case UnknownBlock():
                    self.findings.append(unknown_markup(block))
                case _:
                    pass

    def section(self, ordinal: int, labels: tuple[str, str]) -> Section:
        """Return the section; `labels` are the labels in the title."""
        props = self._tables.get(StatementKind.PROPS)
        merge = self._tables.get(StatementKind.MERGE_IF)
        source = parse_entity(self.sides[0], labels[0])
        return Section(
            ordinal=ordinal,
            heading=self.heading.text.strip(),
            line=self.heading.line,
            source=source,
            target=parse_entity(self.sides[1], labels[1], props.system_label if props else None),
            statements=tuple(make_statement(s, text, line, source.system) for text, line, s in self._sentences),
            criteria=criteria_of(merge) if merge else (),
            pairs=pairs_of(props) if props else (),
            table_line=props.line if props else None,
        )

    def _read_text(self, paragraph: Paragraph) -> None:
        for text, line, sentence in split_sentences(paragraph):
            if sentence and not self._holds_another_sentence(sentence):
                self._sentences.append((text, line, sentence))
            else:
                self.findings.append(unknown_sentence(text, line, self.sides))

    def _holds_another_sentence(self, sentence: Sentence) -> bool:
        """Whether a field of the template swallowed a further sentence."""
        other = find_other_entity(sentence, *map(normalize_blanks, self.sides))
        return other is not None and ". " in other[1]

    def _read_table(self, table: Table) -> None:
        self.findings += table.findings
        kind = self._kind(table)
        if kind is None:
            expected = "expected 2 columns (merge criteria) or 3 (properties)"
            self._error("unknown-table", table.line, f"{expected}, got {len(table.header)}; its rows are not read")
        elif kind in self._tables:
            self._error("repeated-table", table.line, f"a second {kind} table in one section; its rows are not read")
        else:
            self._tables[kind] = table
            self.findings += self._other_header(table)

    def _kind(self, table: Table) -> StatementKind | None:
        if not table.header:
            # Only the directive remains: the kind of table follows from the sentence above it.
            last = self._sentences[-1][2].template.kind if self._sentences else None
            return last if last is StatementKind.MERGE_IF else StatementKind.PROPS
        return TABLE_KINDS.get(len(table.header))

    def _other_header(self, table: Table) -> Iterator[Finding]:
        for side, cell in zip(self.sides, table.header, strict=False):
            if cell and normalize_blanks(cell) != normalize_blanks(f"{side} Property"):
                message = f"the table's header names {cell!r}, the heading names {normalize_blanks(side)!r}"
                yield make_finding("entity-mismatch", table.line, message)

    def _error(self, code: str, line: int, message: str) -> None:
        self.findings.append(make_finding(code, line, message))


def unknown_sentence(text: str, line: int, sides: tuple[str, str]) -> Finding:
    """Return the finding for a sentence that matches no template, with the closest one and the words that differ."""
    nearest = nearest_template(text[:2000])
    differing = ", ".join(differing_words(text[:2000], nearest, sides))
    message = f"unknown sentence: {quote_text(text)}; the closest template is `{nearest}`; different: {differing}"
    return make_finding("unknown-sentence", line, message)


def unknown_markup(block: UnknownBlock) -> Finding:
    """Return the finding for unsupported markup."""
    return make_finding("unknown-markup", block.line, f"unsupported markup: {block.what}")


def quote_text(text: str) -> str:
    """Return the text quoted for a message: on one line, at most 100 characters."""
    text = normalize_blanks(text[:400])
    return repr(text if len(text) <= 100 else f"{text[:97]}...")  # noqa: PLR2004
