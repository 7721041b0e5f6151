"""Shapes that public connector folders have, each in a folder of our own: it must load, list and look up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from qa_sync.errors import ConnectorError, InvalidResponse, UsageError
from qa_sync.systems.connectors.capabilities import authentication_of
from qa_sync.systems.connectors.load import load_connector
from qa_sync.systems.rest.rest_system import RestSystem

SYSTEM = "{{@ system @}}"
KIND = "{{@ datatype @}}"
COLLECT = {
    "_id": f"{SYSTEM}-{KIND}-collect",
    "type": "pipe",
    "source": {"type": "rest", "system": SYSTEM, "operation": f"{KIND}-list"},
    "transform": {"type": "template", "template": "transform-collect-rest", "properties": {"primary_key": "id"}},
}
SERVER = {"_id": f"{SYSTEM}-ms", "type": "system:microservice", "docker": {"image": "x", "port": 6000}}
URL = "https://api.example.test"


def folder(place: Path, system: Any, **pipes: Any) -> Path:
    """Write a connector whose datatypes have these pipes."""
    (place / "mine" / "templates").mkdir(parents=True)
    manifest = {"datatypes": {name: {"template": f"templates/{name}.json"} for name in pipes}}
    files = {"manifest": manifest, "templates/system": system}
    files |= {f"templates/{name}": pipe for name, pipe in pipes.items()}
    for name, content in files.items():
        (place / "mine" / f"{name}.json").write_text(json.dumps(content))
    return place / "mine"


def rest(**operations: Any) -> dict[str, Any]:
    named = {name.replace("_", "-"): {"method": "GET", **reported} for name, reported in operations.items()}
    return {"_id": SYSTEM, "type": "system:rest", "url_pattern": f"{URL}/%s", "operations": named}


def speak(place: Path, responses: dict[str, Any]) -> tuple[RestSystem, list[str]]:
    requested: list[str] = []

    def door(request: httpx.Request) -> httpx.Response:
        requested.append(request.url.raw_path.decode())
        return httpx.Response(200, json=responses[requested[-1]])

    return RestSystem("Mine", load_connector(place), URL, {}, httpx.MockTransport(door)), requested


@pytest.mark.parametrize("first", [True, False])
def test_a_microservice_may_stand_beside_the_system(tmp_path: Path, *, first: bool) -> None:
    systems = [rest(human_list={"url": "objects/human"}, human_lookup={"url": "objects/human/{{ entity.id }}"})]
    systems.insert(0 if first else 1, SERVER)
    place = folder(tmp_path, systems, human=[COLLECT])
    assert load_connector(place).further == {}
    system, requested = speak(place, {"/objects/human": [{"id": "1"}], "/objects/human/1": {"id": "1", "name": "a"}})
    assert [record.id for record in system.list("human")] == ["1"]
    found = system.lookup("human", "1")
    assert found
    assert found.data["name"] == "a"
    assert requested == ["/objects/human", "/objects/human/1"]


def test_a_microservice_alone_is_no_system_to_speak_to(tmp_path: Path) -> None:
    with pytest.raises(ConnectorError, match="'system:microservice' is not supported"):
        load_connector(folder(tmp_path, [SERVER], human=[COLLECT]))


def test_a_member_that_is_called_as_a_dictionarys_method(tmp_path: Path) -> None:
    link = "{% if body['items'] | length > 0 %}things?after={{ body['items'][0]['keys'] }}{% endif %}"
    things = {"url": "things", "payload_property": "items", "next_page_link": link}
    place = folder(tmp_path, rest(thing_list=things), thing=[COLLECT])
    system, requested = speak(place, {"/things": {"items": [{"id": "1", "keys": 7}]}, "/things?after=7": {"items": []}})
    assert [record.id for record in system.list("thing")] == ["1"]
    assert requested == ["/things", "/things?after=7"]


def test_in_a_list_per_parent_the_link_sees_the_response_as_the_entity(tmp_path: Path) -> None:
    link = "{% if entity['items'] | length > 0 %}{{ body.next }}{% endif %}"
    per_parent = {
        "_id": f"{SYSTEM}-{KIND}-all",
        "type": "pipe",
        "source": {"type": "dataset", "dataset": f"{SYSTEM}-domain-collect"},
        "transform": [
            {"type": "rest", "system": SYSTEM, "operation": f"{KIND}-list"},
            {"type": "dtl", "rules": {"default": [["create", ["apply", "each", "_S.response.items"]]]}},
        ],
    }
    operations = rest(domain_list={"url": "domains"}, event_list={"url": "{{ entity.name }}/e", "next_page_link": link})
    system, requested = speak(
        folder(tmp_path, operations, domain=[COLLECT], event=[per_parent]),
        {
            "/domains": [{"id": "d", "name": "a.test"}],
            "/a.test/e": {"items": [{"id": "1"}], "next": f"{URL}/a.test/e?page=2"},
            "/a.test/e?page=2": {"items": [], "next": f"{URL}/a.test/e?page=3"},
        },
    )
    assert [record.id for record in system.list("event")] == ["1"]
    assert requested == ["/domains", "/a.test/e", "/a.test/e?page=2"]


def test_a_pipe_need_not_stand_in_a_list(tmp_path: Path) -> None:
    system, _ = speak(folder(tmp_path, rest(thing_list={"url": "things"}), thing=COLLECT), {"/things": [{"id": 5}]})
    assert [record.id for record in system.list("thing")] == ["5"]


NOTES = [["add", "$based_on", ["apply", "based-on", "_S."]], ["comment", "x"], ["add", "::_note", "y"], ["copy", "*"]]


def share(*steps: Any) -> dict[str, Any]:
    names = {f"operation_{verb}": f"{KIND}-{verb}" for verb in ("lookup", "insert", "update")}
    template = {"type": "template", "template": "transform-share-rest", "properties": {**names, "primary_key": "id"}}
    rules = {"based-on": [["copy", "*", ["list", "_*", "$*"]]], "default": list(steps)}
    return {"_id": f"{SYSTEM}-{KIND}-share", "type": "pipe", "transform": [{"type": "dtl", "rules": rules}, template]}


def test_rules_that_only_note_something_leave_the_body_as_it_is(tmp_path: Path) -> None:
    bodies: list[Any] = []

    def door(request: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(request.content))
        return httpx.Response(200, json={"id": "7"})

    place = folder(tmp_path, rest(thing_insert={"url": "things", "method": "POST"}), thing=[COLLECT, share(*NOTES)])
    system = RestSystem("Mine", load_connector(place), URL, {}, httpx.MockTransport(door))
    assert system.insert("thing", {"name": "A"}).id == "7"
    assert bodies == [{"name": "A"}]


@pytest.mark.parametrize("step", [["hops", "a"], ["add", "$payload"], ["add", "a", ["hops", {"datasets": []}]]])
def test_a_rule_that_is_not_supported_is_quoted(tmp_path: Path, step: Any) -> None:
    place = folder(tmp_path, rest(thing_insert={"url": "x", "method": "POST"}), thing=[COLLECT, share(*NOTES, step)])
    why = load_connector(place).cards["thing"].cannot["insert"]
    quoted = json.dumps(step[2] if len(step) > 2 else step)
    assert f"builds the body of insert by a rule that qa-sync does not support: {quoted}; set a payload" in why


def test_rows_that_carry_their_entity_in_a_member_are_listed_as_they_are_looked_up(tmp_path: Path) -> None:
    taking = {"type": "dtl", "rules": {"default": [["merge", "_S.node"], ["add", "$last-modified", "_S.node.at"]]}}
    collect = {**COLLECT, "transform": [taking, COLLECT["transform"]]}
    listing = {"url": "people", "payload_property": "data.edges", "id_expression": "{{ node.id }}"}
    operations = rest(human_list=listing, human_lookup={"url": "people/{{ entity.id }}"})
    responses = {"/people": {"data": {"edges": [{"node": {"id": "7", "name": "a"}}]}}, "/people/7": {"id": "7"}}
    system, requested = speak(folder(tmp_path, operations, human=[collect]), responses)
    assert [(record.id, record.data) for record in system.list("human")] == [("7", {"id": "7", "name": "a"})]
    assert system.lookup("human", "7")
    assert requested == ["/people", "/people/7"]


def test_such_rows_may_name_their_key_by_an_expression_alone(tmp_path: Path) -> None:
    taking = {"type": "dtl", "rules": {"default": [["merge", "_S.node"]]}}
    listing = {"url": "people", "id_expression": "{{ node.code }}"}
    system, _ = speak(
        folder(tmp_path, rest(human_list=listing), human=[{**COLLECT, "transform": taking}]),
        {"/people": [{"node": {"code": "NO"}}, {"node": {"code": "SE"}}]},
    )
    assert [record.id for record in system.list("human")] == ["NO", "SE"]


def test_a_row_that_is_kept_beside_what_it_carries_stays_whole(tmp_path: Path) -> None:
    keeping = {"type": "dtl", "rules": {"default": [["merge", "_S.node"], ["copy", "*"]]}}
    collect = {**COLLECT, "transform": [keeping, COLLECT["transform"]]}
    system, _ = speak(folder(tmp_path, rest(human_list={"url": "x"}), human=[collect]), {"/x": [{"id": 1, "node": {}}]})
    assert [record.data for record in system.list("human")] == [{"id": 1, "node": {}}]


def test_a_body_that_is_what_a_rule_has_made_so_far(tmp_path: Path) -> None:
    steps = [["copy", "*", ["list", "_*", "$*", "own"]], ["add", "$payload", ["dict", KIND, "_T."]], ["copy", "*"]]
    bodies: list[Any] = []

    def door(request: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(request.content))
        return httpx.Response(200, json={"id": "7"})

    place = folder(tmp_path, rest(thing_insert={"url": "things", "method": "POST"}), thing=[COLLECT, share(*steps)])
    system = RestSystem("Mine", load_connector(place), URL, {}, httpx.MockTransport(door))
    system.insert("thing", {"name": "A", "own": "x"})
    assert bodies == [{"thing": {"name": "A"}}]


def test_a_write_without_an_operation_is_not_said_to_lack_a_body(tmp_path: Path) -> None:
    cannot = load_connector(folder(tmp_path, rest(thing_list={"url": "x"}), thing=[COLLECT])).cards["thing"].cannot
    assert cannot["insert"] == "no pipe and no operation defines insert"


def test_a_write_without_a_share_pipe_needs_a_payload_template(tmp_path: Path) -> None:
    operations = rest(thing_insert={"url": "x", "method": "POST"})
    cannot = load_connector(folder(tmp_path, operations, thing=[COLLECT])).cards["thing"].cannot
    assert cannot["insert"] == "no share pipe defines the body; set a payload template"


def fixed(place: Path, at: str, link: str) -> Path:
    """Write a connector that names a host of its own, in its pattern and in a link."""
    listing = {"url": "things", "method": "GET", "payload_property": "things", "next_page_link": link}
    system = {"_id": SYSTEM, "type": "system:rest", "url_pattern": f"{at}/v2/%s", "operations": {"thing-list": listing}}
    return folder(place, system, thing=[COLLECT])


@pytest.mark.parametrize("url", ["http://127.0.0.1:8900/stand-in", "https://vendor.test", "https://vendor.test/v2", ""])
def test_a_host_that_a_connector_fixes_is_the_one_of_the_settings(tmp_path: Path, url: str) -> None:
    base = url.removesuffix("/v2") or "https://vendor.test"
    link = "{% if body.more %}https://vendor.test/v2/things?page=2{% endif %}"
    requested: list[str] = []

    def door(request: httpx.Request) -> httpx.Response:
        requested.append(str(request.url))
        return httpx.Response(200, json={"things": [{"id": str(len(requested))}], "more": len(requested) < 2})

    place = fixed(tmp_path, "https://vendor.test", link)
    system = RestSystem("Mine", load_connector(place), url, {}, httpx.MockTransport(door))
    assert [record.id for record in system.list("thing")] == ["1", "2"]
    assert requested == [f"{base}/v2/things", f"{base}/v2/things?page=2"]


def test_a_host_that_only_begins_like_it_is_another_one(tmp_path: Path) -> None:
    place = fixed(tmp_path, "https://vendor.test", "https://vendor.test.evil.example/next")
    door = httpx.MockTransport(lambda _: httpx.Response(200, json={"things": [{"id": "1"}]}))
    system = RestSystem("Mine", load_connector(place), "http://127.0.0.1:1", {}, door)
    with pytest.raises(InvalidResponse, match="the next page is at"):
        list(system.list("thing"))


def test_what_every_environment_knows_need_not_be_declared(tmp_path: Path) -> None:
    system = {**rest(thing_list={"url": "things"}), "url_pattern": "https://{{@ account_id @}}.test/%s"}
    connector = load_connector(folder(tmp_path, system, thing=[COLLECT]))
    assert connector.parameters == {"account_id"}
    with pytest.raises(UsageError, match="needs the parameter 'account_id'"):
        RestSystem("Mine", connector, "", {}, httpx.MockTransport(lambda _: httpx.Response(200, json=[])))


def test_a_key_in_the_headers_of_operations_is_an_authentication(tmp_path: Path) -> None:
    listing = {"url": "things", "headers": {"X-Token": "$SECRET(token)"}}
    connector = load_connector(folder(tmp_path, rest(thing_list=listing), thing=[COLLECT]))
    assert authentication_of(connector.service, connector.operations.values()) == "header X-Token"


@pytest.mark.parametrize("given", [{}, {"token_url": f"{URL}/mine"}])
def test_where_tokens_come_from_stands_in_the_manifest(tmp_path: Path, given: dict[str, str]) -> None:
    oauth2 = {"client_id": "me", "client_secret": "it", "token_url": "{{@ token_url @}}"}
    place = folder(tmp_path, {**rest(thing_list={"url": "things"}), "oauth2": oauth2}, thing=[COLLECT])
    manifest = json.loads((place / "manifest.json").read_text())
    manifest["oauth2"] = {"login_url": f"{URL}/login", "token_url": f"{URL}/token"}
    (place / "manifest.json").write_text(json.dumps(manifest))
    requested: list[str] = []

    def door(request: httpx.Request) -> httpx.Response:
        requested.append(request.url.path)
        return httpx.Response(200, json=[] if requested[1:] else {"access_token": "t"})

    system = RestSystem("Mine", load_connector(place), URL, {}, httpx.MockTransport(door), env=given)
    assert list(system.list("thing")) == []
    assert requested == ["/mine" if given else "/token", "/things"]
