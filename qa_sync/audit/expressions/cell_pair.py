"""The pair of cells that a comparison rule compares."""

from __future__ import annotations

import ibis
from msgspec import Struct

from qa_sync.audit.expressions.cells import Kind
from qa_sync.audit.expressions.columns import Cell, Expr
from qa_sync.audit.expressions.outcomes import OutcomeCode, PropertyFormats
from qa_sync.values.form import Form

Decision = tuple[Expr, OutcomeCode]


class CellPair(Struct, frozen=True):
    """The cells of a source and a target value, with their formats."""

    source: Cell
    target: Cell
    forms: PropertyFormats

    @property
    def conversions(self) -> frozenset[str]:
        """The conversions of both sides."""
        return frozenset({self.forms.source.convert, self.forms.target.convert})

    def both_kind(self, kind: Kind) -> Expr:
        """Both cells are of that kind."""
        return self.source.is_kind(kind) & self.target.is_kind(kind)

    @property
    def same_kind(self) -> Expr:
        """Both cells are of the same kind; always true for two columns with the same possible kinds."""
        tests = self.source.kind_tests, self.target.kind_tests
        if None not in tests and tests[0].keys() == tests[1].keys():  # type: ignore[union-attr] # neither is None
            return ibis.literal(True)
        return self.source.kind == self.target.kind

    @property
    def same_text(self) -> Expr:
        """Both have the same text."""
        return self.source.text == self.target.text


def ends(pair: CellPair) -> tuple[tuple[Form, Cell], tuple[Form, Cell]]:
    """Return the form and the cell of the source, and of the target."""
    return (pair.forms.source, pair.source), (pair.forms.target, pair.target)
