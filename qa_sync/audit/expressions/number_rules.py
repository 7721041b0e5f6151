"""The comparison rule of numbers."""

from __future__ import annotations

from functools import reduce
from operator import and_
from typing import Final

import ibis

from qa_sync.audit.expressions.cell_pair import CellPair, Decision, ends
from qa_sync.audit.expressions.cells import Kind
from qa_sync.audit.expressions.columns import LONGEST_EXACT, Cell, Expr, reads
from qa_sync.audit.expressions.outcomes import OutcomeCode, PropertyFormats
from qa_sync.values.conversions.numbers import is_single_precision


def same_number(pair: CellPair) -> list[Decision]:
    """Return the conditions under which two numbers are the same, and under which they differ."""
    if any(is_single_precision(form) for form, _ in ends(pair)):
        return _same_in_single_precision(pair)
    cells, places = (pair.source, pair.target), common_places(pair.forms)
    read = reduce(and_, (reads(form, cell) for form, cell in ends(pair)))
    # Up to 15 digits, a float is as exact as the decimal number it was read from, and much faster.
    short = reduce(and_, (_is_short(cell) for cell in cells))
    one, other = (cell.text.try_cast("float64") if cell.number is None else cell.number for cell in cells)
    # Values more than one unit apart differ also when rounded; Python rounds closer ones.
    apart = one != other if places is None else (one - other).abs() > 1.001 * 10.0**-places
    texts = [(pair.same_text & read, OutcomeCode.SAME)] if all(cell.number is None for cell in cells) else []
    return [*texts, ((one == other) & short & read, OutcomeCode.SAME), (apart & short & read, OutcomeCode.VALUE)]


def _same_in_single_precision(pair: CellPair) -> list[Decision]:
    """Compare numbers as binary numbers of 32 bits; Python rounds them to decimal places."""
    cells = (pair.source, pair.target)
    read = reduce(and_, (reads(form, cell) for form, cell in ends(pair)))
    doubles = [cell.text.try_cast("float64") if cell.number is None else cell.number for cell in cells]
    in_range = reduce(and_, (number.abs() < LARGEST_SINGLE for number in doubles))
    brief = reduce(and_, (_is_short(cell) for cell in cells if cell.number is None), ibis.literal(True))
    one, other = (number.try_cast("float32") for number in doubles)
    certain = in_range & brief & read
    apart = [((one != other) & certain, OutcomeCode.VALUE)] if common_places(pair.forms) is None else []
    return [((one == other) & certain, OutcomeCode.SAME), *apart]


LARGEST_SINGLE: Final = 1e38
"""Below it, every number has a binary number of 32 bits."""


def _is_short(cell: Cell) -> Expr:
    if cell.short is not None:
        return cell.short
    brief = cell.text.length() <= LONGEST_EXACT
    if cell.kind_tests is not None and Kind.NUMBER not in cell.kind_tests:
        return brief  # a text of digits without an exponent
    return brief & ~cell.text.contains("e") & ~cell.text.contains("E")


def common_places(forms: PropertyFormats) -> int | None:
    """Return the decimal places that numbers of both sides are rounded to, None if one side keeps all."""
    found = [places for form in (forms.source, forms.target) if isinstance(places := form.options.get("places"), int)]
    return min(found) if len(found) == 2 else None  # noqa: PLR2004 - both sides
