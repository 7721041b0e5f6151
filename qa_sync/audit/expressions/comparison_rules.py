"""The comparison rules as expressions.

Their decisions are exactly those of `outcomes.compare_values`; what they cannot decide with certainty is left to it
(`ASK`). A property-based test compares both on hostile values. Each comparison kind
(`qa_sync.values.comparison.comparison_kinds`) has a rule: conditions under which both values are readable,
and are the same or differ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import and_
from typing import Final

import ibis

from qa_sync.audit.expressions.cell_pair import CellPair, Decision, ends
from qa_sync.audit.expressions.cells import Kind
from qa_sync.audit.expressions.columns import (
    DIGITS,
    PHONE_NOISE,
    SPACED,
    WHOLE,
    Cell,
    Expr,
    fits,
    is_ascii,
    is_plain,
    reads,
)
from qa_sync.audit.expressions.number_rules import same_number
from qa_sync.audit.expressions.outcomes import OutcomeCode, has_empty_constant
from qa_sync.audit.expressions.time_rules import same_day, same_instant
from qa_sync.values.comparison.comparison_kinds import COMPARISON_KINDS


def outcome_code(pair: CellPair) -> Expr:
    """Return the outcome code of two cells, `ASK` where the expression cannot decide."""
    source, target = pair.source, pair.target
    name = comparison_kind(pair.conversions)
    branches = [
        *((RULES[name](pair)) if pair.conversions <= ALLOWED[name] else ()),
        *((cell.is_kind(Kind.OUTSIDE), OutcomeCode.EMPTY) for cell in (source, target) if cell.may_be(Kind.OUTSIDE)),
        *_of_empty_source(pair),
        *([(source.is_kind(Kind.LOST), OutcomeCode.LOST)] if source.may_be(Kind.LOST) else []),
        (target.is_kind(Kind.EMPTY) & reads(pair.forms.source, source), OutcomeCode.MISSING),
    ]
    return ibis.cases(*((when, _code(code)) for when, code in branches), else_=_code(OutcomeCode.ASK))


def _of_empty_source(pair: CellPair) -> list[Decision]:
    source, target = pair.source, pair.target
    empty = source.is_kind(Kind.EMPTY)
    if pair.forms.source.convert == "reference":
        empty |= _is_none(source)
    filled = reads(pair.forms.target, target) if not has_empty_constant(pair.forms.target) else ibis.literal(False)
    return [(empty & target.is_kind(Kind.EMPTY), OutcomeCode.EMPTY), (empty & filled, OutcomeCode.FILLED)]


def comparison_kind(conversions: frozenset[str]) -> str:
    """Return the comparison kind for values of two conversions."""
    return next((name for name in COMPARISON_KINDS if name in conversions), "exact")


def _is_none(cell: Cell) -> Expr:
    """Return whether a reference is empty: in WooCommerce, 0 means no record."""
    return cell.is_kind(Kind.NUMBER) & (cell.text == "0")


def _exact(pair: CellPair) -> list[Decision]:
    # The texts are equal, so what is read from one is read from the other.
    forms = {form.convert: form for form, _ in ends(pair)}.values()
    read = reduce(and_, (reads(form, pair.source) for form in forms))
    return [(pair.same_text & pair.same_kind & read, OutcomeCode.SAME)]


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
    # Most numbers contain only digits and blanks, which is faster to test; then the equal one does, too.
    spaced = pair.source.is_kind(Kind.TEXT) & pair.same_kind & fits(texts[0], SPACED)
    return [
        ((texts[0].replace(" ", "") == texts[1].replace(" ", "")) & spaced, OutcomeCode.SAME),
        ((one == other) & pair.both_kind(Kind.TEXT) & fits(one, DIGITS), OutcomeCode.SAME),
    ]


def without(text: Expr, characters: str) -> Expr:
    """Return a text with those characters removed."""
    return reduce(lambda left, character: left.replace(character, ""), characters, text)


def _region(pair: CellPair) -> list[Decision]:
    return [(pair.same_text & pair.both_kind(Kind.TEXT), OutcomeCode.SAME)]


def _identifier(pair: CellPair) -> list[Decision]:
    return [(pair.same_text & _is_id(pair.source) & _is_id(pair.target), OutcomeCode.SAME)]


def _is_id(cell: Cell) -> Expr:
    whole = cell.is_kind(Kind.NUMBER) & fits(cell.text, WHOLE)
    return (cell.is_kind(Kind.TEXT) | whole) & (cell.text != "0")


def _truth(pair: CellPair) -> list[Decision]:
    booleans = pair.both_kind(Kind.BOOLEAN)
    return [(pair.same_text & booleans, OutcomeCode.SAME), (booleans, OutcomeCode.VALUE)]


def _looked_up(pair: CellPair) -> list[Decision]:
    """Compare the normalized values of the texts that occur."""
    if not pair.source.normal_texts or not pair.target.normal_texts:
        return []  # not computed, or no text is readable
    conversions = pair.source.is_kind(Kind.TEXT, Kind.BOOLEAN) & pair.target.is_kind(Kind.TEXT, Kind.BOOLEAN)
    return [(conversions & (_normal(pair.source) == _normal(pair.target)), OutcomeCode.SAME)]


def _normal(cell: Cell) -> Expr:
    """Return the normalized value of a text, null if it was not computed."""
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
"""The conversions whose values an expression compares, by comparison kind; Python handles other combinations."""

RULES: Final[Mapping[str, Callable[[CellPair], list[Decision]]]] = {
    "exact": _exact,
    "phone": _phone,
    "country": _looked_up,
    "date": same_day,
    "instant": same_instant,
    "decimal": same_number,
    "integer": same_number,
    "boolean": lambda pair: _truth(pair) if pair.conversions == {"boolean"} else _looked_up(pair),
    "email": _email,
    "html": _html,
    "region": _region,
    "reference": _identifier,
    "identifier": _identifier,
    "choice": _looked_up,
}
