"""Every pair of built-in systems compiles, in every combination of the statements of the grammar, at every depth."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from qa_sync.checklist.compiler import compile_checklist
from qa_sync.checklist.depth import Depth
from qa_sync.dataflow.reader import read_dataflow
from qa_sync.modes.documents import connectors_of

ENTITIES = {
    "Wix.com": ("Contacts", "Orders", "Products"),
    "WooCommerce": ("Customer", "Order", "Product"),
    "Customerp": ("Contact", "Order", "Product"),
    "Custom Webshop": ("Customer", "Order", "Product"),
}
STATEMENTS = (
    "Every {a} will be synchronized with a {b}.",
    "Before any synchronization can take place, a link between a {a} and a {b} must be established.",
    (
        "Once a link between a {a} and a {b} is established, it will keep in sync between the two systems, "
        "regardless of where it is edited."
    ),
    (
        "If a matching {b} already exists, the {a} will be merged with the existing one. "
        "If no matching {b} is found, a new {b} will be created."
    ),
    "A new {b} will be created from a {a} if it is connected to a {a} that is synchronized into {target}.",
    "When a {a} is of type Agent, it will be synchronized with a {b}.",
)
ORDERS = ((0, 1, 2), (1, 0), (1,))
"""Which of the entities have a section: orders refer to the two others."""


def spec(source: str, target: str, order: tuple[int, ...], statements: tuple[str, ...]) -> str:
    title = f"{source} to {target} Dataflow"
    lines = ["=" * len(title), title, "=" * len(title), ""]
    for at in order:
        a, b = f"{source} {ENTITIES[source][at]}", f"{target} {ENTITIES[target][at]}"
        lines += [f"{a} to {b}", "-" * len(f"{a} to {b}"), ""]
        for text in (*statements, "The following properties are synchronized between a {a} and a {b}:"):
            lines += [text.format(a=a, b=b, target=target), ""]
        header = (f"{a} Property", f"{b} Property", f"{target} Data Type")
        lines += [
            ".. list-table::",
            "   :header-rows: 1",
            "",
            f"   * - {header[0]}",
            *(f"     - {h}" for h in header[1:]),
            "",
        ]
    return "\n".join(lines)


def statement_sets() -> Iterator[tuple[str, ...]]:
    for count in range(len(STATEMENTS) + 1):
        yield from itertools.combinations(STATEMENTS, count)


PAIRS = [*itertools.permutations(ENTITIES, 2)]


@pytest.mark.parametrize("share", [6, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_it_compiles(source: str, target: str, share: int) -> None:
    """With a share of 6, each combination is compiled for two of the twelve pairs."""
    known = connectors_of([read_dataflow(spec(source, target, (0, 1, 2), ()), "pair.txt")])
    cards = {label: connector.cards for label, connector in known.items()}
    combinations = [*itertools.product(ORDERS, statement_sets())]
    for order, statements in combinations[PAIRS.index((source, target)) % share :: share]:
        dataflow = read_dataflow(spec(source, target, order, statements), "pair.txt")
        depth = (Depth.STANDARD, Depth.THOROUGH)[len(statements) % 2]
        checklist = compile_checklist(dataflow, cards, "seed", depth=depth)
        assert all(plan.checks for plan in checklist.sections)
