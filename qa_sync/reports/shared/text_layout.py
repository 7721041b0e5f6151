"""Styled text, wrapped and laid out in columns, without a library.

Loading rich takes 50 ms and a table of 60 checks 25 ms, which is longer than replaying these checks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import zip_longest
from typing import TypeAlias


class Style(StrEnum):
    """The meaning of a piece of text; includes the values of `Status`.

    `expected` and `actual` are the parts of two values that differ.
    """

    PLAIN = "plain"
    STRONG = "strong"
    QUIET = "quiet"
    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"
    MANUAL = "manual"
    EXPECTED = "expected"
    ACTUAL = "actual"


Span: TypeAlias = tuple[str, Style]
Line: TypeAlias = tuple[Span, ...]

BLANK: Line = ()
GAP = 2
_WORDS = re.compile(r"\n| +|[^ \n]+")


def width_of(text: str) -> int:
    """Return the width of a text in terminal cells: wide East Asian characters take two, combining marks none."""
    return len(text) if text.isascii() else sum(map(cells_of, text))


def clip(text: str, width: int, ellipsis: str) -> str:
    """Return the text, cut to the width with an ellipsis if it is longer."""
    if width_of(text) <= width:
        return text
    return text[: _fitting(text, 0, max(1, width - width_of(ellipsis)))].rstrip() + ellipsis


def wrap(spans: Iterable[Span], width: int) -> list[Line]:
    """Wrap text at blanks to the width; longer words are split, line breaks are kept."""
    spans = tuple(spans)
    if len(spans) == 1 and _fits(spans[0][0], width):
        return [spans]
    filler = _LineFiller(width)
    for text, style in spans:
        for word in _WORDS.findall(text):
            filler.add(word, style)
    return filler.lines()


def _fits(text: str, width: int) -> bool:
    """Return whether a text is a line as it is, as nearly every cell of a table is."""
    return text.isascii() and 0 < len(text) <= width and "\n" not in text and text[-1] != " "


def columns(cells: Sequence[tuple[Sequence[Span], int]], *, indent: int = 0, gap: int = GAP) -> list[Line]:
    """Lay out cells of the given widths next to each other, each wrapped in its column, without trailing blanks."""
    wrapped = [wrap(spans, width) for spans, width in cells]
    lines = []
    for parts in zip_longest(*wrapped, fillvalue=()):
        spans: list[Span] = []
        missing = indent
        for part, (_, width) in zip(parts, cells, strict=True):
            if part:
                spans += [(" " * missing, Style.PLAIN), *part] if missing else part
                missing = 0
            missing += width - sum(width_of(text) for text, _ in part) + gap
        lines.append(tuple(spans))
    return lines


def text_of(lines: Iterable[Line]) -> str:
    """Return the lines without their styles, each with its line break."""
    return "".join("".join(text for text, _ in line) + "\n" for line in lines)


class _LineFiller:
    """Fills lines word by word; a blank is added only when a word follows it on the same line."""

    def __init__(self, width: int) -> None:
        self.width = max(1, width)
        self.done: list[Line] = []
        self.begun: list[Span] = []
        self.used = 0
        self.blank = ""

    def add(self, word: str, style: Style) -> None:
        if word == "\n":
            self.end_line()
        elif not word.strip(" "):
            self.blank = word[: self.width - 1]
        else:
            self.add_word(word, style)

    def add_word(self, word: str, style: Style) -> None:
        if self.used + len(self.blank) + width_of(word) > self.width and self.used:
            self.end_line()
        *full, last = _chunks(word, self.width - len(self.blank))
        for chunk in full:
            self.put(chunk, style)
            self.end_line()
        self.put(last, style)

    def put(self, word: str, style: Style) -> None:
        before, last = self.begun[-1] if self.begun else ("", None)
        if last is style:
            self.begun[-1] = (before + self.blank + word, style)
        else:
            self.begun.append((self.blank + word, style))
        self.used += len(self.blank) + width_of(word)
        self.blank = ""

    def end_line(self) -> None:
        self.done.append(tuple(self.begun))
        self.begun, self.used, self.blank = [], 0, ""

    def lines(self) -> list[Line]:
        return [*self.done, tuple(self.begun)] if self.begun else self.done


def _chunks(word: str, width: int) -> Iterator[str]:
    """Yield the parts of a word that fit the width; a path breaks after a dot or slash near the end of a part."""
    if len(word) <= width and word.isascii():  # nearly every word
        yield word
        return
    start = 0
    while (end := _fitting(word, start, width)) < len(word):
        end = _path_break(word, start, end)
        yield word[start:end]
        start = end
    yield word[start:]


def _fitting(text: str, start: int, width: int) -> int:
    """Return the end of the part from `start` that fits the width: at least one character."""
    used, end = 0, start
    while end < len(text) and (used := used + cells_of(text[end])) <= width:
        end += 1
    return max(end, min(start + 1, len(text)))


def _path_break(word: str, start: int, end: int) -> int:
    """Return the place after the last dot or slash in the second half of a part, else its end."""
    at = 1 + max(word.rfind(mark, start + (end - start) // 2, end) for mark in "./")
    return at or end


def cells_of(char: str) -> int:
    """Return the width of a character in terminal cells."""
    if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
