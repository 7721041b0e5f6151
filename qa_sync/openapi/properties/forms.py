"""Deduces the type and the conversion of a property."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from qa_sync.openapi.properties.members import Member
from qa_sync.openapi.properties.times import is_instant, time_style
from qa_sync.openapi.reading.schema import Schema
from qa_sync.openapi.spelling import is_copyable
from qa_sync.values.form import Json
from qa_sync.values.path_grammar import segments

PRICE: Final = re.compile(r"price|amount|total|cost|balance|sum$|fee", re.IGNORECASE)
LONG_ENUM: Final = 60
NUMBER: Final = re.compile(r"-?\d+\.\d+")


def form_of(member: Member, concept: str, guesses: list[str]) -> dict[str, Json]:
    """Return type and conversion of a property."""
    read, written = member.read, member.insert or member.update
    values = read.enum or (written.enum if written else ())
    kind = _json_type(read)
    typed = {} if kind == "string" else {"type": kind}
    if len(values) > LONG_ENUM and concept.endswith(("country", "currency")):
        values = ()  # the ISO codes: a conversion says it better
    if values and all(isinstance(v, (str, int)) and not isinstance(v, bool) and is_copyable(str(v)) for v in values):
        return {**typed, "convert": "choice", "values": {str(v): str(v) for v in values}}
    for applies, form in FORMS:
        if applies(member, concept):
            return {**typed, **form(member, guesses)}
    return typed


def _json_type(schema: Schema) -> str:
    return next((kind for kind in ("string", "boolean", "number", "integer") if schema.is_a(kind)), "string")


def _instant(member: Member, guesses: list[str]) -> dict[str, Json]:
    style, guess = time_style(member.read)
    guesses += [guess] if guess else []
    return {"convert": "instant", "style": style}


def _decimal(member: Member, guesses: list[str]) -> dict[str, Json]:
    places, guess = _places(member)
    guesses += [guess] if guess else []
    return {"convert": "decimal"} | ({"places": places} if places is not None else {})


def _country(_member: Member, guesses: list[str]) -> dict[str, Json]:
    guesses.append("the style of countries")
    return {"convert": "country", "style": "iso2"}


def _is_decimal(member: Member, _concept: str) -> bool:
    schemas = [s for s in (member.read, member.insert, member.update) if s is not None]
    named = any(s.word("format") == "decimal" or _pattern_places(s) is not None for s in schemas)
    if PRICE.search(member.path) and isinstance(member.read.example, str):
        named = named or NUMBER.fullmatch(member.read.example) is not None
    return named or any(s.is_a("number") for s in schemas)


Form = Callable[[Member, list[str]], dict[str, Json]]
FORMS: Final[tuple[tuple[Callable[[Member, str], bool], Form], ...]] = (
    (lambda m, _: is_instant(m.read), _instant),
    (lambda m, _: m.read.word("format") == "date", lambda _m, _g: {"convert": "date"}),
    (lambda m, _: m.read.is_a("boolean"), lambda _m, _g: {"convert": "boolean"}),
    (_is_decimal, _decimal),
    (lambda m, _: m.read.is_a("integer"), lambda _m, _g: {"convert": "integer"}),
    (
        lambda m, c: m.read.word("format") == "email" or c in {"email", "customer_email"},
        lambda _m, _g: {"convert": "email"},
    ),
    (lambda _, c: c in {"phone", "mobile"}, lambda _m, _g: {"convert": "phone"}),
    (lambda _, c: c.endswith("country"), _country),
    (
        lambda m, c: m.read.word("format") in {"uuid", "int64"} or c == "number",
        lambda _m, _g: {"convert": "identifier"},
    ),
)
"""The conversions, each with when it applies; the first that applies is taken."""


def _places(member: Member) -> tuple[int | None, str]:
    """Return the decimal places of a number, and why they are a guess."""
    for schema in (member.read, member.insert, member.update):
        if schema is None:
            continue
        if (places := _pattern_places(schema)) is not None:
            return places, ""
        step = schema.keywords.get("multipleOf")
        if isinstance(step, (int, float)) and step > 0:
            return max(0, -int(Decimal(repr(step)).normalize().as_tuple().exponent)), ""
    return (2, "places of an amount") if PRICE.search(segments(member.path)[-1]) else (None, "")


def _pattern_places(schema: Schema) -> int | None:
    """Return the decimal places that a regular expression allows by a bounded group of digits after a dot."""
    found = re.search(r"\\\.\)?\(?(?:\?:)?\\d\{(?:\d+,)?(\d{1,2})\}", schema.word("pattern"))
    return int(found[1]) if found else None
