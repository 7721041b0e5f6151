"""What a report for people is written on: its width, its characters, and how much it should say."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TypeAlias

from msgspec import Struct

from qa_sync.reports.shared.escape import escape_invisible, escape_unencodable
from qa_sync.running.events import Status

SourceLine: TypeAlias = Callable[[str, int], str | None]
"""The text of a spec's line, None when it is not at hand."""

NARROWEST = 40
SYMBOLS = {Status.PASSED: "✓", Status.FAILED: "✗", Status.ERROR: "!", Status.SKIPPED: "-", Status.MANUAL: "?"}
SPECIAL_CHARACTERS = "✓✗…━→"
ASCII_SYMBOLS = SYMBOLS | {Status.PASSED: "+", Status.FAILED: "x"}


def no_source_line(_spec: str, _line: int) -> str | None:
    """Know no spec's text."""
    return None


class OutputOptions(Struct, frozen=True):
    """Paper of a width in cells, for an encoding; `quiet` leaves the tables out, `verbose` repeats every reason."""

    width: int = 80
    encoding: str = "utf-8"
    quiet: bool = False
    verbose: bool = False
    source_line: SourceLine = no_source_line

    @property
    def has_symbols(self) -> bool:
        """Whether the encoding has our symbols."""
        return _has_symbols(self.encoding)

    @property
    def ellipsis(self) -> str:
        """What stands for text that is left out."""
        return "…" if self.has_symbols else "..."

    @property
    def arrow(self) -> str:
        """What stands between one thing and the next."""
        return "→" if self.has_symbols else "->"

    def symbol(self, status: Status) -> str:
        """Return one character for a status."""
        return (SYMBOLS if self.has_symbols else ASCII_SYMBOLS)[status]

    def text(self, text: str, *, lines: bool = False) -> str:
        """Return text from outside, fit to be printed here; `lines` keeps its line breaks."""
        shown = escape_invisible(text, lines=lines)
        return shown if shown.isascii() else escape_unencodable(shown, self.encoding)


@cache
def _has_symbols(encoding: str) -> bool:
    return escape_unencodable(SPECIAL_CHARACTERS, encoding) == SPECIAL_CHARACTERS
