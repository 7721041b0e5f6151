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
from qa_sync.audit.expressions.outcomes import OutcomeCode, PropertyFormats
from qa_sync.values.comparison_kinds import COMPARISON_KINDS
from qa_sync.values.form import Form

Decision = tuple[Expr, OutcomeCode]


@dataclass(frozen=True, slots=True)
class CellPair:
    """The two cells of a pair and their forms."""

    source: Cell
    target: Cell
    forms: PropertyFormats

    @property
    def conversions(self) -> frozenset[str]:
        """The two conversions."""
        return frozenset({self.forms.source.convert, self.forms.target.convert})

    def both_kind(self, kind: Kind) -> Expr:
        """Both cells have that kind."""
        return self.source.is_kind(kind) & self.target.is_kind(kind)

    @property
    def same_kind(self) -> Expr:
        """Both cells have one kind; in columns of one type equal texts have it always, and nobody need ask."""
        tests = self.source.kind_tests, self.target.kind_tests
        if None not in tests and tests[0].keys() == tests[1].keys():  # type: ignore[union-attr] # neither is None
            return ibis.literal(True)
        return self.source.kind == self.target.kind

    @property
    def same_text(self) -> Expr:
        """Both have the same text."""
        return self.source.text == self.target.text


def outcome_code(pair: CellPair) -> Expr:
    """Return the code of two cells, `ASK` where the expression cannot tell."""
    source, target = pair.source, pair.target
    name = comparison_kind(pair.conversions)
    branches = [
        *((RULES[name](pair)) if pair.conversions <= ALLOWED[name] else ()),
        (source.is_kind(Kind.EMPTY, Kind.OUTSIDE) | target.is_kind(Kind.OUTSIDE), OutcomeCode.EMPTY),
        *([(_is_none(source), OutcomeCode.EMPTY)] if pair.forms.source.convert == "reference" else ()),
        (source.is_kind(Kind.LOST), OutcomeCode.LOST),
        (target.is_kind(Kind.EMPTY) & reads(pair.forms.source, source), OutcomeCode.MISSING),
    ]
    return ibis.cases(*((when, _code(code)) for when, code in branches), else_=_code(OutcomeCode.ASK))


def comparison_kind(conversions: frozenset[str]) -> str:
    """Return as what values of two conversions are compared."""
    return next((name for name in COMPARISON_KINDS if name in conversions), "exact")


def _is_none(cell: Cell) -> Expr:
    """Tell a reference to nothing: WooCommerce says 0."""
    return cell.is_kind(Kind.NUMBER) & (cell.text == "0")


def _exact(pair: CellPair) -> list[Decision]:
    # What is read of one is read of the other, too: they are the same.
    forms = {form.convert: form for form, _ in _trimmed(pair)}.values()
    read = reduce(and_, (reads(form, pair.source) for form in forms))
    return [(pair.same_text & pair.same_kind & read, OutcomeCode.SAME)]


def _trimmed(pair: CellPair) -> tuple[tuple[Form, Cell], tuple[Form, Cell]]:
    return (pair.forms.source, pair.source), (pair.forms.target, pair.target)


def _email(pair: CellPair) -> list[Decision]:
    texts = pair.both_kind(Kind.TEXT)
    same_kind = pair.source.text.lower() == pair.target.text.lower()
    ascii_only = is_ascii(pair.source.text) & is_ascii(pair.target.text)
    raw = [(pair.same_text & texts, OutcomeCode.SAME)] if pair.conversions == {"email"} else []
    return [*raw, (same_kind & texts & ascii_only, OutcomeCode.SAME)]


def _html(pair: CellPair) -> list[Decision]:
    return [(pair.same_text & pair.both_kind(Kind.TEXT) & is_plain(pair.source), OutcomeCode.SAME)]


def _phone(pair: CellPair) -> list[Decision]:
    texts = (pair.source.text, pair.target.text)
    one, other = (without(text, PHONE_NOISE) for text in texts)
    # Numbers with blanks at most are by far the most, and quicker to see: then the other has no more than blanks, too.
    spaced = pair.source.is_kind(Kind.TEXT) & pair.same_kind & fits(texts[0], SPACED)
    return [
        ((texts[0].replace(" ", "") == texts[1].replace(" ", "")) & spaced, OutcomeCode.SAME),
        ((one == other) & pair.both_kind(Kind.TEXT) & fits(one, DIGITS), OutcomeCode.SAME),
    ]


def without(text: Expr, characters: str) -> Expr:
    """Return a text without those characters."""
    return reduce(lambda left, character: left.replace(character, ""), characters, text)


def _region(pair: CellPair) -> list[Decision]:
    return [(pair.same_text & pair.both_kind(Kind.TEXT), OutcomeCode.SAME)]


def _identifier(pair: CellPair) -> list[Decision]:
    return [(pair.same_text & _is_id(pair.source) & _is_id(pair.target), OutcomeCode.SAME)]


def _is_id(cell: Cell) -> Expr:
    whole = cell.is_kind(Kind.NUMBER) & fits(cell.text, WHOLE)
    return (cell.is_kind(Kind.TEXT) | whole) & (cell.text != "0")


def _number(pair: CellPair) -> list[Decision]:
    cells, places = (pair.source, pair.target), _places(pair.forms)
    read = reduce(and_, (reads(form, cell) for form, cell in _trimmed(pair)))
    # Up to 15 digits a binary number is as exact as the decimal one that it was read from, and much quicker.
    short = reduce(and_, (_is_short(cell) for cell in cells))
    one, other = (cell.text.try_cast("float64") if cell.number is None else cell.number for cell in cells)
    # Values more than a unit apart stay apart when they are rounded; closer ones are Python's to round.
    apart = one != other if places is None else (one - other).abs() > 1.001 * 10.0**-places
    texts = [(pair.same_text & read, OutcomeCode.SAME)] if all(cell.number is None for cell in cells) else []
    return [*texts, ((one == other) & short & read, OutcomeCode.SAME), (apart & short & read, OutcomeCode.VALUE)]


def _is_short(cell: Cell) -> Expr:
    if cell.short is not None:
        return cell.short
    brief = cell.text.length() <= LONGEST_EXACT
    if cell.kind_tests is not None and Kind.NUMBER not in cell.kind_tests:
        return brief  # a text of digits: one with an exponent is not read here
    return brief & ~cell.text.contains("e") & ~cell.text.contains("E")


def _places(forms: PropertyFormats) -> int | None:
    found = [places for form in (forms.source, forms.target) if isinstance(places := form.options.get("places"), int)]
    return min(found) if len(found) == 2 else None  # noqa: PLR2004 - both sides


def _truth(pair: CellPair) -> list[Decision]:
    truths = pair.both_kind(Kind.TRUTH)
    return [(pair.same_text & truths, OutcomeCode.SAME), (truths, OutcomeCode.VALUE)]


def _instant(pair: CellPair) -> list[Decision]:
    texts, marks = (pair.source.text, pair.target.text), [_zone_mark(form) for form, _ in _trimmed(pair)]
    whole = [fits(text, f"{DAYS}T{TIMES}{FRACTION}{mark}") for text, mark in zip(texts, marks, strict=True)]
    # Most have no fraction, or none at the target; that is quicker to see than to read.
    short = (texts[1].length() == SECONDS + 1) & texts[1].endswith("Z")
    long = (texts[1].length() >= SECONDS) & fits(texts[1].substr(SECONDS), f"{FRACTION}{marks[1]}")
    same = texts[0].startswith(texts[1].left(SECONDS)) & (short | long)
    return [
        (same & pair.source.is_kind(Kind.TEXT) & pair.same_kind & whole[0], OutcomeCode.SAME),
        (pair.both_kind(Kind.TEXT) & whole[0] & whole[1], OutcomeCode.VALUE),
    ]


def _zone_mark(form: Form) -> str:
    """Return how a text of that form says that it is UTC."""
    return "Z?" if form.options.get("style") == "naive_utc" else "Z"


def _day(pair: CellPair) -> list[Decision]:
    read = pair.both_kind(Kind.TEXT)
    for form, cell in _trimmed(pair):
        time = f"T({_hours(pair.forms.zone)}):[0-5][0-9]:[0-5][0-9]{FRACTION}{_zone_mark(form)}"
        read &= fits(cell.text, DAYS + (time if form.convert == "instant" else ""))
    return [
        ((pair.source.text.left(10) == pair.target.text.left(10)) & read, OutcomeCode.SAME),
        (read, OutcomeCode.VALUE),
    ]


def _hours(zone: tzinfo) -> str:
    """Return the UTC hours in which the zone has the same date as UTC, whatever the season, as a pattern."""
    begin = datetime(1970, 1, 1, tzinfo=UTC)
    offsets = [(begin + timedelta(days=30 * n)).astimezone(zone).utcoffset() for n in range(1590)]
    hours = [offset.total_seconds() / 3600 for offset in offsets if offset is not None]
    same = [h for h in range(24) if h + min(hours) >= 0 and h + 1 + max(hours) <= 24]  # noqa: PLR2004
    return "|".join(f"{h:02d}" for h in same) or "none"


def _looked_up(pair: CellPair) -> list[Decision]:
    """Compare what Python said of the texts that occur."""
    if not pair.source.normal_texts or not pair.target.normal_texts:
        return []  # none was looked at, or none could be read
    conversions = pair.source.is_kind(Kind.TEXT, Kind.TRUTH) & pair.target.is_kind(Kind.TEXT, Kind.TRUTH)
    return [(conversions & (_normal(pair.source) == _normal(pair.target)), OutcomeCode.SAME)]


def _normal(cell: Cell) -> Expr:
    """Return what counts of a text that was looked at beforehand, null for another."""
    known = [(cell.text == text, ibis.literal(to)) for text, to in (cell.normal_texts or {}).items()]
    return ibis.cases(*known, else_=ibis.null("string"))


def _code(code: OutcomeCode) -> Expr:
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

RULES: Final[Mapping[str, Callable[[CellPair], list[Decision]]]] = {
    "exact": _exact,
    "phone": _phone,
    "country": _looked_up,
    "date": _day,
    "instant": _instant,
    "decimal": _number,
    "integer": _number,
    "boolean": lambda pair: _truth(pair) if pair.conversions == {"boolean"} else _looked_up(pair),
    "email": _email,
    "html": _html,
    "region": _region,
    "reference": _identifier,
    "identifier": _identifier,
    "choice": _looked_up,
}
