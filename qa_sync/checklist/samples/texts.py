"""Sample texts: their characters and lengths, and the small edits of them that a careless comparison does not see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from qa_sync.checklist.samples.constraints import VERSIONS, ZERO, SampleConstraints
from qa_sync.checklist.samples.rich_texts import with_sample_tags

TRICKY_TEXTS: Final = (
    "Åse & Sønn 'naïve' \N{MATHEMATICAL FRAKTUR CAPITAL A} <&>, C:\\new",
    'Žofie "ß" çà & fils \N{MATHEMATICAL DOUBLE-STRUCK DIGIT ZERO} A\N{COMBINING RING ABOVE} {x}; 50%25',
    "Ωmega \N{LATIN SMALL LIGATURE FI}n & C++\u00a0\N{MATHEMATICAL SCRIPT CAPITAL Z} e\N{COMBINING ACUTE ACCENT}",
    "ÆØÅ \N{WOMAN}\N{ZERO WIDTH JOINER}\N{PERSONAL COMPUTER} 100 & 007 Co",
)
"""Non-ASCII, astral, combining and invisible characters, quotes, ampersands, a ligature, something like an HTML tag,
and separators and escape characters: comma, backslash, braces, percent, plus."""

LENGTHS: Final = (255, 256, 300, 500)
"""Lengths in the second edit on each side, in turn: a size of columns, one more, and more than common columns hold."""

LONGEST: Final = 1000
"""The length in the first edit on each side, and of one new record. Depth `thorough` tries any limit."""

MULTI_LINE: Final = frozenset({"note"})
"""Concepts with multi-line texts."""

ACCENTS: Final = str.maketrans("aeiouAEIOU", "áéíóúÁÉÍÓÚ")


def sample_text(constraints: SampleConstraints) -> str:
    """Return the text of a version, after the small edits that are wanted."""
    text = _as_made(constraints)
    for edit in SMALL_EDITS[: constraints.small_edits]:
        text = edit(text, constraints)
    return with_sample_tags(text, constraints) if constraints.has_tags else text


def _as_made(constraints: SampleConstraints) -> str:
    words = (constraints.card.concept or constraints.card.path).replace(".", " ").replace("_", " ")
    at = f" {constraints.line}" if constraints.line else ""
    tricky = TRICKY_TEXTS[(constraints.number // VERSIONS + constraints.version) % len(TRICKY_TEXTS)]
    lines = "\nsecond line" if constraints.card.concept in MULTI_LINE else ""
    text = constraints.fitted(f"{constraints.mark} {words}{at} {constraints.version} {tricky}{lines}")
    if constraints.extreme is None:
        return text
    length = _length(constraints)
    if constraints.extreme == ZERO and constraints.keeps_blanks and len(text) < constraints.limit - 2:
        return f" {_padded(text.replace(' ', '  ', 1), length - 2)} "
    return _padded(text, length)


def _length(constraints: SampleConstraints) -> int:
    if constraints.boundary and constraints.is_plain:
        return constraints.limit
    turn = constraints.number // VERSIONS + constraints.version // 2
    return min(constraints.limit, LONGEST if constraints.extreme == ZERO else LENGTHS[turn % len(LENGTHS)])


def _padded(text: str, length: int) -> str:
    return text + "x" * (length - len(text))


def _swap_case(text: str, constraints: SampleConstraints) -> str:
    """Return the text with the case of its letters swapped, where the swap is reversible."""
    table = {ord(c): swapped for c in set(text) if (swapped := c.swapcase()).swapcase() == c}
    return _except_mark(text, constraints, lambda part: part.translate(table))


def _add_accents(text: str, constraints: SampleConstraints) -> str:
    return _except_mark(text, constraints, lambda part: part.translate(ACCENTS))


def _move_blank(text: str, constraints: SampleConstraints) -> str:
    """Return the text without its last inner blank; where systems keep blanks, its first one is doubled instead."""
    inner = text.strip()
    outer = text.partition(inner)
    head, _, tail = inner.rpartition(" ")
    moved = f"{head}{tail}"
    moved = moved.replace(" ", "  ", 1) if constraints.keeps_blanks and constraints.is_plain else moved
    return f"{outer[0]}{moved}{outer[2]}"


def _except_mark(text: str, constraints: SampleConstraints, change: Callable[[str], str]) -> str:
    return constraints.mark.join(change(part) for part in text.split(constraints.mark))


SMALL_EDITS: Final = (_swap_case, _add_accents, _move_blank)
"""Edits of case only, of accents only, of blanks only, one after the other."""
