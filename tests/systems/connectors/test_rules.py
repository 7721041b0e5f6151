"""Rules of share pipes are applied to the entity, and what cannot be applied is named."""

from __future__ import annotations

from typing import Any

import pytest

from qa_sync.errors import ConnectorError
from qa_sync.systems.connectors.operations import BodyRules
from qa_sync.systems.connectors.pipes.rule_functions import FUNCTIONS
from qa_sync.systems.connectors.pipes.rules import PER_ITEM, STEPS, apply_rule
from qa_sync.systems.connectors.pipes.supported_rules import unsupported_part
from qa_sync.systems.requests.rule_bodies import body_by_rules

ENTITY = {"name": "A", "note": None, "team": {"gid": 7, "name": "T"}, "rows": [{"sku": "a", "n": 1}, {"sku": "b"}]}
COUNTED = ["filter", ["is-not-null", "_.n"], "_S.rows"]
UNWANTED = ["or", ["matches", "r*", ["first", "_."]], ["eq", "team", ["first", "_."]]]


@pytest.mark.parametrize(
    ("steps", "built"),
    [
        ([["copy", "*"]], ENTITY),
        ([["copy", ["list", "n*"]]], {"name": "A", "note": None}),
        ([["copy", "*", ["list", "r*", "team"]]], {"name": "A", "note": None}),
        ([["copy", "name"], ["add", "x", 1]], {"name": "A", "x": 1}),
        ([["add", "x", "_S.team.gid"]], {"x": 7}),
        ([["add", "x", "_S.rows.sku"]], {"x": ["a", "b"]}),
        ([["add", "x", "_S.absent.gid"]], {}),  # a partial update does not have it
        ([["add", "x", "_S.note"]], {"x": None}),  # it is cleared
        ([["add-if", "x", "_S.note"], ["add-if", "y", "_S.name"]], {"y": "A"}),
        ([["copy", "name"], ["default", "name", "B"], ["default", "x", "C"]], {"name": "A", "x": "C"}),
        ([["copy", "n*"], ["remove", ["list", "note", "x"]]], {"name": "A"}),
        ([["copy", "name"], ["rename", "name", "title"]], {"title": "A"}),
        ([["merge", ["dict", "a", "_S.name", "b", "_S.absent"]]], {"a": "A"}),
        ([["merge", ["apply", "part", "_S.rows"]]], {"part": "b"}),
        ([["add", "x", ["apply", "part", "_S.rows"]]], {"x": [{"part": "a"}, {"part": "b"}]}),
        ([["if", ["is-null", "_S.id"], ["add", "x", 1], ["add", "x", 2]]], {"x": 1}),
        ([["if", ["is-null", "_S.id"], [["add", "x", 1], ["add", "y", 2]]]], {"x": 1, "y": 2}),
        ([["if", ["eq", "_S.name", "B"], ["add", "x", 1]]], {}),
        ([["copy", "name"], ["add", "x", ["concat", "_T.name", "-", "_S.team.name"]]], {"name": "A", "x": "A-T"}),
        ([["add", "x", ["map", ["dict", "s", "_.sku"], COUNTED]]], {"x": [{"s": "a"}]}),
        ([["merge", ["apply", "kept", ["key-values", "_S."]]], ["remove", "[rt]*"]], {"name": "A"}),
        (
            [["merge", ["dict", ["filter", ["not", UNWANTED], ["items", "_S."]]]]],
            {"name": "A", "note": None},
        ),
        ([["add", "x", ["integer", ["last", ["split", "-", "DEFINED-12"]]]]], {"x": 12}),
        ([["add", "x", ["coalesce", ["list", "_S.note", "_S.name"]]]], {"x": "A"}),
        ([["comment", "words"], [["add", "x", ["if", True, 1, 2]]]], {"x": 1}),
        ([["discard", ["is-not-null", "_S.name"]]], None),
        ([["filter", ["eq", "_S.name", "B"]]], None),
    ],
)  # fmt: skip
def test_a_rule_builds_an_entity(steps: Any, built: Any) -> None:
    rules = {
        "default": steps,
        "part": [["add", "part", "_S.sku"]],
        "kept": [["filter", ["is-not-null", "_S.value"]], ["add", "_S.key", "_S.value"]],
    }
    # A member's name is an expression, too.
    assert unsupported_part(rules, "default") is None
    assert apply_rule(rules, "default", ENTITY) == built


@pytest.mark.parametrize(
    ("steps", "quoted"),
    [
        ([["create", "x"]], ["create", "x"]),
        ([["add", "x"]], ["add", "x"]),
        ([["add", "x", ["hops", {}]]], ["hops", {}]),
        ([["if", ["is-null", "_S.a"], ["if", ["ni", "a"], ["copy", "*"]]]], ["ni", "a"]),
        ([["add", "x", ["apply", "absent", "_S."]]], ["apply", "absent"]),
        ([["add", "x", "_B._S.y"]], "_B._S.y"),
        ([["add", "x", ["apply", "again", "_S."]]], ["now"]),
    ],
)
def test_what_is_not_supported_is_found(steps: Any, quoted: Any) -> None:
    again = [["add", "y", ["apply", "again", "_S."]], ["add", "z", ["now"]]]
    assert unsupported_part({"default": steps, "again": again}, "default") == quoted


def test_every_function_and_step_is_supported_by_name() -> None:
    for name in (*FUNCTIONS, *PER_ITEM):
        rules = {"default": [["add", "x", [name, "default" if name == "apply" else 1, 1]]]}
        assert unsupported_part(rules, "default") is None, name
    assert "create" not in STEPS


def test_stages_follow_each_other_and_then_the_rewrite() -> None:
    first = {"default": [["copy", "*"], ["if", ["is-null", "_S.id"], ["remove", "id"]]]}
    second = {"default": [["copy", "*"], ["add", "kind", "x"], ["add", "sesam_hint", 1]]}
    wrap = {"build": [["copy", "*", ["list", "_*", "$*", "note"]]]}
    rewrite = {**wrap, "rewrite_insert_payload": [["add", "$payload", ["list", ["apply", "build", "_S."]]]]}
    rules = BodyRules((first, second), rewrite, "rewrite_insert_payload")
    assert body_by_rules(rules, "payload", {"id": None, "name": "A", "note": "n"}, {}) == [{"name": "A", "kind": "x"}]
    update = {**wrap, "rewrite_update_payload": [["add", "$payload", ["dict", "p", ["apply", "build", "_S.$source"]]]]}
    rules = BodyRules((first, second), update, "rewrite_update_payload")
    expected = {"p": {"id": 7, "name": "B", "kind": "x"}}
    assert body_by_rules(rules, "payload", {"id": 7, "name": "B"}, {"id": "7"}) == expected


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([["copy", "*"], ["add", "$discard", "inserts only"]], "discards the record: inserts only"),
        ([["discard"]], "discards the record"),
        ([["add", "x", ["eq", 1]]], "cannot be applied"),
        ([["add", "x", ["apply", "default", "_S."]]], "cannot be applied"),
    ],
)
def test_a_rule_that_ends_without_a_body_is_an_error(steps: Any, message: str) -> None:
    with pytest.raises(ConnectorError, match=message):
        body_by_rules(BodyRules(({"default": steps},)), "payload", {"name": "A"}, {})


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (["plus", 10, ["list", 1, 2, 3]], [11, 12, 13]),
        (["plus", 10, 10], 20),
        (["minus", 1, ["list", 1, 2]], [0, 1]),
        (["multiply", 2.3, 2], 4.6),
        (["divide", 10, 20], 2),
        (["divide", ["list", 2, 8], 3], 1.5),
        (["mod", 3, 5], 2),
        (["mod", 2, ["list", 2, 5, "x"]], [0, 1]),
        (["pow", 2, 3], 9),
        (["+", 10, ["list", 10, 20]], 20),
        (["-", 1, 3], -2),
        (["*", ["list", 2.3, 14], 2], 4.6),
        (["/", 5, 2], 2.5),
        (["/", 5, 0], None),
        (["divide", 0, 5], None),
        (["%", -5, 3], 1),
        (["^", 2, 3], 8),
        (["round", ["list", 2.2, 3.5, 4.5]], [2, 4, 4]),
        (["round", 1, ["list", 2.2, 4.778, 6]], [2.2, 4.8, 6]),
        (["round", -4.5], -4),
        (["ceil", 1, 2.21], 2.3),
        (["ceil", 2.299], 3),
        (["floor", 2, 2.299], 2.29),
        (["floor", ["list", 2.2, -4.7]], [2, -5]),
        (["abs", ["list", -2, 4]], [2, 4]),
        (["+", 0.1, 0.2], 0.3),
        (["multiply", "_S.note", 2], None),
        (["plus", 1, "12"], None),
        (["plus", 1, True], None),
        (["round", 2, ["multiply", 3, ["multiply", 19.99, ["divide", 100, 12.5]]]], 7.5),
    ],
)
def test_arithmetic(expression: Any, value: Any) -> None:
    rules = {"default": [["add", "x", expression]]}
    assert unsupported_part(rules, "default") is None
    assert apply_rule(rules, "default", ENTITY) == {"x": value}
