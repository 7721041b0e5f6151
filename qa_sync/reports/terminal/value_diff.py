"""Two values, one below the other, with their differences colored and marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from qa_sync.reports.shared.text_layout import Line, Span, Style, cells_of

MARK = "^"
LEAST_SAME = 3
"""Shorter common parts between two differences are marked as different, too."""

LEAST_SHARE = 0.25
"""Texts with a smaller common share (of the longer text) are shown as different without marks."""

LONGEST = 2_000
"""Of longer texts, only the common prefix and suffix are found: the comparison takes quadratic time."""

LOOK_BACK = 20
"""How many characters before its end a line may be broken at a blank."""

Ranges = list[tuple[int, int]]


def diff_lines(expected: str, actual: str, width: int) -> tuple[list[Line], list[Line]]:
    """Return both texts as lines of that width, with marks below the characters that differ."""
    here, there = _differing(expected, actual)
    return _lines(expected, here, Style.EXPECTED, width), _lines(actual, there, Style.ACTUAL, width)


def _differing(one: str, other: str) -> tuple[Ranges, Ranges]:
    """Return the differing ranges of characters of each text; the whole texts when they have too little in common."""
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
    """Return the common parts of both texts as (start in one, start in the other, length)."""
    first = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    most = min(len(one), len(other)) - first
    last = next((n for n in range(most) if one[-1 - n] != other[-1 - n]), most)
    middle, among = one[first : len(one) - last], other[first : len(other) - last]
    found = [(0, 0, first)] * bool(first)
    if middle and among and max(len(middle), len(among)) <= LONGEST:
        from difflib import SequenceMatcher  # noqa: PLC0415 - startup speed: most runs compare nothing

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
    """Yield the start and end of each line; no character is dropped, and a line ends before blanks, not after them."""
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
    """Return the start of the last run of blanks near the end of a line, 0 without one."""
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
