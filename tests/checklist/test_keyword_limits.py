"""An expression of `-k` may be long; one that is nested too deeply is a mistake of the command line."""

from __future__ import annotations

import pytest

from qa_sync.checklist.keyword_expression import MOST_NESTED, keyword_matcher
from qa_sync.errors import UsageError

MANY = 20_000


@pytest.mark.parametrize(
    ("expression", "matches"),
    [
        (" or ".join(["b"] * MANY + ["a"]), True),
        (" and ".join(["a"] * MANY + ["b"]), False),
        ("not " * MANY + "a", True),
        ("not " * (MANY + 1) + "a", False),
        ("(" * MOST_NESTED + "a" + ")" * MOST_NESTED, True),
        ("not (" * MOST_NESTED + "a" + ")" * MOST_NESTED, True),
        ("(a) or " * MANY + "(b)", True),
    ],
)
def test_a_long_expression_is_read(expression: str, matches: bool) -> None:
    assert keyword_matcher(expression)("an a") is matches


@pytest.mark.parametrize("before", ["(", "not (", "a or (", "a and not ("])
def test_one_that_is_nested_too_deeply_is_an_error(before: str) -> None:
    with pytest.raises(UsageError, match=f"expected at most {MOST_NESTED} parentheses within each other") as told:
        keyword_matcher(before * MANY + "a" + ")" * MANY)
    assert len(str(told.value)) < 600
