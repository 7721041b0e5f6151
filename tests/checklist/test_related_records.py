from __future__ import annotations

from cli_caller import ROOT
from msgspec.structs import replace

from qa_sync.checklist.compiler import compile_checklist
from qa_sync.checklist.steps import Insert
from qa_sync.modes.documents import connectors_of, read_all


def test_an_order_is_not_made_to_be_watched_where_it_would_need_a_product_of_its_own() -> None:
    (dataflow,) = read_all([str(ROOT / "specs/003.txt")])
    connectors = connectors_of([dataflow])
    cards = {label: dict(connector.cards) for label, connector in connectors.items()}
    shop = cards["Custom Webshop"]
    shop["order"] = replace(shop["order"], cannot={})  # as with a shop whose orders can be removed
    checklist = compile_checklist(dataflow, cards, "seed")
    made = {
        (plan.section.ordinal, step.role)
        for plan in checklist.sections
        for scenario in plan.scenarios
        for step in scenario.steps
        if isinstance(step, Insert)
    }
    assert (2, "customer") in made
    assert (2, "order") not in made
    assert (3, "order") not in made
