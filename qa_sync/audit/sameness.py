"""The comparison rules once more, as expressions: what they decide is exactly what `verdicts.judged` says, and what
they cannot decide surely they leave to it (`ASK`). A property test holds the two equal on hostile values.

Each notion (`qa_sync.values.notions`) has a rule: conditions under which both values are read, and are the same or
differ. Regular expressions are the common part of what DuckDB (RE2) and Spark (Java) know; classes are ASCII.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final

import ibis

from qa_sync.audit.cells import Kind
from qa_sync.audit.verdicts import Code, Forms
from qa_sync.values.form import Form
from qa_sync.values.notions import NOTIONS

Expr = Any
"""An Ibis expression; Ibis has no types that mypy could check."""

Decision = tuple[Expr, Code]

DAYS: Final = (
    "(19[7-9][0-9]|20[0-9][0-9])-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)"
)
TIMES: Final = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,6})?"
WHOLE: Final = "^-?(0|[1-9][0-9]{0,24})$"
NUMBER: Final = "^-?(0|[1-9][0-9]{0,24})([.][0-9]{1,9})?$"
PHONE: Final = "^[+]?[0-9][0-9 ()./-]*$"
ASCII: Final = "^[!-~]+$"
_MOST_PLACES: Final = 9


@dataclass(frozen=True, slots=True)
class Cell:
    """A column of values: expressions for kind and text.

    `normal` maps observed texts to what counts of them, decided by Python beforehand (None: not looked at).
    """

    kind: Expr
    text: Expr
    normal: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Both:
    """The two cells of a pair and their forms."""

    source: Cell
    target: Cell
    forms: Forms
    words: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", frozenset({self.forms.source.convert, self.forms.target.convert}))

    def are(self, kind: Kind) -> Expr:
        """Both cells have that kind."""
        return (self.source.kind == int(kind)) & (self.target.kind == int(kind))

    def match(self, pattern: str) -> Expr:
        """Both texts match a pattern."""
        return self.source.text.re_search(pattern) & self.target.text.re_search(pattern)

    @property
    def equal(self) -> Expr:
        """Both have the same text."""
        return self.source.text == self.target.text


def verdict(both: Both) -> Expr:
    """Return the code of two cells, `ASK` where the expression cannot tell."""
    source, target = both.source, both.target
    name = notion_of(both.words)
    branches = [
        (source.kind.isin(_UNCLAIMED) | (target.kind == int(Kind.OUTSIDE)), Code.EMPTY),
        (source.kind == int(Kind.LOST), Code.LOST),
        *([(_is_none(source), Code.EMPTY)] if both.forms.source.convert == "reference" else ()),
        *((RULES[name](both)) if both.words <= ALLOWED[name] else ()),
        ((target.kind == int(Kind.EMPTY)) & reads(both.forms.source, source), Code.MISSING),
    ]
    return ibis.cases(*((when, _code(code)) for when, code in branches), else_=_code(Code.ASK))


_UNCLAIMED = [int(Kind.EMPTY), int(Kind.OUTSIDE)]


def notion_of(words: frozenset[str]) -> str:
    """Return as what values of two conversions are compared."""
    return next((name for name in NOTIONS if name in words), "exact")


def reads(form: Form, cell: Cell) -> Expr:
    """Surely of its form, and surely not empty."""
    if cell.normal is not None:
        return (cell.kind == int(Kind.TEXT)) & cell.text.isin(list(cell.normal)) if cell.normal else _never(cell)
    return READS.get(form.convert, _never)(cell)


def _text(cell: Cell) -> Expr:
    return cell.kind == int(Kind.TEXT)


def _is_none(cell: Cell) -> Expr:
    """A reference to nothing: WooCommerce says 0."""
    return (cell.kind == int(Kind.NUMBER)) & (cell.text == "0")


def _never(cell: Cell) -> Expr:
    return cell.kind == -1


def _plain(cell: Cell) -> Expr:
    """A text without tags and entities, which every reading leaves alone."""
    return _text(cell) & ~cell.text.contains("&") & ~cell.text.contains("<")


def _spelled_number(pattern: str) -> Callable[[Cell], Expr]:
    def read(cell: Cell) -> Expr:
        return cell.kind.isin([int(Kind.NUMBER), int(Kind.TEXT)]) & cell.text.re_search(pattern)

    return read


READS: Final[Mapping[str, Callable[[Cell], Expr]]] = {
    "text": lambda cell: cell.kind.isin([int(Kind.TEXT), int(Kind.NUMBER), int(Kind.TRUTH)]),
    "escaped_text": _plain,
    "html": _plain,
    "email": _text,
    "phone": lambda cell: _text(cell) & cell.text.re_search(PHONE),
    "identifier": _text,
    "reference": lambda cell: _text(cell) & (cell.text != "0"),
    "region": _text,
    "decimal": _spelled_number(NUMBER),
    "integer": _spelled_number(WHOLE),
    "boolean": lambda cell: cell.kind == int(Kind.TRUTH),
    "instant": lambda cell: _text(cell) & cell.text.re_search(f"^{DAYS}T{TIMES}Z$"),
    "date": lambda cell: _text(cell) & cell.text.re_search(f"^{DAYS}$"),
}


def _exact(both: Both) -> list[Decision]:
    same = (both.source.kind == both.target.kind) & both.equal
    return [(same & reads(both.forms.source, both.source) & reads(both.forms.target, both.target), Code.SAME)]


def _email(both: Both) -> list[Decision]:
    texts = both.are(Kind.TEXT)
    alike = both.source.text.lower() == both.target.text.lower()
    raw = [(texts & both.equal, Code.SAME)] if both.words == {"email"} else []
    return [*raw, (texts & both.match(ASCII) & alike, Code.SAME)]


def _html(both: Both) -> list[Decision]:
    return [(both.are(Kind.TEXT) & both.equal & _plain(both.source), Code.SAME)]


def _phone(both: Both) -> list[Decision]:
    one, other = (cell.text.re_replace("[ ()./-]", "") for cell in (both.source, both.target))
    return [(both.are(Kind.TEXT) & both.match(PHONE) & (one == other), Code.SAME)]


def _region(both: Both) -> list[Decision]:
    return [(both.are(Kind.TEXT) & both.equal, Code.SAME)]


def _identifier(both: Both) -> list[Decision]:
    return [(_is_id(both.source) & _is_id(both.target) & both.equal, Code.SAME)]


def _is_id(cell: Cell) -> Expr:
    whole = (cell.kind == int(Kind.NUMBER)) & cell.text.re_search(WHOLE)
    return (_text(cell) | whole) & (cell.text != "0")


def _number(both: Both) -> list[Decision]:
    source, target = (reads(f, c) for f, c in ((both.forms.source, both.source), (both.forms.target, both.target)))
    read = source & target
    one, other = (cell.text.try_cast("decimal(38, 9)") for cell in (both.source, both.target))
    places = _places(both.forms)
    if places is None:
        return [(read & both.equal, Code.SAME), (read & (one == other), Code.SAME), (read, Code.VALUE)]
    same = [(read & both.equal, Code.SAME), (read & (one == other), Code.SAME)]
    if places > _MOST_PLACES:
        return same
    # Values a whole unit apart stay apart when they are rounded; closer ones are Python's to round.
    unit = ibis.literal(f"{10.0**-places:.9f}").cast("decimal(38, 9)")
    apart = (one - other).abs() >= unit
    return [*same, (read & apart, Code.VALUE)]


def _places(forms: Forms) -> int | None:
    both = [form.options.get("places") for form in (forms.source, forms.target)]
    return min(p for p in both if isinstance(p, int)) if all(isinstance(p, int) for p in both) else None


def _truth(both: Both) -> list[Decision]:
    truths = both.are(Kind.TRUTH)
    return [(truths & both.equal, Code.SAME), (truths, Code.VALUE)]


def _instant(both: Both) -> list[Decision]:
    read = both.are(Kind.TEXT)
    for form, cell in ((both.forms.source, both.source), (both.forms.target, both.target)):
        read &= cell.text.re_search(f"^{DAYS}T{TIMES}{_zone_mark(form)}$")
    seconds = both.source.text.substr(0, 19) == both.target.text.substr(0, 19)
    return [(read & seconds, Code.SAME), (read, Code.VALUE)]


def _zone_mark(form: Form) -> str:
    """Return how a text of that form says that it is UTC."""
    return "Z?" if form.options.get("style") == "naive_utc" else "Z"


def _day(both: Both) -> list[Decision]:
    read = both.are(Kind.TEXT)
    for form, cell in ((both.forms.source, both.source), (both.forms.target, both.target)):
        pattern = f"^{DAYS}$"
        if form.convert == "instant":
            pattern = f"^{DAYS}T({_hours(both.forms.zone)}):[0-5][0-9]:[0-5][0-9]([.][0-9]{{1,6}})?{_zone_mark(form)}$"
        read &= cell.text.re_search(pattern)
    same = both.source.text.substr(0, 10) == both.target.text.substr(0, 10)
    return [(read & same, Code.SAME), (read, Code.VALUE)]


def _hours(zone: tzinfo) -> str:
    """Return the UTC hours in which the zone has the same date as UTC, whatever the season, as a pattern."""
    begin = datetime(1970, 1, 1, tzinfo=UTC)
    offsets = [(begin + timedelta(days=30 * n)).astimezone(zone).utcoffset() for n in range(1590)]
    hours = [offset.total_seconds() / 3600 for offset in offsets if offset is not None]
    same = [h for h in range(24) if h + min(hours) >= 0 and h + 1 + max(hours) <= 24]  # noqa: PLR2004
    return "|".join(f"{h:02d}" for h in same) or "none"


def _dictionary(both: Both) -> list[Decision]:
    if both.source.normal is None or both.target.normal is None:
        return []
    one, other = (_normal(cell) for cell in (both.source, both.target))
    return [(both.are(Kind.TEXT) & (one == other), Code.SAME)]


def _choice(both: Both) -> list[Decision]:
    if both.source.normal is None or both.target.normal is None:
        return []
    ready = both.source.kind.isin(_WORDS) & both.target.kind.isin(_WORDS)
    return [(ready & (_normal(both.source) == _normal(both.target)), Code.SAME)]


_WORDS = [int(Kind.TEXT), int(Kind.TRUTH)]


def _normal(cell: Cell) -> Expr:
    """Return what counts of a text that was looked at beforehand, null for another."""
    known = (cell.normal or {}).items()
    nothing = ibis.null("string")
    return (
        ibis.cases(*((cell.text == text, ibis.literal(to)) for text, to in known), else_=nothing) if known else nothing
    )


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
    "country": _dictionary,
    "date": _day,
    "instant": _instant,
    "decimal": _number,
    "integer": _number,
    "boolean": lambda both: _truth(both) if both.words == {"boolean"} else _choice(both),
    "email": _email,
    "html": _html,
    "region": _region,
    "reference": _identifier,
    "identifier": _identifier,
    "choice": _choice,
}
