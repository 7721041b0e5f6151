"""The work of a document grows with its rows; counted in calls, so that no machine matters."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any

import pytest

from qa_sync.checklist.compiler import compile_checklist
from qa_sync.dataflow.reader import read_dataflow
from qa_sync.systems.connectors.find import builtin_folder
from qa_sync.systems.connectors.load import load_connector

HEAD = """Wix.com to Customerp Dataflow
=============================

Generated: 2026-11-30 10:00:00

Wix.com Contacts to Customerp Contact
-------------------------------------
Every Wix.com Contacts will be synchronized with a Customerp Contact.

Once a link between a Wix.com Contacts and a Customerp Contact is established, it will keep in sync between the two \
systems, regardless of where it is edited.

The following properties are synchronized between a Wix.com Contacts and a Customerp Contact:

.. list-table::
   :header-rows: 1

   * - Wix.com Contacts Property
     - Customerp Contact Property
     - Customerp Data Type
"""
CARDS = {
    label: load_connector(builtin_folder(name)).cards
    for label, name in {"Wix.com": "wix", "Customerp": "customerp"}.items()
}


def row(source: str, target: str) -> str:
    return f"   * - {source}\n     - {target}\n     - string\n"


def checks(document: str) -> int:
    checklist = compile_checklist(read_dataflow(document, "rows.txt"), CARDS, "seed")
    return sum(len(plan.checks) for plan in checklist.sections)


def calls(work: Callable[[], Any]) -> int:
    """Return how many functions are called, and how many values generators yield."""
    counted = 0

    def count(_frame: FrameType, event: str, _arg: Any) -> None:
        nonlocal counted
        counted += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return counted


def repeated(rows: int) -> str:
    return HEAD + row("info.name.first", "firstName") * rows


def distinct(rows: int) -> str:
    return HEAD + "".join(row(f"info.extendedFields.a{n}", f"field{n}") for n in range(rows))


def test_a_repeated_row_is_one_check() -> None:
    assert checks(repeated(50)) == checks(repeated(1))


@pytest.mark.parametrize("document", [repeated, distinct])
def test_twice_the_rows_are_at_most_three_times_the_work(document: Callable[[int], str]) -> None:
    checks(document(10))  # what is loaded once does not count
    few, many = (calls(partial(checks, document(rows))) for rows in (100, 200))
    assert many <= 3 * few
