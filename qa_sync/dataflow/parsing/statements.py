"""The ordered table of sentence templates, and matching of sentences against it.

Matching ignores differences in blanks and line breaks. Odd wording (`a` before a vowel, two blanks after `it`, the
misspelled `beeing`) is that of the specs. Source: docs/explanation/grammar.rst, "Sentences".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from string import Formatter

from msgspec import Struct

from qa_sync.dataflow.model import Condition, Connection, Statement, StatementKind


class Template(Struct, frozen=True):
    """A sentence with fields: `{a}` and `{b}` are the two sides of the heading, `{c}` should be one of them.

    `condition` is the name of a conditional template; `value` is the literal in its words.
    """

    kind: StatementKind
    words: str
    condition: str | None = None
    value: str | None = None


class Sentence(Struct, frozen=True):
    """A matched sentence: its template, its text with single blanks, and the values of the fields."""

    template: Template
    text: str
    fields: Mapping[str, str]


_K = StatementKind
_THEN = ", it will be synchronized with a {b}."

TEMPLATES: tuple[Template, ...] = (
    Template(_K.EVERY, "Every {a} will be synchronized with a {b}."),
    Template(
        _K.LINK_FIRST,
        "Before any synchronization can take place, a link between a {a} and a {b} must be established.",
    ),
    Template(
        _K.KEEP,
        "Once a link between a {a} and a {b} is established, it will keep in sync between the two systems, "
        "regardless of where it is edited.",
    ),
    Template(_K.PROPS, "The following properties are synchronized between a {a} and a {b}:"),
    Template(
        _K.NEW_IF_CONNECTED,
        "A new {b} will be created from a {a} if it is connected to a {list} that is synchronized into {into}.",
    ),
    Template(
        _K.MATCHING,
        "If a matching {b} already exists, the {a} will be merged with the existing one. "
        "If no matching {b} is found, a new {b} will be created.",
    ),
    Template(_K.MERGE_IF, "A {a} will merge with a {b} if one of the following property combinations match:"),
    Template(_K.CONDITION, "When a {c} has a 100% probability of beeing sold" + _THEN, "probability", "100%"),
    Template(_K.CONDITION, "When a {c} gets the has a 100% probability" + _THEN, "probability", "100%"),
    Template(_K.CONDITION, 'When a {c} gets the status "{value}"' + _THEN, "status"),
    Template(_K.CONDITION, 'When a {c} gets Accepted = "{value}"' + _THEN, "accepted"),
    Template(_K.CONDITION, "When a {c} is of type {value}" + _THEN, "type"),
    # Last, because it matches any text before the comma.
    Template(_K.CONDITION, "{text}" + _THEN, "free"),
)

_COMPARED_WORDS = 100
"""Compare at most this many words of an unknown sentence: the comparison is quadratic."""

_ARTICLE = re.compile(r'"[^"]*"|\b([Aa])n (?=\S)')

_BEGINNINGS = tuple((template.words.partition("{")[0], template) for template in TEMPLATES)


def match_template(text: str) -> Sentence | None:
    """Match the text against the templates in order; None without a match. Linear in the length of the text."""
    text = normalize_blanks(text)
    return _match(text) or (_match(a_text) if (a_text := _with_articles_a(text)) != text else None)


def _match(text: str) -> Sentence | None:
    for beginning, template in _BEGINNINGS:
        # Most templates fail on the prefix, and large specs have many sentences.
        if text.startswith(beginning) and (fields := _match_fields(template.words, text)) is not None:
            return Sentence(template, text, fields)
    return None


def make_statement(sentence: Sentence, text: str, line: int, label: str) -> Statement:
    """Return the statement for a sentence; `label` is the label of the section's source system."""
    return Statement(sentence.template.kind, line, text, _condition(sentence), _connection(sentence, label))


def find_other_entity(sentence: Sentence, a: str, b: str) -> tuple[str, str] | None:
    """Return (expected, got) when a sentence does not name the heading's sides `a` and `b`, else None."""
    fields = sentence.fields
    if "c" in fields and not is_same_entity(fields["c"], a):
        return a, fields["c"]
    # A name may contain words of the template, so compare the whole sentence before its parts.
    if sentence.template.words.format_map({**fields, "a": a, "b": b}) == sentence.text:
        return None
    sides = (("a", a), ("b", b))
    return next(((side, fields[key]) for key, side in sides if fields.get(key, side) != side), (b, sentence.text))


def is_same_entity(one: str, other: str) -> bool:
    """Return whether two entity names are equal except for case, blanks and a plural `s`."""
    return _normalized_name(one) == _normalized_name(other)


def differing_words(text: str, template: str, sides: tuple[str, str]) -> list[str]:
    """Return how a text differs from a template with the two sides filled in, at most five differences."""
    from difflib import SequenceMatcher  # noqa: PLC0415 - only for a sentence that is not understood

    filled = template.replace("{a}", sides[0].strip()).replace("{b}", sides[1].strip()).replace("{c}", sides[0].strip())
    written, known = text.split()[:_COMPARED_WORDS], filled.split()
    found = []
    for tag, a, b, c, d in SequenceMatcher(None, written, known, autojunk=False).get_opcodes():
        got, expected = " ".join(written[a:b]), " ".join(known[c:d])
        if tag != "equal" and not expected.startswith("{"):
            found.append(_difference(got, expected))
    return found[:5]


def _difference(got: str, expected: str) -> str:
    if got and expected:
        return f"{got!r} instead of {expected!r}"
    return f"{got!r} is extra" if got else f"{expected!r} is missing"


def nearest_template(text: str) -> str:
    """Return the words of the template that shares the largest part of its words with the text."""
    # Compare words, not characters: difflib is quadratic, and a damaged spec may have many unknown sentences.
    present = set(text.split())
    return max((t.words for t in TEMPLATES), key=lambda words: len(present & _words(words)) / len(_words(words)))


def normalize_blanks(text: str) -> str:
    """Return the text with every run of blanks and line breaks replaced by one blank."""
    return " ".join(text.split())


def _with_articles_a(text: str) -> str:
    """Return the text with `a` for each `an` outside quotes, as the templates have it."""
    return _ARTICLE.sub(lambda found: f"{found[1]} " if found[1] else found[0], text) if "n " in text else text


def _match_fields(words: str, text: str) -> dict[str, str] | None:
    # Not a regular expression: several `.*` are quadratic on a long line that almost matches.
    literals, names = _split_template(words)
    end = len(text) - len(literals[-1])
    at = len(literals[0])
    if at > end or not (text.startswith(literals[0]) and text.endswith(literals[-1])):
        return None
    fields: dict[str, str] = {}
    for name, literal in zip(names, literals[1:], strict=True):
        stop = end if name is names[-1] and literal is literals[-1] else text.find(literal, at, end)
        if stop < at:
            return None
        fields.setdefault(name, text[at:stop])
        at = stop + len(literal)
    return fields


@cache
def _split_template(words: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the n + 1 literals and the n field names between them."""
    parsed = list(Formatter().parse(words))
    names = tuple(name for _, name, _, _ in parsed if name is not None)
    literals = tuple(literal for literal, *_ in parsed)
    return (literals if len(literals) > len(names) else (*literals, "")), names


@cache
def _words(words: str) -> frozenset[str]:
    return frozenset(word for word in words.split() if "{" not in word)


def _normalized_name(name: str) -> str:
    return "".join(name.split()).casefold().removesuffix("s")


def _condition(sentence: Sentence) -> Condition | None:
    template = sentence.template
    if template.condition is None:
        return None
    text = sentence.text[: sentence.text.rindex(", it will be synchronized with a ")]
    return Condition(template.condition, text, template.value or sentence.fields.get("value"))


def _connection(sentence: Sentence, label: str) -> Connection | None:
    if sentence.template.kind is not StatementKind.NEW_IF_CONNECTED:
        return None
    listed = sentence.fields["list"].removeprefix(normalize_blanks(label)).strip()
    return Connection(tuple(re.split(r",? or |, ", listed)), sentence.fields["into"])
