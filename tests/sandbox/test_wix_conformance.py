"""What Wix documents, row by row; the rows are in `wix_documented`.

Source: docs/explanation/vendors/wix.rst, with the checklist in "What the sandbox imitates".

No real Wix was recorded, so the sandbox is compared with the documentation. Differences must be listed in ACCEPTED
with a reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from sandbox_caller import Caller, HandClock
from wix_documented import ACCEPTED, ROWS
from wix_rows import Row

from qa_sync.sandbox.vendors import vendors_under

CHECKLIST = range(1, 16)
PARTS = {"Common rules", "Contacts v4", "Orders", "Products", "Members"}
"""The parts of the page that say how Wix answers."""


def at(body: Any, path: str) -> Any:
    """Return the value at a dotted path, None when absent."""
    for part in path.split(".") if path else ():
        if isinstance(body, list):
            body = body[int(part)] if int(part) < len(body) else None
        else:
            body = body.get(part) if isinstance(body, dict) else None
    return body


def answer(row: Row) -> httpx.Response:
    clock = HandClock()
    caller = Caller(vendors_under(row.load)["wix"], clock)
    try:
        return row.ask(caller, clock)
    finally:
        caller.loop.close()


def differences(row: Row, got: httpx.Response) -> Iterator[tuple[str, Any, Any]]:
    if got.status_code != row.status:
        yield "status", row.status, got.status_code
        return
    body = got.json()
    code = {} if row.code is None else {"details.applicationError.code": row.code}
    expected: tuple[tuple[Mapping[str, Any], Callable[[Any], Any]], ...] = (
        (row.keys, lambda found: set(found) if isinstance(found, dict) else found),
        (row.types, type),
        ({**row.values, **code}, lambda found: found),
    )
    for wanted, seen in expected:
        reported = ((path, value, seen(at(body, path))) for path, value in wanted.items())
        yield from (one for one in reported if one[1] != one[2])


@pytest.mark.parametrize("row", ROWS, ids=[f"{row.section} {row.name}" for row in ROWS])
def test_the_sandbox_responds_as_documented(row: Row) -> None:
    found = list(differences(row, answer(row)))
    if (row.section, row.name) in ACCEPTED:
        assert found  # nothing is accepted without result
    else:
        assert found == []


def test_every_item_of_the_checklist_is_a_row() -> None:
    assert {row.item for row in ROWS} - {None} == set(CHECKLIST)


def test_what_is_accepted_is_a_row_and_has_a_reason() -> None:
    names = [(row.section, row.name) for row in ROWS]
    assert len(set(names)) == len(names)
    assert ACCEPTED.keys() <= set(names)
    assert all(len(why.split()) > 3 for why in ACCEPTED.values())


def test_every_row_has_a_heading_of_the_page_and_every_heading_has_a_row() -> None:
    page = (Path(__file__).parents[2] / "docs/explanation/vendors/wix.rst").read_text(encoding="utf-8")
    part, part_of = "", {}
    for heading, mark in re.findall(r"^(\w.*)\n([-~])\2+$", page, flags=re.MULTILINE):
        part = heading if mark == "-" else part
        part_of[heading] = part
    assert {row.section for row in ROWS} <= set(part_of)
    assert {part_of[row.section] for row in ROWS} == PARTS


def test_every_item_of_the_checklist_is_on_the_page() -> None:
    page = (Path(__file__).parents[2] / "docs/explanation/vendors/wix.rst").read_text(encoding="utf-8")
    checklist = page[page.index("What the sandbox imitates\n") :]
    assert [int(number) for number in re.findall(r"^(\d+)\. ", checklist, flags=re.MULTILINE)] == list(CHECKLIST)
