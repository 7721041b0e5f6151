"""The fixtures have all that a spec can say, with no table empty.

Source: docs/explanation/grammar.rst, "Sentences", "Shapes of a section" and "Tables".
"""

from __future__ import annotations

from fault_facts import FIXTURES, facts_of

from qa_sync.dataflow.model import Section, Severity, StatementKind
from qa_sync.modes.documents import read_all

K = StatementKind
KEPT = (K.KEEP, K.PROPS)
SHAPES = {
    (K.EVERY, *KEPT),
    (K.LINK_FIRST, K.MERGE_IF, *KEPT),
    (K.EVERY, K.MATCHING, K.MERGE_IF, *KEPT),
    (K.LINK_FIRST, K.NEW_IF_CONNECTED, K.MERGE_IF, *KEPT),
    (K.LINK_FIRST, K.NEW_IF_CONNECTED, *KEPT),
    (K.CONDITION, *KEPT),
    (K.CONDITION, K.MATCHING, K.MERGE_IF, *KEPT),
}
TYPES = {"string", "integer", "float", "boolean", "decimal", "list", "expression", None}


def sections() -> list[Section]:
    return [s for path in sorted(FIXTURES.glob("*.txt")) for d in read_all([str(path)]) for s in d.sections]


def test_every_shape_of_section_is_there() -> None:
    assert {tuple(s.kind for s in section.statements) for section in sections()} == SHAPES


def test_every_data_type_is_there_and_no_table_is_empty() -> None:
    assert {pair.type for section in sections() for pair in section.pairs} == TYPES
    for section in sections():
        assert section.pairs
        assert bool(section.criteria) is (section.statement(K.MERGE_IF) is not None)
    assert {len(section.criteria) for section in sections()} == {0, 1, 2}


def test_facets_dependants_and_three_kinds_of_condition_are_there() -> None:
    found = sections()
    assert {e.facet for s in found for e in (s.source, s.target)} == {None, "human data"}
    pairs = [p for s in found for p in s.pairs]
    assert any(p.source_when for p in pairs)
    assert any(p.target_when for p in pairs)
    conditions = [c.condition for s in found if (c := s.statement(K.CONDITION))]
    assert {c.template for c in conditions if c} == {"free", "probability", "type"}


def test_all_four_systems_are_on_either_side() -> None:
    found = sections()
    both = {"Customerp", "WooCommerce", "Custom Webshop", "Wix.com"}
    assert {e.system for s in found for e in (s.source, s.target)} == both
    assert (
        {"Customerp", "WooCommerce", "Custom Webshop"}
        & {s.source.system for s in found}
        & {s.target.system for s in found}
    )


def test_every_property_has_a_card_and_no_document_is_in_error() -> None:
    for path in sorted(FIXTURES.glob("*.txt")):
        (dataflow,) = read_all([str(path)])
        assert [f for f in dataflow.findings if f.severity is Severity.ERROR] == []
        for facts in facts_of(path):
            assert len(facts.pairs) == len(facts.section.pairs)
            assert len(facts.criteria) == len(facts.section.criteria)
