"""A column of values as expressions: its cells, and tests for values that certainly have the column's format.

Regular expressions use only what DuckDB (RE2) and Spark (Java) have in common, with ASCII classes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import or_
from typing import Any, Final

import ibis
from msgspec import Struct

from qa_sync.audit.expressions.cells import Kind
from qa_sync.values.form import Form

Expr = Any
"""An Ibis expression; Ibis has no type annotations for mypy."""

DAYS: Final = (
    "(19[7-9][0-9]|20[0-9][0-9])-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)"
)
TIMES: Final = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
SECONDS: Final = 19
"""The characters of an instant up to its seconds."""
FRACTION: Final = "([.][0-9]{1,6})?"
WHOLE: Final = "-?(0|[1-9][0-9]{0,24})"
NUMBER: Final = "-?(0|[1-9][0-9]{0,24})([.][0-9]{1,9})?"
# At least one digit above 0 is required, because `00` alone is a prefix without a number.
PHONE: Final = "[+]?(0[0 ()./-]*)?[1-9][0-9 ()./-]*"
PHONE_NOISE: Final = " ()./-"
SPACED: Final = "[+]?(0[0 ]*)?[1-9][0-9 ]*"
DIGITS: Final = "[+]?0*[1-9][0-9]*"
LONGEST_EXACT: Final = 15


class Cell(Struct, frozen=True):
    """A column of values: expressions for kind and text.

    `kind_tests` are cheaper tests than `kind`, for the kinds that the column can have (None: use `kind`); `number` is
    the number of a typed column as a float, `short` whether it is exact to 15 digits, `whole` whether the column has
    integers only; `normal_texts` maps the texts that occur to their normalized values (None: not computed).
    """

    kind: Expr
    text: Expr
    kind_tests: Mapping[Kind, Expr] | None = None
    normal_texts: Mapping[str, str] | None = None
    number: Expr | None = None
    short: Expr | None = None
    whole: bool = False

    def may_be(self, kind: Kind) -> bool:
        """Return whether some cells of the column can be of that kind."""
        return self.kind_tests is None or kind in self.kind_tests

    def is_kind(self, *kinds: Kind) -> Expr:
        """Return whether a value is of one of the kinds."""
        if self.kind_tests is None:
            return self.kind.isin([int(kind) for kind in kinds]) if len(kinds) > 1 else self.kind == int(kinds[0])
        return reduce(
            or_, [self.kind_tests[kind] for kind in kinds if kind in self.kind_tests] or [ibis.literal(False)]
        )


def fits(text: Expr, pattern: str) -> Expr:
    """Return whether the whole text matches the pattern."""
    return text.re_search(rf"^{pattern}\z")  # in Java, `$` also matches before a final line break


def reads(form: Form, cell: Cell) -> Expr:
    """Return whether a cell certainly has its format and is certainly not empty."""
    if cell.normal_texts is not None:
        return (
            cell.is_kind(Kind.TEXT) & cell.text.isin(list(cell.normal_texts))
            if cell.normal_texts
            else ibis.literal(False)
        )
    read = READS.get(form.convert)
    return read(cell) if read else ibis.literal(False)


@ibis.udf.scalar.builtin(name="bit_length")  # type: ignore[untyped-decorator]
def _bit_length(text: str) -> int:  # type: ignore[empty-body] # a function of the engines
    """Return the number of bits of a text in UTF-8."""


def is_ascii(text: Expr) -> Expr:
    """Return whether a text is ASCII only."""
    return _bit_length(text) == text.length() * 8


def is_trimmed(text: Expr) -> Expr:
    """Return whether an ASCII text has no blanks at its ends."""
    return (text >= "!") & (text.right(1) > " ")


def is_plain(cell: Cell) -> Expr:
    """Return whether a cell is a text without tags and entities, which no conversion changes."""
    return cell.is_kind(Kind.TEXT) & ~cell.text.contains("&") & ~cell.text.contains("<")


def _decimal(cell: Cell) -> Expr:
    return cell.is_kind(Kind.NUMBER) | (cell.is_kind(Kind.TEXT) & fits(cell.text, NUMBER))


def _integer(cell: Cell) -> Expr:
    if cell.whole:
        return cell.is_kind(Kind.NUMBER)
    whole = ~cell.text.contains(".") & ~cell.text.contains("e") & ~cell.text.contains("E")
    return (cell.is_kind(Kind.NUMBER) & whole) | (cell.is_kind(Kind.TEXT) & fits(cell.text, WHOLE))


READS: Final[Mapping[str, Callable[[Cell], Expr]]] = {
    "text": lambda cell: cell.is_kind(Kind.TEXT, Kind.NUMBER, Kind.BOOLEAN),
    "escaped_text": is_plain,
    "html": is_plain,
    "email": lambda cell: cell.is_kind(Kind.TEXT),
    "phone": lambda cell: cell.is_kind(Kind.TEXT) & fits(cell.text, PHONE),
    "identifier": lambda cell: cell.is_kind(Kind.TEXT),
    "reference": lambda cell: cell.is_kind(Kind.TEXT) & (cell.text != "0"),
    "region": lambda cell: cell.is_kind(Kind.TEXT),
    "decimal": _decimal,
    "integer": _integer,
    "boolean": lambda cell: cell.is_kind(Kind.BOOLEAN),
    "instant": lambda cell: cell.is_kind(Kind.TEXT) & fits(cell.text, f"{DAYS}T{TIMES}{FRACTION}Z"),
    "date": lambda cell: cell.is_kind(Kind.TEXT) & fits(cell.text, DAYS),
}
