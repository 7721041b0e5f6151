"""`create/page`: with depth `thorough`, one record more than a page of the source's list holds, where it is known."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from qa_sync.checklist.compiler import compile_checklist
from qa_sync.checklist.depth import Depth
from qa_sync.checklist.steps import Insert
from qa_sync.modes.documents import connectors_of, read_all

SPEC = "specs/000.txt"
PRODUCTS = 3


def inserts(depth: Depth, page_size: int | None, **cannot: str) -> int:
    """Return how many products of a section with such a page are created by `create/page`."""
    (dataflow,) = read_all([SPEC])
    cards = {label: dict(connector.cards) for label, connector in connectors_of([dataflow]).items()}
    cards["Wix.com"]["products"] = replace(cards["Wix.com"]["products"], page_size=page_size, cannot=cannot)
    plan = compile_checklist(dataflow, cards, "seed", depth=depth).sections[PRODUCTS - 1]
    steps = [step for s in plan.scenarios if s.name == "page" for step in s.steps]
    return sum(isinstance(step, Insert) for step in steps)


@pytest.mark.parametrize(
    ("depth", "page_size", "cannot", "expected"),
    [
        (Depth.THOROUGH, 100, {}, 101),
        (Depth.THOROUGH, 7, {}, 8),
        (Depth.THOROUGH, 101, {}, 0),
        (Depth.THOROUGH, None, {}, 0),
        (Depth.THOROUGH, 7, {"delete": "it stays"}, 0),
        (Depth.STANDARD, 7, {}, 0),
        (Depth.SMOKE, 7, {}, 0),
    ],
)
def test_a_page_is_filled_where_it_can_be(
    depth: Depth, page_size: int | None, cannot: dict[str, str], expected: int
) -> None:
    assert inserts(depth, page_size, **cannot) == expected
