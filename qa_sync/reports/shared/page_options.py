"""Output options of text reports: width, encoding and level of detail."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TypeAlias

from msgspec import Struct

from qa_sync.reports.shared.escape import escape_invisible, escape_unencodable
from qa_sync.running.events import Status

SourceLine: TypeAlias = Callable[[str, int], str | None]
"""Given a path and a line: the text of that line of a spec, None when it is not available."""

NARROWEST = 40
SYMBOLS = {Status.PASSED: "✓", Status.FAILED: "✗", Status.ERROR: "!", Status.SKIPPED: "-", Status.MANUAL: "?"}
SPECIAL_CHARACTERS = "✓✗…━→"
ASCII_SYMBOLS = SYMBOLS | {Status.PASSED: "+", Status.FAILED: "x"}


def no_source_line(_spec: str, _line: int) -> str | None:
    """Return None: the texts of specs are not available."""
    return None


class OutputOptions(Struct, frozen=True):
    """Width in terminal cells and encoding; `quiet` omits the tables, `verbose` repeats every reason.

    `simulated` are the specs whose times are of a simulated clock, and marked as such.
    """

    width: int = 80
    encoding: str = "utf-8"
    quiet: bool = False
    verbose: bool = False
    source_line: SourceLine = no_source_line
    simulated: frozenset[str] = frozenset()

    @property
    def has_symbols(self) -> bool:
        """Whether the encoding has the symbols of the report."""
        return _has_symbols(self.encoding)

    @property
    def ellipsis(self) -> str:
        """The mark for omitted text."""
        return "…" if self.has_symbols else "..."

    @property
    def arrow(self) -> str:
        """The arrow between steps."""
        return "→" if self.has_symbols else "->"

    def symbol(self, status: Status) -> str:
        """Return the one-character symbol of a status."""
        return (SYMBOLS if self.has_symbols else ASCII_SYMBOLS)[status]

    def text(self, text: str, *, lines: bool = False) -> str:
        """Return external text escaped for this output; `lines` keeps its line breaks."""
        shown = escape_invisible(text, lines=lines)
        return shown if shown.isascii() else escape_unencodable(shown, self.encoding)


@cache
def _has_symbols(encoding: str) -> bool:
    return escape_unencodable(SPECIAL_CHARACTERS, encoding) == SPECIAL_CHARACTERS
