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
        self._advance()

    def parse_or(self) -> Matcher:
        """Parse `a or b or ...`."""
        left = self._parse_and()
        while self._accept("or"):
            left = _or(left, self._parse_and())
        return left

    def fail(self, expected: str) -> None:
        """Raise UsageError at the unexpected token."""
        got = "the end" if self.next is None else repr(self.next)
        message = f"-k {self._expression!r}, column {self._start + 1}: {expected}, got {got}"
        raise UsageError(message, hint="""for instance -k 'create and not orders', -k '"given name" or unique'""")

    def _parse_and(self) -> Matcher:
        left = self._parse_not()
        while self._accept("and"):
            left = _and(left, self._parse_not())
        return left

    def _parse_not(self) -> Matcher:
        if self._accept("not"):
            return _not(self._parse_not())
        if self._accept("("):
            inner = self.parse_or()
            if not self._accept(")"):
                self.fail("expected )")
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
        remainder = self._expression[self._position :]
        self._start = self._position + len(remainder) - len(remainder.lstrip())
        if found is None and remainder.strip():
            self.next = remainder.strip()
            self.fail("expected a closing quote")
        self.next = next(t for t in found.groups() if t is not None) if found else None
        unquoted = found is not None and found.lastgroup in {"mark", "word"}
        self._is_operator = unquoted and self.next in OPERATORS
        self._position = found.end() if found else len(self._expression)


def _word(word: str) -> Matcher:
    folded = word.casefold()
    return lambda text: folded in text.casefold()


def _and(left: Matcher, right: Matcher) -> Matcher:
    return lambda text: left(text) and right(text)


def _or(left: Matcher, right: Matcher) -> Matcher:
    return lambda text: left(text) or right(text)


def _not(inner: Matcher) -> Matcher:
    return lambda text: not inner(text)
