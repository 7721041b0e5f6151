"""Which checks are wanted: words, sections, kinds, shards."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_sync.checklist.compiler import compile_checklist
from qa_sync.checklist.keyword_expression import keyword_matcher
from qa_sync.checklist.model import Checklist
from qa_sync.checklist.selection import Selection, narrow_checklist, select
from qa_sync.dataflow.load import load_dataflow
from qa_sync.errors import UnknownName, UsageError
from qa_sync.modes.documents import connectors_of


@pytest.fixture(scope="module")
def checklists() -> list[Checklist]:
    made = []
    for path in ("specs/000.txt", "specs/003.txt"):
        dataflow = load_dataflow(path)
        cards = {label: connector.cards for label, connector in connectors_of([dataflow]).items()}
        made.append(compile_checklist(dataflow, cards, "seed"))
    return made


@pytest.mark.parametrize(
    ("expression", "text", "meant"),
    [
        ("create", "a Create b", True),
        ("not create", "a Create b", False),
        ("create and not orders", "create contacts", True),
        ("create and not (orders or contacts)", "create contacts", False),
        ("a or b and c", "a", True),
        ("(a or b) and c", "a", False),
        ('"given name"', "the given name", True),
        ("'given name'", "name given", False),
        ("info.name.first:firstName", "000/1/property/info.name.first:firstName", True),
        ('"or"', "colour or not", True),
        ("notes", "notes", True),
    ],
)
def test_words(expression: str, text: str, meant: bool) -> None:
    assert keyword_matcher(expression)(text) is meant


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("", "column 1: expected a word, got the end"),
        ("a b", "column 3: expected and, or, or the end, got 'b'"),
        ("(a", "column 3: expected ), got the end"),
        ("a and", "got the end"),
        ("or a", "column 1: expected a word, got 'or'"),
        ('a and "b', "column 7: expected a closing quote"),
        (")", "expected a word, got ')'"),
    ],
)
def test_a_wrong_expression_shows_where(expression: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        keyword_matcher(expression)
    assert told in str(caught.value)


@given(st.text(max_size=30))
def test_any_text_is_parsed_or_rejected(text: str) -> None:
    try:
        meant = keyword_matcher(text)
    except UsageError:
        return
    assert meant("anything") in {True, False}


def test_no_selection_means_every_check_of_every_section(checklists: list[Checklist]) -> None:
    every = {(c.dataflow.path, check.id) for c in checklists for plan in c.sections for check in plan.checks}
    assert select(checklists, Selection()) == every
    assert Selection().selects_all


@pytest.mark.parametrize("name", ["Wix.com Products to Customerp Product", "3-WIX-com-products-to-customerp-product"])
def test_a_section_is_named_by_heading_or_key(checklists: list[Checklist], name: str) -> None:
    found = select(checklists, Selection(sections=(name,)))
    assert {(spec, check.split("/")[1]) for spec, check in found} == {
        ("specs/000.txt", "3-wix-com-products-to-customerp-product")
    }


def test_kinds(checklists: list[Checklist]) -> None:
    found = select(checklists, Selection(kinds=("create", "unique")))
    assert {check.split("/")[2] for _, check in found} == {"create", "unique"}


def test_unknown_names_suggest_the_nearest(checklists: list[Checklist]) -> None:
    with pytest.raises(UnknownName, match=r"did you mean 'create'"):
        select(checklists, Selection(kinds=("creat",)))
    with pytest.raises(UnknownName, match="did you mean"):
        select(checklists, Selection(sections=("Wix.com Product to Customerp Product",)))


@pytest.mark.parametrize("shards", [1, 2, 3, 6])
def test_shards_share_all_checks_and_no_check_twice(checklists: list[Checklist], shards: int) -> None:
    parts = [select(checklists, Selection(shard=(n, shards))) for n in range(1, shards + 1)]
    assert all(parts)
    assert sum(map(len, parts)) == len(select(checklists, Selection()))
    assert frozenset().union(*parts) == select(checklists, Selection())


def test_more_shards_than_sections_are_an_error(checklists: list[Checklist]) -> None:
    with pytest.raises(UsageError, match="there are only 6 sections"):
        select(checklists, Selection(shard=(1, 7)))


def test_only_scenarios_with_selected_checks_stay(checklists: list[Checklist]) -> None:
    (first, _) = checklists
    ids = select(checklists, Selection(kinds=("create",), sections=("1",)))
    kept = narrow_checklist(first, ids, whole_sections=False)
    (plan,) = kept.sections
    whole = next(p for p in first.sections if p.section.key == plan.section.key)
    assert 0 < len(plan.scenarios) < len(whole.scenarios)
    assert {check for s in plan.scenarios for check in s.checks} <= {check.id for check in plan.checks}
    (recorded,) = narrow_checklist(first, ids, whole_sections=True).sections
    assert recorded.scenarios == whole.scenarios
