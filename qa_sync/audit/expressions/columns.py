"""A column of values as expressions: its cells, and what of them is surely of its form.

Regular expressions are the common part of what DuckDB (RE2) and Spark (Java) know; classes are ASCII.
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
"""An Ibis expression; Ibis has no types that mypy could check."""

DAYS: Final = (
    "(19[7-9][0-9]|20[0-9][0-9])-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)"
)
TIMES: Final = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
SECONDS: Final = 19
"""The characters of an instant up to its seconds."""
FRACTION: Final = "([.][0-9]{1,6})?"
WHOLE: Final = "-?(0|[1-9][0-9]{0,24})"
NUMBER: Final = "-?(0|[1-9][0-9]{0,24})([.][0-9]{1,9})?"
# A digit above 0 is asked for because of two zeros alone, which are a prefix of nothing.
PHONE: Final = "[+]?(0[0 ()./-]*)?[1-9][0-9 ()./-]*"
PHONE_NOISE: Final = " ()./-"
SPACED: Final = "[+]?(0[0 ]*)?[1-9][0-9 ]*"
DIGITS: Final = "[+]?0*[1-9][0-9]*"
LONGEST_EXACT: Final = 15


class Cell(Struct, frozen=True):
    """A column of values: expressions for kind and text.

    `kind_tests` tell a kind more cheaply than `kind` does, for the kinds that the column can have (None: by `kind`);
    `number` is a typed column's number in binary, and `short` that it is as exact as a decimal of up to 15 digits;
    `whole` that the column has integers only;
    `normal_texts` maps observed texts to what counts of them, decided by Python beforehand (None: not looked at).
    """

    kind: Expr
    text: Expr
    kind_tests: Mapping[Kind, Expr] | None = None
    normal_texts: Mapping[str, str] | None = None
    number: Expr | None = None
    short: Expr | None = None
    whole: bool = False

    def is_kind(self, *kinds: Kind) -> Expr:
        """Tell whether a value is of one of the kinds."""
        if self.kind_tests is None:
            return self.kind.isin([int(kind) for kind in kinds]) if len(kinds) > 1 else self.kind == int(kinds[0])
        return reduce(
            or_, [self.kind_tests[kind] for kind in kinds if kind in self.kind_tests] or [ibis.literal(False)]
        )


def fits(text: Expr, pattern: str) -> Expr:
    """Tell a text that is of the pattern as a whole."""
    return text.re_search(rf"^{pattern}\z")  # to Java, `$` is also before a last line's end


def reads(form: Form, cell: Cell) -> Expr:
    """Surely of its form, and surely not empty."""
    if cell.normal_texts is not None:
        return (
            cell.is_kind(Kind.TEXT) & cell.text.isin(list(cell.normal_texts))
            if cell.normal_texts
            else ibis.literal(False)
        )
    read = READS.get(form.convert)
    return read(cell) if read else ibis.literal(False)


@ibis.udf.scalar.builtin(name="bit_length")  # type: ignore[untyped-decorator]
def _bit_length(text: str) -> int:  # type: ignore[empty-body] # the engines have it
    """Return the number of bits of a text's UTF-8 form."""


def is_ascii(text: Expr) -> Expr:
    """Tell a text of ASCII characters only."""
    return _bit_length(text) == text.length() * 8


def is_trimmed(text: Expr) -> Expr:
    """Tell an ASCII text without blanks at its ends."""
    return (text >= "!") & (text.right(1) > " ")


def is_plain(cell: Cell) -> Expr:
    """Tell a text without tags and entities, which every reading leaves alone."""
    return cell.is_kind(Kind.TEXT) & ~cell.text.contains("&") & ~cell.text.contains("<")


def _decimal(cell: Cell) -> Expr:
    return cell.is_kind(Kind.NUMBER) | (cell.is_kind(Kind.TEXT) & fits(cell.text, NUMBER))


def _integer(cell: Cell) -> Expr:
    if cell.whole:
        return cell.is_kind(Kind.NUMBER)
    whole = ~cell.text.contains(".") & ~cell.text.contains("e") & ~cell.text.contains("E")
    return (cell.is_kind(Kind.NUMBER) & whole) | (cell.is_kind(Kind.TEXT) & fits(cell.text, WHOLE))


READS: Final[Mapping[str, Callable[[Cell], Expr]]] = {
    "text": lambda cell: cell.is_kind(Kind.TEXT, Kind.NUMBER, Kind.TRUTH),
    "escaped_text": is_plain,
    "html": is_plain,
    "email": lambda cell: cell.is_kind(Kind.TEXT),
    "phone": lambda cell: cell.is_kind(Kind.TEXT) & fits(cell.text, PHONE),
    "identifier": lambda cell: cell.is_kind(Kind.TEXT),
    "reference": lambda cell: cell.is_kind(Kind.TEXT) & (cell.text != "0"),
    "region": lambda cell: cell.is_kind(Kind.TEXT),
    "decimal": _decimal,
    "integer": _integer,
    "boolean": lambda cell: cell.is_kind(Kind.TRUTH),
    "instant": lambda cell: cell.is_kind(Kind.TEXT) & fits(cell.text, f"{DAYS}T{TIMES}{FRACTION}Z"),
    "date": lambda cell: cell.is_kind(Kind.TEXT) & fits(cell.text, DAYS),
}
