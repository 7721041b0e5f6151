"""What the markup of a document is made of, before anybody asks what it means; all lines are 1-based."""

from __future__ import annotations

from msgspec import Struct


class Heading(Struct, frozen=True):
    """A heading with its leading blanks (an empty label leaves one); `short`: its underline is too short."""

    text: str
    line: int
    short: bool = False


class Paragraph(Struct, frozen=True):
    """Lines that belong together, line breaks and indents kept; `line` is that of the first."""

    text: str
    line: int


class TableBlock(Struct, frozen=True):
    """A `list-table` directive at `line`; `lines` are its content lines with their numbers, blank ones left out."""

    line: int
    lines: tuple[tuple[int, str], ...]

    @property
    def last_line(self) -> int:
        """The last line that is not blank."""
        return self.lines[-1][0] if self.lines else self.line


class UnknownBlock(Struct, frozen=True):
    """Markup that the document family does not have; `what` names it for a person."""

    what: str
    line: int


Block = Heading | Paragraph | TableBlock | UnknownBlock
