"""Parses reStructuredText into blocks; with `markup_tables` the only module that imports docutils.

The state machine of docutils reads the lines with only the transitions that specs use: headings, paragraphs and
tables. Paragraphs and cells are not parsed further, and there are no other directives and no roles. So no text can
make the reader access a file or the network, and no text can make it recurse.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive, states, tableparser
from docutils.statemachine import StringList
from docutils.utils import new_document

from qa_sync.dataflow.parsing.blocks import Block, Heading, Paragraph, UnknownBlock
from qa_sync.dataflow.parsing.markup_tables import MALFORMED, TABLE_DIRECTIVES, cell_table

Match = re.Match[str]
Transition = tuple[list[str], str, list[str]]
"""The return value of a docutils transition: the context (lines so far), the next state, and results (always empty)."""

_ADORNMENT = re.compile(states.Body.patterns["line"])
_INVISIBLE = re.compile(r"\.\.( +(?!\[)|$)")
_TABLE_ROW = re.compile(r"[*+-] +[*+-]( |$)")
_DIRECTIVE = re.compile(r"\.\. +([A-Za-z0-9][\w.:+-]*?) ?::( +|$)")

# Not the settings class of docutils: creating it reads configuration files, and it is deprecated.
_SETTINGS: Any = SimpleNamespace(
    # 5 is above every level: docutils prints and raises nothing; problems become findings.
    report_level=5,
    halt_level=5,
    warning_stream=None,
    debug=False,
    error_encoding="utf-8",
    error_encoding_error_handler="backslashreplace",
    language_code="en",
    id_prefix="",
    auto_id_prefix="%",
    file_insertion_enabled=False,
    raw_enabled=False,
)


def read_blocks(text: str) -> list[Block]:
    """Return the blocks of a spec in order; line endings may be LF, CRLF or CR."""
    machine = _Machine(state_classes=(Body, Text, Line), initial_state="Body")
    machine.run(_lines(text), new_document("", _SETTINGS), inliner=_PlainTextInliner())
    return machine.blocks


def _lines(text: str) -> list[str]:
    # string2lines of docutils also splits at form feeds, U+0085 and others, which shifts all later line numbers.
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\v", " ").replace("\f", " ")
    return [line.expandtabs().rstrip() for line in text.split("\n")]


class _PlainTextInliner(states.Inliner):
    """Replaces the inline parser of docutils: text stays plain text."""

    def init_customizations(self, settings: Any) -> None:
        """Do nothing: there is no inline markup to configure."""


class _Machine(states.RSTStateMachine):
    """The state machine of docutils, collecting blocks instead of nodes."""

    input_lines: StringList

    def __init__(self, *, nested: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.blocks: list[Block] = []
        self.nested = nested

    def read_inside(self, lines: Sequence[str], offset: int) -> None:
        """Append the blocks of a directive's content, which begins after `offset` lines of the spec."""
        inner = _Machine(nested=True, state_classes=(Body, Text, Line), initial_state="Body")
        inner.run(list(lines), new_document("", _SETTINGS), input_offset=offset, inliner=_PlainTextInliner())
        self.blocks.extend(inner.blocks)

    def notify_observers(self) -> None:
        """Do nothing: the only observer records the source of nodes, and there are no nodes."""

    def get_first_known_indented(
        self, indent: int, until_blank: bool = False, strip_indent: bool = True, strip_top: bool = True
    ) -> tuple[Any, int, int, bool]:
        """Return the block of a directive, without a following heading that begins with a blank."""
        result: tuple[Any, int, int, bool] = super().get_first_known_indented(
            indent, until_blank, strip_indent, strip_top
        )
        block = result[0]
        below = self.input_lines[self.line_offset + 1 : self.line_offset + 2]
        if len(block) > 1 and block[-1] and not block[-2] and below and _ADORNMENT.match(below[0]):
            block.trim_end()
            self.previous_line()
        return result


class _BlockState(states.RSTState):
    """A state that emits blocks instead of nodes."""

    state_machine: _Machine

    def emit(self, block: Block) -> None:
        """Append a block to the result."""
        self.state_machine.blocks.append(block)

    @property
    def lineno(self) -> int:
        """The 1-based number of the current line."""
        return int(self.state_machine.abs_line_number())


class Body(_BlockState, states.Body):
    """The first line of a block."""

    initial_transitions = ("explicit_markup", "grid_table_top", "simple_table_top", "line", "text")

    def indent(self, match: Match, context: list[str], next_state: str) -> Transition:  # noqa: ARG002
        """Treat indented text as text: a heading with an empty source label begins with a blank."""
        return [match.string], "Text", []

    def explicit_markup(self, match: Match, context: list[str], next_state: str) -> Transition:  # noqa: ARG002
        """Run the `list-table` directive; emit an UnknownBlock for everything else."""
        directive = _DIRECTIVE.match(match.string)
        if directive and directive[1] in TABLE_DIRECTIVES and not self.state_machine.nested:
            self.run_directive(TABLE_DIRECTIVES[directive[1]], directive, directive[1], {})  # type: ignore[no-untyped-call]
        else:
            self._skip(match, directive)
        return [], "Body", []

    def _skip(self, match: Match, directive: Match | None) -> None:
        line = self.lineno
        below = self.state_machine.get_first_known_indented(match.end(), strip_top=False)[0]
        if directive:
            self.emit(UnknownBlock(f"the directive `{directive[1]}`", line))
        elif _INVISIBLE.match(match.string):
            table = any(_TABLE_ROW.match(text.strip()) for text in below)
            what = (
                "a comment with table rows; did you mean `.. list-table::`?"
                if table
                else "a comment, target or substitution"
            )
            self.emit(UnknownBlock(what, line, shown=table))
        else:
            self.emit(UnknownBlock("a footnote or citation", line))

    def table_top(
        self,
        match: Match,  # noqa: ARG002
        context: list[str],  # noqa: ARG002
        next_state: str,  # noqa: ARG002
        isolate_function: Any,
        parser_class: Any,
    ) -> Transition:
        """Emit a grid or simple table that docutils parses."""
        start = self.lineno
        try:
            block = isolate_function()[0]
            self.emit(cell_table(block, parser_class, self.lineno - len(block) + 1))
        except MALFORMED as error:
            self.emit(UnknownBlock(f"a malformed table ({' '.join(map(str, error.args))})", start))
        return [], "Body", []

    def malformed_table(self, block: Any, detail: str = "", offset: int = 0) -> list[nodes.Node]:  # noqa: ARG002
        """Raise: docutils would build a message for its own output."""
        raise tableparser.TableMarkupError(detail)

    def parse_directive_block(
        self,
        indented: StringList,
        line_offset: int,
        directive: type[Directive],  # noqa: ARG002
        option_presets: dict[str, Any],  # noqa: ARG002
    ) -> tuple[list[str], dict[str, Any], StringList, int]:
        """Leave arguments and options in the content: docutils would start another state machine for them."""
        return [], {}, indented, line_offset


class Text(_BlockState, states.Text):
    """The second line of a block, which decides between a heading and a paragraph."""

    def section(self, title: str, source: str, style: str, lineno: int, messages: list[nodes.Node]) -> None:  # noqa: ARG002
        """Emit a heading; specs have one level below the title, so the style does not matter."""
        self.emit(Heading(title, lineno, short=bool(messages)))

    def blank(self, match: Match | None, context: list[str], next_state: str | None) -> Transition:  # noqa: ARG002
        """Emit a paragraph of one line."""
        self.emit(Paragraph(context[0], self.lineno - 1))
        return [], "Body", []

    def text(self, match: Match, context: list[str], next_state: str) -> Transition:  # noqa: ARG002
        """Emit a paragraph of several lines, indented or not."""
        line = self.lineno - 1
        block = self.state_machine.get_text_block()
        self.emit(Paragraph("\n".join([*context, *block.data]), line))
        return [], "Body", []

    indent = text


class Line(_BlockState, states.Text):
    """The text after a line of punctuation: an overlined title, or unsupported markup."""

    def text(self, match: Match, context: list[str], next_state: str | None) -> Transition:  # noqa: ARG002
        """Emit an overlined title when an underline follows, else read the text again without the overline."""
        machine = self.state_machine
        below = machine.input_lines[machine.line_offset + 1 : machine.line_offset + 2]
        if not below or not _ADORNMENT.match(below[0]):
            return self._stray_punctuation()
        self.emit(Heading(match.string, self.lineno, short=min(len(context[0]), len(below[0])) < len(match.string)))
        machine.next_line()
        return [], "Body", []

    indent = text

    def underline(self, match: Match | None, context: list[str], next_state: str | None) -> Transition:  # noqa: ARG002
        """Handle two lines of punctuation: the second may be an overline."""
        return self._stray_punctuation()

    blank = underline

    def eof(self, context: list[str]) -> list[Any]:  # noqa: ARG002
        """Handle a line of punctuation at the end of the spec."""
        self.emit(UnknownBlock("a line of punctuation", self.lineno - 1))
        return []

    def _stray_punctuation(self) -> Transition:
        self.emit(UnknownBlock("a line of punctuation without a heading", self.lineno - 1))
        self.state_machine.previous_line()
        return [], "Body", []
