"""The comparison rule of numbers."""

from __future__ import annotations

from functools import reduce
from operator import and_

from qa_sync.audit.expressions.cell_pair import CellPair, Decision, ends
from qa_sync.audit.expressions.cells import Kind
from qa_sync.audit.expressions.columns import LONGEST_EXACT, Cell, Expr, reads
from qa_sync.audit.expressions.outcomes import OutcomeCode, PropertyFormats


def same_number(pair: CellPair) -> list[Decision]:
    """Return the conditions under which two numbers are the same, and under which they differ."""
    cells, places = (pair.source, pair.target), common_places(pair.forms)
    read = reduce(and_, (reads(form, cell) for form, cell in ends(pair)))
    # Up to 15 digits, a float is as exact as the decimal number it was read from, and much faster.
    short = reduce(and_, (_is_short(cell) for cell in cells))
    one, other = (cell.text.try_cast("float64") if cell.number is None else cell.number for cell in cells)
    # Values more than one unit apart differ also when rounded; Python rounds closer ones.
    apart = one != other if places is None else (one - other).abs() > 1.001 * 10.0**-places
    texts = [(pair.same_text & read, OutcomeCode.SAME)] if all(cell.number is None for cell in cells) else []
    return [*texts, ((one == other) & short & read, OutcomeCode.SAME), (apart & short & read, OutcomeCode.VALUE)]


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
