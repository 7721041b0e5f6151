"""`-k EXPR`: words joined by `and`, `or`, `not` and parentheses, as pytest users know them.

A word means every text that holds it, in capitals or not; a phrase with blanks stands in quotes.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from qa_sync.errors import UsageError

Wanted = Callable[[str], bool]
"""Tells whether a text is meant."""

TOKEN = re.compile(r"""\s*(?:(?P<mark>[()])|"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<word>[^\s()"']+))""")
OPERATORS = frozenset({"and", "or", "not", "(", ")"})


def wanted(expression: str) -> Wanted:
    """Return what the expression means; raises UsageError that shows where it goes wrong."""
    reader = _Reader(expression)
    meant = reader.either()
    if reader.next is not None:
        reader.fail("expected and, or, or the end")
    return meant


class _Reader:
    """Reads an expression from left to right; `next` is the token that was not taken yet, None at the end."""

    def __init__(self, expression: str) -> None:
        self._expression = expression
        self._at = self._begin = 0
        self.next: str | None = None
        self._is_operator = False
        self._step()

    def either(self) -> Wanted:
        """Read `a or b or ...`."""
        left = self._both()
        while self._take("or"):
            left = _or(left, self._both())
        return left

    def fail(self, expected: str) -> None:
        """Raise UsageError at the token that was not expected."""
        got = "the end" if self.next is None else repr(self.next)
        told = f"-k {self._expression!r}, column {self._begin + 1}: {expected}, got {got}"
        raise UsageError(told, hint="""for instance -k 'create and not orders', -k '"given name" or unique'""")

    def _both(self) -> Wanted:
        left = self._one()
        while self._take("and"):
            left = _and(left, self._one())
        return left

    def _one(self) -> Wanted:
        if self._take("not"):
            return _not(self._one())
        if self._take("("):
            inner = self.either()
            if not self._take(")"):
                self.fail("expected )")
            return inner
        word = self.next
        if word is None or self._is_operator:
            self.fail("expected a word")
        self._step()
        return _word(word or "")

    def _take(self, operator: str) -> bool:
        if not (self._is_operator and self.next == operator):
            return False
        self._step()
        return True

    def _step(self) -> None:
        found = TOKEN.match(self._expression, self._at)
        rest = self._expression[self._at :]
        self._begin = self._at + len(rest) - len(rest.lstrip())
        if found is None and rest.strip():
            self.next = rest.strip()
            self.fail("expected a closing quote")
        self.next = next(t for t in found.groups() if t is not None) if found else None
        plain = found is not None and found.lastgroup in {"mark", "word"}
        self._is_operator = plain and self.next in OPERATORS
        self._at = found.end() if found else len(self._expression)


def _word(word: str) -> Wanted:
    folded = word.casefold()
    return lambda text: folded in text.casefold()


def _and(left: Wanted, right: Wanted) -> Wanted:
    return lambda text: left(text) and right(text)


def _or(left: Wanted, right: Wanted) -> Wanted:
    return lambda text: left(text) or right(text)


def _not(inner: Wanted) -> Wanted:
    return lambda text: not inner(text)
