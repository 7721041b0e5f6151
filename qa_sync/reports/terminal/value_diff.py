"""Two values beneath each other, with what differs in colour, and marked so that it can be seen without."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from qa_sync.reports.shared.text_layout import Line, Span, Style, cells_of

MARK = "^"
LEAST_SAME = 3
"""Fewer characters that happen to be the same between two differences are no orientation for a reader."""

LEAST_SHARE = 0.25
"""Texts that share less of the longer one are simply different; nothing in them is marked."""

LONGEST = 2_000
"""Of longer texts only the first and the last difference is looked for: comparing them takes the square of that."""

LOOK_BACK = 20
"""So many characters before its end a line is broken at a blank."""

Ranges = list[tuple[int, int]]


def diff_lines(expected: str, actual: str, width: int) -> tuple[list[Line], list[Line]]:
    """Return both texts as lines of that width, with marks below what only one of them has."""
    here, there = _differing(expected, actual)
    return _lines(expected, here, Style.EXPECTED, width), _lines(actual, there, Style.ACTUAL, width)


def _differing(one: str, other: str) -> tuple[Ranges, Ranges]:
    """Return what of each text the other one has not, as ranges of characters; nothing when they are alien."""
    blocks = _blocks(one, other)
    if sum(size for _, _, size in blocks) < LEAST_SHARE * max(len(one), len(other)):
        return [(0, len(one))], [(0, len(other))]
    here, there, at, also = Ranges(), Ranges(), 0, 0
    for start, begin, size in (*blocks, (len(one), len(other), 0)):
        here += [(at, start)] * (at < start)
        there += [(also, begin)] * (also < begin)
        at, also = start + size, begin + size
    return here, there


def _blocks(one: str, other: str) -> list[tuple[int, int, int]]:
    """Return what both texts have, as (start in one, start in the other, length)."""
    first = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    most = min(len(one), len(other)) - first
    last = next((n for n in range(most) if one[-1 - n] != other[-1 - n]), most)
    middle, among = one[first : len(one) - last], other[first : len(other) - last]
    found = [(0, 0, first)] * bool(first)
    if middle and among and max(len(middle), len(among)) <= LONGEST:
        from difflib import SequenceMatcher  # noqa: PLC0415 - start-up speed: most runs compare nothing

        matched = SequenceMatcher(None, middle, among, autojunk=False).get_matching_blocks()
        found += [(first + m.a, first + m.b, m.size) for m in matched if m.size >= LEAST_SAME]
    return [*found, *[(len(one) - last, len(other) - last, last)] * bool(last)]


def _lines(text: str, ranges: Ranges, style: Style, width: int) -> list[Line]:
    inside = [False] * len(text)
    for start, end in ranges:
        inside[start:end] = [True] * (end - start)
    marked = ranges != [(0, len(text))]
    lines: list[Line] = []
    for start, end in _line_breaks(text, width):
        lines.append(tuple(_spans(text[start:end], inside[start:end], style)))
        if marked and any(inside[start:end]):
            lines.append(((_marks(text[start:end], inside[start:end]), style),))
    return lines


def _line_breaks(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Yield where lines begin and end; all characters stay, but a line ends before blanks, not after them."""
    start = 0
    while start < len(text):
        end, used = start, 0
        while end < len(text) and (used := used + cells_of(text[end])) <= max(2, width):
            end += 1
        if end < len(text):
            end = _blank_before(text, start, end) or end
        yield start, end
        start = end


def _blank_before(text: str, start: int, end: int) -> int:
    """Return where the last blanks near the end of a line begin, 0 when there are none."""
    at = text.rfind(" ", max(start + 1, end - LOOK_BACK), end)
    while at > start and text[at - 1] == " ":
        at -= 1
    return at if at > start else 0


def _spans(text: str, inside: Sequence[bool], style: Style) -> Iterator[Span]:
    for differs, group in groupby(zip(text, inside, strict=True), key=lambda pair: pair[1]):
        yield "".join(char for char, _ in group), style if differs else Style.PLAIN


def _marks(text: str, inside: Sequence[bool]) -> str:
    pairs = zip(text, inside, strict=True)
    return "".join((MARK if differs else " ") * cells_of(char) for char, differs in pairs).rstrip()
