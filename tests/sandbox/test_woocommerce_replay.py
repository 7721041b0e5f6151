"""The sandbox answers every request that was recorded of a real WooCommerce shop with changing settings alike."""

from __future__ import annotations

import httpx
import pytest
from woo_replay import CASES, Player, differs, idle_rows, known_differences

KNOWN = known_differences()


@pytest.fixture(scope="module")
def answers() -> dict[str, httpx.Response]:
    return Player().play()


def test_each_answer_agrees_or_its_difference_is_in_the_table(answers: dict[str, httpx.Response]) -> None:
    left = {
        name: found
        for name, case in CASES.items()
        if (found := [d for d in differs(case, answers[name]) if not any(row.covers(name, d[0]) for row in KNOWN)])
    }
    assert left == {}


def test_no_row_of_the_table_is_in_vain(answers: dict[str, httpx.Response]) -> None:
    found = [(name, d[0]) for name, case in CASES.items() for d in differs(case, answers[name])]
    assert idle_rows(CASES, found) == []


def test_most_answers_agree_in_every_member(answers: dict[str, httpx.Response]) -> None:
    assert len(CASES) == 284
    assert sum(not differs(case, answers[name]) for name, case in CASES.items()) > 200
