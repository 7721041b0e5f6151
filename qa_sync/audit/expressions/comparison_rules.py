"""The comparison rules once more, as expressions.

What they decide is exactly what `verdicts.judged` says, and what they cannot decide surely they leave to it (`ASK`). A
property test holds the two equal on hostile values. Each notion (`qa_sync.values.comparison_kinds`) has a rule:
conditions under
which both values are read, and are the same or differ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import reduce
from operator import and_
from typing import Final

import ibis

from qa_sync.audit.expressions.cells import Kind
from qa_sync.audit.expressions.columns import (
    DAYS,
    DIGITS,
    FRACTION,
    LONGEST_EXACT,
    PHONE_NOISE,
    SECONDS,
    SPACED,
    TIMES,
    WHOLE,
    Cell,
    Expr,
    fits,
    is_ascii,
    is_plain,
    reads,
)
from qa_sync.audit.expressions.outcomes import Code, Forms
from qa_sync.values.comparison_kinds import COMPARISON_KINDS
from qa_sync.values.form import Form

Decision = tuple[Expr, Code]


@dataclass(frozen=True, slots=True)
class Both:
    """The two cells of a pair and their forms."""

    source: Cell
    target: Cell
    forms: Forms

    @property
    def words(self) -> frozenset[str]:
        """The two conversions."""
        return frozenset({self.forms.source.convert, self.forms.target.convert})

    def are(self, kind: Kind) -> Expr:
        """Both cells have that kind."""
        return self.source.isa(kind) & self.target.isa(kind)

    @property
    def alike(self) -> Expr:
        """Both cells have one kind; in columns of one type equal texts have it always, and nobody need ask."""
        tests = self.source.tests, self.target.tests
        if None not in tests and tests[0].keys() == tests[1].keys():  # type: ignore[union-attr] # neither is None
            return ibis.literal(True)
        return self.source.kind == self.target.kind

    @property
    def equal(self) -> Expr:
        """Both have the same text."""
        return self.source.text == self.target.text


def verdict(both: Both) -> Expr:
    """Return the code of two cells, `ASK` where the expression cannot tell."""
    source, target = both.source, both.target
    name = notion_of(both.words)
    branches = [
        *((RULES[name](both)) if both.words <= ALLOWED[name] else ()),
        (source.isa(Kind.EMPTY, Kind.OUTSIDE) | target.isa(Kind.OUTSIDE), Code.EMPTY),
        *([(_is_none(source), Code.EMPTY)] if both.forms.source.convert == "reference" else ()),
        (source.isa(Kind.LOST), Code.LOST),
        (target.isa(Kind.EMPTY) & reads(both.forms.source, source), Code.MISSING),
    ]
    return ibis.cases(*((when, _code(code)) for when, code in branches), else_=_code(Code.ASK))


def notion_of(words: frozenset[str]) -> str:
    """Return as what values of two conversions are compared."""
    return next((name for name in COMPARISON_KINDS if name in words), "exact")


def _is_none(cell: Cell) -> Expr:
    """Tell a reference to nothing: WooCommerce says 0."""
    return cell.isa(Kind.NUMBER) & (cell.text == "0")


def _exact(both: Both) -> list[Decision]:
    # What is read of one is read of the other, too: they are the same.
    forms = {form.convert: form for form, _ in _ends(both)}.values()
    read = reduce(and_, (reads(form, both.source) for form in forms))
    return [(both.equal & both.alike & read, Code.SAME)]


def _ends(both: Both) -> tuple[tuple[Form, Cell], tuple[Form, Cell]]:
    return (both.forms.source, both.source), (both.forms.target, both.target)


def _email(both: Both) -> list[Decision]:
    texts = both.are(Kind.TEXT)
    alike = both.source.text.lower() == both.target.text.lower()
    ascii_only = is_ascii(both.source.text) & is_ascii(both.target.text)
    raw = [(both.equal & texts, Code.SAME)] if both.words == {"email"} else []
    return [*raw, (alike & texts & ascii_only, Code.SAME)]


def _html(both: Both) -> list[Decision]:
    return [(both.equal & both.are(Kind.TEXT) & is_plain(both.source), Code.SAME)]


def _phone(both: Both) -> list[Decision]:
    texts = (both.source.text, both.target.text)
    one, other = (without(text, PHONE_NOISE) for text in texts)
    # Numbers with blanks at most are by far the most, and quicker to see: then the other has no more than blanks, too.
    spaced = both.source.isa(Kind.TEXT) & both.alike & fits(texts[0], SPACED)
    return [
        ((texts[0].replace(" ", "") == texts[1].replace(" ", "")) & spaced, Code.SAME),
        ((one == other) & both.are(Kind.TEXT) & fits(one, DIGITS), Code.SAME),
    ]


def without(text: Expr, characters: str) -> Expr:
    """Return a text without those characters."""
    return reduce(lambda left, character: left.replace(character, ""), characters, text)


def _region(both: Both) -> list[Decision]:
    return [(both.equal & both.are(Kind.TEXT), Code.SAME)]


def _identifier(both: Both) -> list[Decision]:
    return [(both.equal & _is_id(both.source) & _is_id(both.target), Code.SAME)]


def _is_id(cell: Cell) -> Expr:
    whole = cell.isa(Kind.NUMBER) & fits(cell.text, WHOLE)
    return (cell.isa(Kind.TEXT) | whole) & (cell.text != "0")


def _number(both: Both) -> list[Decision]:
    cells, places = (both.source, both.target), _places(both.forms)
    read = reduce(and_, (reads(form, cell) for form, cell in _ends(both)))
    # Up to 15 digits a binary number is as exact as the decimal one that it was read from, and much quicker.
    short = reduce(and_, (_is_short(cell) for cell in cells))
    one, other = (cell.text.try_cast("float64") if cell.number is None else cell.number for cell in cells)
    # Values more than a unit apart stay apart when they are rounded; closer ones are Python's to round.
    apart = one != other if places is None else (one - other).abs() > 1.001 * 10.0**-places
    texts = [(both.equal & read, Code.SAME)] if all(cell.number is None for cell in cells) else []
    return [*texts, ((one == other) & short & read, Code.SAME), (apart & short & read, Code.VALUE)]


def _is_short(cell: Cell) -> Expr:
    if cell.short is not None:
        return cell.short
    brief = cell.text.length() <= LONGEST_EXACT
    if cell.tests is not None and Kind.NUMBER not in cell.tests:
        return brief  # a text of digits: one with an exponent is not read here
    return brief & ~cell.text.contains("e") & ~cell.text.contains("E")


def _places(forms: Forms) -> int | None:
    found = [places for form in (forms.source, forms.target) if isinstance(places := form.options.get("places"), int)]
    return min(found) if len(found) == 2 else None  # noqa: PLR2004 - both sides


def _truth(both: Both) -> list[Decision]:
    truths = both.are(Kind.TRUTH)
    return [(both.equal & truths, Code.SAME), (truths, Code.VALUE)]


def _instant(both: Both) -> list[Decision]:
    texts, marks = (both.source.text, both.target.text), [_zone_mark(form) for form, _ in _ends(both)]
    whole = [fits(text, f"{DAYS}T{TIMES}{FRACTION}{mark}") for text, mark in zip(texts, marks, strict=True)]
    # Most have no fraction, or none at the target; that is quicker to see than to read.
    short = (texts[1].length() == SECONDS + 1) & texts[1].endswith("Z")
    long = (texts[1].length() >= SECONDS) & fits(texts[1].substr(SECONDS), f"{FRACTION}{marks[1]}")
    same = texts[0].startswith(texts[1].left(SECONDS)) & (short | long)
    return [
        (same & both.source.isa(Kind.TEXT) & both.alike & whole[0], Code.SAME),
        (both.are(Kind.TEXT) & whole[0] & whole[1], Code.VALUE),
    ]


def _zone_mark(form: Form) -> str:
    """Return how a text of that form says that it is UTC."""
    return "Z?" if form.options.get("style") == "naive_utc" else "Z"


def _day(both: Both) -> list[Decision]:
    read = both.are(Kind.TEXT)
    for form, cell in _ends(both):
        time = f"T({_hours(both.forms.zone)}):[0-5][0-9]:[0-5][0-9]{FRACTION}{_zone_mark(form)}"
        read &= fits(cell.text, DAYS + (time if form.convert == "instant" else ""))
    return [((both.source.text.left(10) == both.target.text.left(10)) & read, Code.SAME), (read, Code.VALUE)]


def _hours(zone: tzinfo) -> str:
    """Return the UTC hours in which the zone has the same date as UTC, whatever the season, as a pattern."""
    begin = datetime(1970, 1, 1, tzinfo=UTC)
    offsets = [(begin + timedelta(days=30 * n)).astimezone(zone).utcoffset() for n in range(1590)]
    hours = [offset.total_seconds() / 3600 for offset in offsets if offset is not None]
    same = [h for h in range(24) if h + min(hours) >= 0 and h + 1 + max(hours) <= 24]  # noqa: PLR2004
    return "|".join(f"{h:02d}" for h in same) or "none"


def _looked_up(both: Both) -> list[Decision]:
    """Compare what Python said of the texts that occur."""
    if not both.source.normal or not both.target.normal:
        return []  # none was looked at, or none could be read
    words = both.source.isa(Kind.TEXT, Kind.TRUTH) & both.target.isa(Kind.TEXT, Kind.TRUTH)
    return [(words & (_normal(both.source) == _normal(both.target)), Code.SAME)]


def _normal(cell: Cell) -> Expr:
    """Return what counts of a text that was looked at beforehand, null for another."""
    known = [(cell.text == text, ibis.literal(to)) for text, to in (cell.normal or {}).items()]
    return ibis.cases(*known, else_=ibis.null("string"))


def _code(code: Code) -> Expr:
    return ibis.literal(int(code), type="int8")


ALLOWED: Final[Mapping[str, frozenset[str]]] = {
    "exact": frozenset({"text", "escaped_text"}),
    "phone": frozenset({"phone", "text"}),
    "country": frozenset({"country"}),
    "date": frozenset({"date", "instant"}),
    "instant": frozenset({"instant"}),
    "decimal": frozenset({"decimal", "integer"}),
    "integer": frozenset({"integer"}),
    "boolean": frozenset({"boolean", "choice"}),
    "email": frozenset({"email", "text"}),
    "html": frozenset({"html", "text"}),
    "region": frozenset({"region"}),
    "reference": frozenset({"reference", "identifier"}),
    "identifier": frozenset({"identifier"}),
    "choice": frozenset({"choice"}),
}
"""The conversions whose values an expression compares under a notion; other mixtures are rare, and Python's."""

RULES: Final[Mapping[str, Callable[[Both], list[Decision]]]] = {
    "exact": _exact,
    "phone": _phone,
    "country": _looked_up,
    "date": _day,
    "instant": _instant,
    "decimal": _number,
    "integer": _number,
    "boolean": lambda both: _truth(both) if both.words == {"boolean"} else _looked_up(both),
    "email": _email,
    "html": _html,
    "region": _region,
    "reference": _identifier,
    "identifier": _identifier,
    "choice": _looked_up,
}
