"""How pipes complete operations: lists, lookups, writes and the form of bodies."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fake_vendor import Answers, Fake
from folder_vendor import BASE, listed, load, speak_folder

from qa_sync.errors import RequestRejected
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.connectors.operations import WriteBody
from qa_sync.systems.connectors.pipes.share_pipes import SharePipe, derive_body
from qa_sync.systems.requests.writes import share_pipe_body
from qa_sync.systems.rest.rest_system import RestSystem
from qa_sync.systems.system import Record
from qa_sync.values.form import Json


def card(name: str, **options: Any) -> EntityCard:
    return load("sharing", **options).cards[name]


def inserted(name: str, response: Answers, **options: Any) -> Fake:
    system, fake = speak_folder("sharing", response, **options)
    assert system.insert(name, {"name": "A", "sesam_x": 1, "at.city": "B"}).id == "7"
    return fake


def updated(name: str, data: dict[str, Any]) -> Fake:
    system, fake = speak_folder("sharing", {})
    system.update(Record("sharing", name, "7", data), {"name": "B"})
    return fake


def test_a_list_takes_its_operation_and_properties_from_the_pipe() -> None:
    ids, fake = listed("sharing", "plain", {"results": [{"id": 1}, {"id": 2}]})
    assert (ids, fake.lines) == (["1", "2"], [f"GET {BASE}/plain"])


def test_the_time_of_the_last_change_goes_where_the_pipe_says() -> None:
    system, fake = speak_folder("sharing", {"results": []})
    assert list(system.list("plain", datetime(2024, 1, 2, tzinfo=UTC))) == []
    assert fake.asked[0].headers["if-modified-since"].startswith("2024-01-02T00:00:00")


def test_a_lookup_takes_the_key_and_the_properties() -> None:
    system, fake = speak_folder("sharing", {"id": 7}, {"Id": 8}, httpx.Response(404))
    assert system.lookup("plain", "7") == Record("sharing", "plain", "7", {"id": 7})
    found = system.lookup("patch", "8")
    assert found is not None
    assert found.id == "8"
    assert system.lookup("plain", "a/b") is None
    assert fake.lines == [f"GET {BASE}/plain/7", f"GET {BASE}/patch/8", f"GET {BASE}/plain/a%2Fb"]


@pytest.mark.parametrize(("answer", "found"), [([{"id": 1}, {"id": 7}], "7"), ([{"id": 7}], "7"), ([], None)])
def test_a_lookup_that_is_a_search_finds_its_record(answer: Answers, found: str | None) -> None:
    system, _ = speak_folder("sharing", answer)
    record = system.lookup("plain", "7")
    assert (record and record.id) == found


@pytest.mark.parametrize(
    ("name", "answer", "body"),
    [
        ("plain", {"id": 7}, {"name": "A", "at": {"city": "B"}}),
        ("wrapped", {"id": 7}, {"ticket": {"name": "A", "at": {"city": "B"}}}),
        ("leaking", {"id": 7}, {"ticket": {"name": "A", "at": {"city": "B"}}}),
        ("rows", [{"details": {"id": 7}}], {"data": [{"name": "A", "at": {"city": "B"}}]}),
        ("bulk", {"id": 7}, [{"name": "A", "at": {"city": "B"}}]),
        ("patch", {"Id": 7}, {"name": "A", "at": {"city": "B"}}),
        ("whole", {"id": 7}, {"name": "A", "at": {"city": "B"}}),
        (
            "graph",
            {"data": {"id": 7}},
            {"query": "mutation", "variables": {"input": {"name": "A", "at": {"city": "B"}}}},
        ),
    ],
)
def test_an_insert_takes_the_form_that_the_share_pipe_shows(name: str, answer: Answers, body: Json) -> None:
    assert inserted(name, answer).bodies == [body]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("plain", {"id": 7, "name": "B"}),
        ("wrapped", {"ticket": {"id": 7, "name": "B"}}),
        ("rows", {"data": [{"id": 7, "name": "B"}]}),
        ("bulk", [{"id": 7, "name": "B"}]),
        ("whole", {"id": 7, "name": "B", "kept": [1]}),
        ("graph", {"query": "mutation", "variables": {"input": {"id": 7, "name": "B"}}}),
    ],
)
def test_an_update_takes_its_form_too(name: str, body: Json) -> None:
    assert updated(name, {"id": 7, "name": "A", "kept": [1], "_etag": "x", "$x": 1}).bodies == [body]


def test_an_update_as_a_patch() -> None:
    fake = updated("patch", {"Id": 7, "name": "A", "kept": 1})
    assert fake.lines == [f"PATCH {BASE}/patch/7"]
    assert fake.bodies == [[{"op": "replace", "path": "/name", "value": "B"}]]


def test_a_form_that_is_not_simple_is_reported_and_a_payload_template_takes_its_place() -> None:
    why = card("shaped").cannot["insert"]
    assert why == (
        "the pipe 'sharing-shaped-share' builds the body of insert by a rule that qa-sync does not support: "
        '["hops", {"datasets": ["teams t"]}]; '
        'set a payload template, such as "{{ entity.payload | tojson }}sesam:markjson"'
    )
    system, _ = speak_folder("sharing")
    with pytest.raises(RequestRejected, match="no insert of shaped: the pipe"):
        system.insert("shaped", {})
    template = {"name": "{{ name }}", "all": "{{ entity.payload | tojson }}sesam:markjson"}
    fake = inserted("shaped", {"id": 7}, payloads={"shaped-insert": template})
    assert fake.bodies == [{"name": "A", "all": {"name": "A", "sesam_x": 1, "at": {"city": "B"}}}]
    assert "insert" not in card("shaped", payloads={"shaped-insert": template}).cannot


def test_a_key_of_two_members_is_one_id() -> None:
    ids, _ = listed("sharing", "pair", {"results": [{"id": 0, "from": "a,b", "to": 2}]})
    assert ids == ["a%2Cb,2"]
    system, fake = speak_folder("sharing", {"from": "a,b", "to": 2}, httpx.Response(204))
    record = system.lookup("pair", ids[0])
    assert record is not None
    assert record.id == ids[0]
    system.delete("pair", ids[0])
    assert fake.lines == [f"GET {BASE}/pairs/a%2Cb/2", f"DELETE {BASE}/pairs/a%2Cb/2"]


def test_a_list_is_read_once_per_parent_with_what_the_rule_hands_on() -> None:
    parents = {"results": [{"id": 1, "name": "x y"}, {"id": 2, "name": "z"}, {"id": 3, "name": "w"}]}
    responses: list[Answers] = [parents, {"lines": [{"id": 11}, {"id": 12}]}, httpx.Response(404), {"lines": []}]
    ids, fake = listed("sharing", "child", *responses)
    assert ids == ["11", "12"]
    lines = [f"GET {BASE}/plain/{n}/lines?of={name}" for n, name in ((1, "x%20y"), (2, "z"), (3, "w"))]
    assert fake.lines == [f"GET {BASE}/plain", *lines]


def test_a_datatype_that_no_one_writes_says_so() -> None:
    readonly = card("readonly")
    assert readonly.cannot["insert"] == "no pipe and no operation defines insert"
    assert readonly.cannot["lookup"] == "no pipe and no operation defines lookup"
    assert (readonly.names, card("plain").names) == (("readonly",), ("plain", "Plain thing"))


def test_what_a_pipe_calls_wrongly_is_found() -> None:
    connector = load("sharing")
    assert connector.operations["slip-list"].name == "sub_slips-list"
    assert connector.operations["slip-insert"].name == "slip-insert"
    assert connector.cards["slip"].cannot == {
        "lookup": "its request needs 'owner' besides the key",
        "delete": "the system has no operation 'slip-delete'",
    }


def test_only_what_is_used_has_to_be_given() -> None:
    connector = load("sharing")
    assert connector.secrets == {"token"}
    assert not connector.parameters


def test_two_systems_each_have_their_way() -> None:
    env = {"base_url_v1": "https://old.example.test"}
    ids, fake = listed("twofold", "old", [{"Id": 1}], env=env)
    assert ids == ["1"]
    assert fake.lines == ["GET https://old.example.test/old?archived=True"]
    assert fake.asked[0].headers["authorization"].startswith("Basic ")
    ids, fake = listed("twofold", "new", [{"Id": 2}], env=env)
    assert fake.lines == [f"GET {BASE}/v2/new"]
    assert "authorization" not in fake.asked[0].headers
    assert fake.asked[0].headers["key"] == "s-key"
    assert load("twofold").operations["new-list"].properties == {"datatype": "new", "archived": True}


RECORD = {"a": 1, "b": 2, "c": 3}
PATCH = [{"op": "replace", "path": f"/{name}", "value": value} for name, value in RECORD.items()]


@pytest.mark.parametrize(
    ("expression", "body"),
    [
        ("_S.", RECORD),
        (["list", "_S."], [RECORD]),
        (["dict", "k", ["list", "_S."]], {"k": [RECORD]}),
        (["list", ["dict", "k", "_S."]], [{"k": RECORD}]),
        (["dict", "k", "_S.", "j", 1], {"k": RECORD, "j": 1}),
        (["apply", "nowhere", "_S."], None),
        (["apply", "keep", ["list", "_S."]], [{"b": 2, "c": 3}]),
        (["if", ["is-null", "_S.id"], "_S."], RECORD),
        (["hops", {"datasets": []}], None),
        (["apply", "keep", ["apply", "less", "_S."]], {"c": 3}),
        (["dict", "k", "_T."], {"k": RECORD}),
        (
            ["apply", "patch", ["items", "_S."]],
            [{"op": "replace", "path": f"/{k}", "value": v} for k, v in RECORD.items()],
        ),
    ],
)
def test_the_rules_of_a_share_pipe_build_the_body(expression: Json, body: Json) -> None:
    rules = {
        "default": [["copy", "*"], ["add", "$payload", expression]],
        "keep": [["copy", "*", "a"], ["comment", "x"]],
        "less": [[["copy", "*"], ["remove", ["list", "b"]]]],
        "patch": [
            ["merge", ["dict", "op", "replace", "path", ["concat", "/", ["first", "_S."]], "value", ["last", "_S."]]]
        ],
    }
    got = derive_body(SharePipe("x-share", {}, (rules,)), "insert")
    if body is None:
        assert isinstance(got, str)
        assert "'x-share'" in got
    else:
        assert isinstance(got, WriteBody)
        assert share_pipe_body(got, RECORD, {}) == body


@pytest.mark.parametrize("steps", [[["copy", "*"]], [["copy", "*"], ["add", "$payload", ["list", "_S."]]]])
def test_members_of_the_pipes_are_never_sent(steps: Json) -> None:
    got = derive_body(SharePipe("x-share", {}, ({"default": steps},)), "insert")
    assert isinstance(got, WriteBody)
    body = share_pipe_body(got, {**RECORD, "_id": "7", "$note": 1, "sesam_x": 2}, {})
    assert body in (RECORD, [RECORD])


def test_later_steps_do_not_change_what_an_earlier_one_took() -> None:
    steps = [["copy", "*"], ["add", "$payload", ["dict", "k", "_T."]], ["add", "d", 4]]
    got = derive_body(SharePipe("x-share", {}, ({"default": steps},)), "insert")
    assert isinstance(got, WriteBody)
    assert share_pipe_body(got, RECORD, {}) == {"k": RECORD}


def test_a_system_is_closed_with_all_its_ways() -> None:
    system, _ = speak_folder("twofold", env={"base_url_v1": "https://old.example.test"})
    assert isinstance(system, RestSystem)
    system.close()
    assert all(exchange.client.is_closed for _, exchange in system._services._further.values())
