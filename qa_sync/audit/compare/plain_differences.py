"""Differences of plain values, described many at once, exactly as Python describes them one by one.

Plain are printable texts without quotes, of letters that look like no other ones, and numbers without an exponent. What
is not plain is left to `confirm_differences`. A property-based test compares both on hostile values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from qa_sync.audit.expressions.cells import Kind
from qa_sync.audit.expressions.columns import SECONDS
from qa_sync.audit.expressions.number_rules import common_places
from qa_sync.audit.expressions.outcomes import OutcomeCode, PropertyFormats
from qa_sync.audit.findings import ORDERED
from qa_sync.audit.model import Claim
from qa_sync.values.conversions.numbers import is_single_precision

LETTERS: Final = r" !#-&(-\[\]-~" + "\u00c0-\u00ff\u0410-\u044f\u4e00-\u9fff"
"""Characters of plain texts: printable, without quotes and backslash, each its own normal form (NFKC)."""
TEXT: Final = rf"^[{LETTERS}]+\z"
LONGEST: Final = 60
"""Longer texts are shown at their first difference."""
SPELLING: Final = r"[\s'()/+.\-0]"
"""What texts may differ in that differ only in their notation, beside upper and lower case."""
NUMBER: Final = "^(-?[1-9][0-9]{0,14}([.][0-9]{1,9})?|-?0[.]0{0,4}[1-9][0-9]{0,4}|0([.]0{1,9})?)\\z"
MOST_PLACES: Final = 9
EXACT: Final = pa.decimal128(38, MOST_PLACES)


class PlainDifferences(Struct, frozen=True):
    """The rows of a batch that differ in a claim, with the columns of their differences."""

    rows: pa.Array
    sort: OutcomeCode
    expected: pa.Array
    actual: pa.Array
    detail: pa.Array


class _Cells(Struct, frozen=True):
    """The cells of one claim in the rows that may differ: codes, kinds and texts of both sides."""

    codes: pa.Array
    kinds: tuple[pa.Array, pa.Array]
    texts: tuple[pa.Array, pa.Array]
    forms: PropertyFormats

    def are(self, *kinds: Kind) -> pa.Array:
        """Return whether both cells are of one of the kinds."""
        known = pa.array([int(kind) for kind in kinds], self.kinds[0].type)
        return pc.and_(*(pc.is_in(one, value_set=known) for one in self.kinds))

    def fit(self, pattern: str) -> pa.Array:
        """Return whether both texts match a pattern."""
        return pc.and_(*(_fits(one, pattern) for one in self.texts))

    @property
    def is_value(self) -> pa.Array:
        """Whether the engine has decided that the values differ."""
        return pc.equal(self.codes, int(OutcomeCode.VALUE))


def plain_differences(batch: pa.RecordBatch, n: int, forms: PropertyFormats) -> PlainDifferences | None:
    """Return the differences of a claim whose values are plain; None for a kind of values that none are."""
    rule = _RULES.get(frozenset({forms.source.convert, forms.target.convert}))
    if any(is_single_precision(form) for form in (forms.source, forms.target)):
        return None  # Python rounds them
    if rule is None or f"ck{n}" in batch.schema.names or f"dk{n}" in batch.schema.names:
        return None
    rows = pc.indices_nonzero(pc.greater(batch[f"v{n}"], int(OutcomeCode.FILLED)))
    a_kinds, b_kinds, a_texts, b_texts, codes = (
        batch[name].take(rows) for name in (f"ak{n}", f"bk{n}", f"at{n}", f"bt{n}", f"v{n}")
    )
    cells = _Cells(codes, (a_kinds, b_kinds), (a_texts, b_texts), forms)
    which = pc.indices_nonzero(pc.fill_null(rule.applies(cells), False))
    kept = _Cells(
        codes.take(which),
        (a_kinds.take(which), b_kinds.take(which)),
        (a_texts.take(which), b_texts.take(which)),
        forms,
    )
    shown = rule.shown(kept)
    detail = pc.binary_join_element_wise("expected ", shown[0], ", got ", shown[1], "")
    expected, actual = (_json(*one) for one in zip(kept.kinds, kept.texts, strict=True))
    return PlainDifferences(rows.take(which), OutcomeCode.VALUE, expected, actual, detail)


class _Rule(Struct, frozen=True):
    """Which cells certainly differ in their values, and how the message shows their two values."""

    applies: Callable[[_Cells], pa.Array]
    shown: Callable[[_Cells], tuple[pa.Array, pa.Array]]


def _fits(texts: pa.Array, pattern: str) -> pa.Array:
    return pc.match_substring_regex(texts, pattern)


def _differ_in_content(cells: _Cells) -> pa.Array:
    one, other = (pc.replace_substring_regex(pc.utf8_lower(text), SPELLING, "") for text in cells.texts)
    short = pc.and_(*(pc.less_equal(pc.utf8_length(text), LONGEST) for text in cells.texts))
    return reduce(pc.and_, [cells.are(Kind.TEXT), short, cells.fit(TEXT), pc.not_equal(one, other)])


def _quoted(cells: _Cells) -> tuple[pa.Array, pa.Array]:
    one, other = (pc.binary_join_element_wise("'", text, "'", "") for text in cells.texts)
    return one, other


def _are_numbers(cells: _Cells) -> pa.Array:
    places = common_places(cells.forms)
    if places is not None and not 0 <= places <= MOST_PLACES:
        return pa.array([False] * len(cells.codes))
    return pc.and_(pc.and_(cells.is_value, cells.are(Kind.NUMBER, Kind.TEXT)), cells.fit(NUMBER))


def _rounded(cells: _Cells) -> tuple[pa.Array, pa.Array]:
    places = common_places(cells.forms)
    if places is None:
        return cells.texts
    one, other = (_in_places(text, places) for text in cells.texts)
    return one, other


def _in_places(texts: pa.Array, places: int) -> pa.Array:
    """Return numbers rounded half away from zero, with that many places."""
    exact = pc.round(pc.cast(texts, EXACT), places, "half_towards_infinity")
    return pc.cast(pc.cast(exact, pa.decimal128(38, places)), pa.string())


def _to_seconds(cells: _Cells) -> tuple[pa.Array, pa.Array]:
    one, other = (
        pc.binary_join_element_wise(pc.utf8_slice_codeunits(text, 0, SECONDS), "Z", "") for text in cells.texts
    )
    return one, other


_RULES: Final[Mapping[frozenset[str], _Rule]] = {
    frozenset({"text"}): _Rule(_differ_in_content, _quoted),
    frozenset({"decimal"}): _Rule(_are_numbers, _rounded),
    frozenset({"integer"}): _Rule(_are_numbers, _rounded),
    frozenset({"decimal", "integer"}): _Rule(_are_numbers, _rounded),
    frozenset({"instant"}): _Rule(lambda cells: pc.and_(cells.is_value, cells.are(Kind.TEXT)), _to_seconds),
    frozenset({"boolean"}): _Rule(
        lambda cells: pc.and_(cells.is_value, cells.are(Kind.BOOLEAN)), lambda cells: cells.texts
    ),
}
"""The rules by the conversions of both sides."""


def _json(kinds: pa.Array, texts: pa.Array) -> pa.Array:
    """Return plain values as JSON texts, numbers without zeros at the end."""
    short = pc.replace_substring_regex(texts, r"[.]0+$|([.][0-9]*[1-9])0+$", r"\1")
    quoted = pc.binary_join_element_wise('"', texts, '"', "")
    return pc.if_else(
        pc.equal(kinds, int(Kind.TEXT)), quoted, pc.if_else(pc.equal(kinds, int(Kind.NUMBER)), short, texts)
    )


def table_of(found: PlainDifferences, batch: pa.RecordBatch, claim: Claim, n: int) -> pa.Table:
    """Return plain differences of the claim with the number `n` as rows of the findings, in the order of the batch."""
    count = len(found.rows)
    texts = (claim.id, "property", found.sort.name.lower(), claim.source.path, claim.target.path)
    check, kind, sort, source, target = (pa.repeat(text, count) for text in texts)
    ids = [batch[name].take(found.rows) for name in ("sid", "tid")]
    columns = [check, kind, sort, *ids, source, target, found.expected, found.actual, found.detail]
    place = [found.rows.cast(pa.int64()), pa.repeat(n, count)]
    return pa.table([*columns, pa.repeat(False, count), *place], schema=ORDERED)
