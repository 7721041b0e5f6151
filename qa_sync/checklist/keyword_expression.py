"""Parses `-k EXPR`: words joined by `and`, `or`, `not` and parentheses, as in pytest.

A word matches every text that contains it, ignoring case; a phrase with spaces needs quotes.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from qa_sync.errors import UsageError

Matcher = Callable[[str], bool]
"""Returns whether a text matches."""

TOKEN = re.compile(r"""\s*(?:(?P<mark>[()])|"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<word>[^\s()"']+))""")
BLANKS = re.compile(r"\s*")
MOST_NESTED = 100
MOST_SHOWN = 200
OPERATORS = frozenset({"and", "or", "not", "(", ")"})


def keyword_matcher(expression: str) -> Matcher:
    """Return the expression as a predicate; raises UsageError with the column of the mistake."""
    reader = _Reader(expression)
    matcher = reader.parse_or()
    if reader.next is not None:
        reader.fail("expected and, or, or the end")
    return matcher


class _Reader:
    """Parses an expression from left to right; `next` is the next token, None at the end."""

    def __init__(self, expression: str) -> None:
        self._expression = expression
        self._position = self._start = 0
        self.next: str | None = None
        self._is_operator = False
        self._depth = 0
        self._advance()

    def parse_or(self) -> Matcher:
        """Parse `a or b or ...`."""
        parts = [self._parse_and()]
        while self._accept("or"):
            parts.append(self._parse_and())
        return _any_of(parts)

    def fail(self, expected: str) -> None:
        """Raise UsageError at the unexpected token."""
        got = "the end" if self.next is None else repr(self.next[:MOST_SHOWN])
        shown = self._expression if len(self._expression) <= MOST_SHOWN else f"{self._expression[:MOST_SHOWN]}..."
        message = f"-k {shown!r}, column {self._start + 1}: {expected}, got {got}"
        raise UsageError(message, hint="""for instance -k 'create and not orders', -k '"given name" or unique'""")

    def _parse_and(self) -> Matcher:
        parts = [self._parse_not()]
        while self._accept("and"):
            parts.append(self._parse_not())
        return _all_of(parts)

    def _parse_not(self) -> Matcher:
        negated = False
        while self._accept("not"):
            negated = not negated
        matcher = self._parse_word()
        return _not(matcher) if negated else matcher

    def _parse_word(self) -> Matcher:
        if self._accept("("):
            self._depth += 1
            if self._depth > MOST_NESTED:
                self.fail(f"expected at most {MOST_NESTED} parentheses within each other")
            inner = self.parse_or()
            if not self._accept(")"):
                self.fail("expected )")
            self._depth -= 1
            return inner
        word = self.next
        if word is None or self._is_operator:
            self.fail("expected a word")
        self._advance()
        return _word(word or "")

    def _accept(self, operator: str) -> bool:
        if not (self._is_operator and self.next == operator):
            return False
        self._advance()
        return True

    def _advance(self) -> None:
        found = TOKEN.match(self._expression, self._position)
        blanks = BLANKS.match(self._expression, self._position)
        self._start = blanks.end() if blanks else self._position
        if found is None and self._start < len(self._expression):
            self.next = self._expression[self._start :].strip()
            self.fail("expected a closing quote")
        self.next = next(t for t in found.groups() if t is not None) if found else None
        unquoted = found is not None and found.lastgroup in {"mark", "word"}
        self._is_operator = unquoted and self.next in OPERATORS
        self._position = found.end() if found else len(self._expression)


def _word(word: str) -> Matcher:
    folded = word.casefold()
    return lambda text: folded in text.casefold()


def _all_of(parts: list[Matcher]) -> Matcher:
    return parts[0] if len(parts) == 1 else lambda text: all(part(text) for part in parts)


def _any_of(parts: list[Matcher]) -> Matcher:
    return parts[0] if len(parts) == 1 else lambda text: any(part(text) for part in parts)


def _not(inner: Matcher) -> Matcher:
    return lambda text: not inner(text)
