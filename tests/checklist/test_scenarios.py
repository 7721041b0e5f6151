"""What scenarios have a sync do at once, and what they leave to it."""

from __future__ import annotations

from itertools import pairwise, permutations
from pathlib import Path

import pytest

from qa_sync.checklist.claims import NoValueSynced, UnmappedUnchanged
from qa_sync.checklist.depth import Depth
from qa_sync.checklist.model import Checklist, Scenario
from qa_sync.checklist.side import Side
from qa_sync.checklist.steps import AddUnmappedValues, Edit, Expect, Insert
from qa_sync.modes.documents import apply_configured_pairs, connectors_of, read_all
from qa_sync.modes.job import Job
from qa_sync.settings.read import load_settings
from qa_sync.systems.cards import EntityCard, PropertyCard

ROOT = Path(__file__).parents[2]
SPECS = ROOT / "tests/faults/specs"


def compiled(name: str, depth: Depth = Depth.STANDARD) -> Checklist:
    settings, dataflows = load_settings(SPECS / "qa-sync.toml"), read_all([str(SPECS / f"{name}.txt")])
    connectors = connectors_of(dataflows, settings)
    found = apply_configured_pairs(dataflows, connectors, settings)
    job = Job(found, connectors, ROOT / "cassettes", None, 20.0, (), settings, depth=depth)
    return job.compiled(job.dataflows[0], "seed")


def scenario(checklist: Checklist, section: int, name: str) -> Scenario:
    (plan,) = [p for p in checklist.sections if p.section.ordinal == section]
    return next(s for s in plan.scenarios if s.name == name)


def test_two_records_and_what_they_refer_to_are_made_before_the_sync_works() -> None:
    steps = scenario(compiled("wix-woocommerce"), 2, "create").steps
    made = [s.role for s in steps[: next(n for n, s in enumerate(steps) if isinstance(s, Expect))]]  # type: ignore[union-attr]
    assert made == ["contacts", "contacts-2", "products", "products-2", "subject"]
    thorough = scenario(compiled("wix-woocommerce", Depth.THOROUGH), 2, "create").steps
    assert [s.role for s in thorough if isinstance(s, Insert)][-5:] == [
        *("subject", "fellow", "sparse-1", "sparse-2", "sparse-3"),
    ]


def test_what_cannot_be_removed_again_is_made_once() -> None:
    roles = {
        s.name: [x.role for x in s.steps if isinstance(x, Insert)]
        for s in compiled("wix-woocommerce").sections[0].scenarios
    }
    assert {"subject", "fellow"} <= {*roles["create"]} & {*roles["update"]}
    assert "fellow" not in scenario(compiled("wix-woocommerce"), 2, "create").roles


def test_a_record_with_few_values_claims_that_the_others_stay_empty() -> None:
    found = scenario(compiled("woocommerce-customerp"), 1, "create")
    sparse = {s.role: s for s in found.steps if isinstance(s, Insert) and s.role.startswith("sparse")}
    first = next(s for s in found.steps if isinstance(s, Expect))
    empty = {(claim.role, claim.pair.source) for _, claim in first.claims if isinstance(claim, NoValueSynced)}
    assert {role for role, _ in empty} == set(sparse) == {"sparse-1", "sparse-2", "sparse-3"}
    assert [path for role, path in empty if path in sparse[role].values] == []
    assert all(any(one.mark in str(value) for value in one.values.values()) for one in sparse.values())


def test_of_two_alike_properties_each_is_missing_in_a_record_that_has_the_other() -> None:
    alike = 0
    for name in (f"{ROOT}/specs/000", f"{ROOT}/specs/003"):
        for plan in compiled(name).sections:
            creates = [s for s in plan.scenarios if s.name == "create"]
            made = [s.values for c in creates for s in c.steps if isinstance(s, Insert) and s.role.startswith("sparse")]
            claims = (claim for c in creates for s in c.steps if isinstance(s, Expect) for _, claim in s.claims)
            lacking = {claim.pair.source for claim in claims if isinstance(claim, NoValueSynced)}
            cards = creates[0].roles["subject"].source.properties if creates else {}
            for one, other in permutations(sorted(lacking), 2):
                if _kind(cards[one]) == _kind(cards[other]):
                    alike += 1
                    assert any(one in values and other not in values for values in made), (name, one, other)
    assert alike > 1


def _kind(card: PropertyCard) -> tuple[str, str]:
    return card.form.convert, (card.concept or "").rpartition(".")[2]


EDITED = (("update", Side.SOURCE), ("update-backward", Side.TARGET))


def test_small_edits_change_one_thing_each_and_the_order_of_lines() -> None:
    for (name, side), path in zip(EDITED, ("line_items.quantity", "lines.quantity"), strict=True):
        steps = scenario(compiled("woocommerce-customerp"), 2, name).steps
        edits = [s for s in steps if isinstance(s, Edit) and s.role == "subject" and s.side is side]
        values = [s.values[path] for s in edits if path in s.values]
        assert any(one != other and one == other[::-1] for one, other in pairwise(values))  # type: ignore[index]


def test_each_side_takes_a_line_away_and_adds_one() -> None:
    for (name, side), path in zip(EDITED, ("line_items.name", "lines.description"), strict=True):
        steps = scenario(compiled("woocommerce-customerp"), 2, name).steps
        edits = [s for s in steps if isinstance(s, Edit) and s.role == "subject"]
        lengths = [len(e.values[path]) for e in edits if e.side is side and path in e.values]  # type: ignore[arg-type]
        assert lengths[0] < lengths[1]
        assert len(set(lengths)) > 1


def test_create_only_lines_are_only_added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EntityCard, "can_remove_elements", property(lambda _card: False))
    steps = scenario(compiled("woocommerce-customerp"), 2, "update").steps
    edits = [s for s in steps if isinstance(s, Edit) and s.role == "subject" and s.side is Side.SOURCE]
    lengths = [len(e.values["line_items.name"]) for e in edits if "line_items.name" in e.values]  # type: ignore[arg-type]
    assert sorted(lengths) == lengths


@pytest.mark.parametrize("name", ["woocommerce-customerp", "customwebshop-customerp"])
def test_what_no_row_is_about_is_edited_and_watched_but_never_the_conditions_property(name: str) -> None:
    checklist = compiled(name)
    for plan in checklist.sections:
        steps = next(s.steps for s in plan.scenarios if s.name == "update")
        given = [step for step in steps if isinstance(step, AddUnmappedValues)]
        claimed = {
            (c.role, c.side)
            for s in steps
            if isinstance(s, Expect)
            for _, c in s.claims
            if isinstance(c, UnmappedUnchanged)
        }
        assert claimed == {(step.role, step.side) for step in given}
        watched = {(step.side, one.path) for step in given for one in step.given}
        assert watched
        named = {Side.SOURCE: {p.source for p in plan.pairs}, Side.TARGET: {p.target for p in plan.pairs}}
        assert not any(path in named[side] for side, path in watched)
        assert not (name == "customwebshop-customerp" and (Side.SOURCE, "company") in watched)


def test_every_value_that_a_condition_names_is_inside() -> None:
    checklist = compiled("customwebshop-customerp")
    made = {s.role: s.values["company"] for s in scenario(checklist, 1, "condition").steps if isinstance(s, Insert)}
    assert [made["insider-1"], made["insider-2"]] == ["Agent", "Senior Agent"]
    assert made["outsider"] not in {"Agent", "Senior Agent"}
