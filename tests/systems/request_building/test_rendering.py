"""Which names an operation's templates know, and what becomes of a url or a body that is none.

Source: docs/explanation/connector-format-facts.rst, "Expressions" and "Request bodies".
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from small_system import OPERATIONS, URL, Small, small

from qa_sync.errors import ConnectorError, InvalidResponse, NotConvertible, RequestRejected
from qa_sync.systems.requests.rendering import find_url_rebase
from qa_sync.systems.requests.resolved_operation import template_tree

THING = {"id": "1"}
TWO = {"rows": [{"no": "1"}, {"no": "2"}]}


def with_operation(place: Path, name: str, *responses: Any, **operation: Any) -> Small:
    secrets = {"key": "canary7"} if "$SECRET(key)" in str(operation) else {}
    return small(place, *responses, operations={**OPERATIONS, name: operation}, secrets=secrets)


@pytest.mark.parametrize("name", ["id", "_id", "entity.id", "entity._id", "entity['$source'].id"])
def test_an_entity_is_known_by_all_its_names_everywhere(tmp_path: Path, name: str) -> None:
    shown = f"{{{{ {name} }}}}"
    reported = {"url": f"things/{shown}", "headers": {"X-Id": shown}, "params": {"p": shown}, "payload": {"b": shown}}
    world = with_operation(tmp_path, "thing-lookup", {"id": "a/b"}, method="POST", **reported)
    assert world.connection.system().lookup("thing", "a/b") is not None
    asked = world.server.asked[0]
    assert asked.url.raw_path.decode().startswith("/things/a%2Fb?")  # one segment of a path, whatever it holds
    assert (asked.headers["x-id"], asked.url.params["p"], json.loads(asked.content)) == ("a/b", "a/b", {"b": "a/b"})


def test_headers_and_parameters_know_each_other(tmp_path: Path) -> None:
    one = {"params": {"a": "1"}, "headers": {"X-A": "{{ params.a }}"}}
    other = {"params": {"a": "{{ headers['x-a'] }}"}, "headers": {"X-A": "1"}}
    for reported in (one, other):
        world = with_operation(tmp_path, "thing-list", [], method="GET", url="things", **reported)
        assert list(world.connection.system().list("thing")) == []
        asked = world.server.asked[0]
        assert (asked.url.params["a"], asked.headers["x-a"]) == ("1", "1")


def test_the_time_of_the_last_change_is_known_by_its_own_name(tmp_path: Path) -> None:
    reported = {"url": "things?from={{ after }}", "since_property_name": "after"}
    world = with_operation(tmp_path, "thing-list", [], method="GET", **reported)
    list(world.connection.system().list("thing", datetime(2024, 11, 13, tzinfo=UTC)))
    assert world.server.asked[0].url.params["from"].startswith("2024-11-13")


NUMBERED = {
    "url": "things",
    "method": "GET",
    "payload_property": "rows",
    "properties": {"by": "no"},
    "id_expression": "$ENV(base_url)/{{ entity[properties.by] }}",
}


def test_what_makes_an_id_knows_the_properties_and_the_environment(tmp_path: Path) -> None:
    world = with_operation(tmp_path, "thing-list", TWO, **NUMBERED)
    assert [record.id for record in world.connection.system().list("thing")] == [f"{URL}/1", f"{URL}/2"]
    lookup = {**NUMBERED, "payload_property": "row"}
    world = with_operation(tmp_path, "thing-lookup", {"row": {"no": "7"}}, **lookup)
    record = world.connection.system().lookup("thing", f"{URL}/7")
    assert record is not None
    assert record.id == f"{URL}/7"


@pytest.mark.parametrize("name", ["url", "request_params.a", "entity.payload.name"])
def test_what_reports_a_fault_knows_what_was_requested(tmp_path: Path, name: str) -> None:
    reported = {
        "payload_property": "row",
        "error_expression": f"{{{{ 'no: ' ~ {name} if body.error is defined else '' }}}}",
    }
    payload = {"payload": {"name": "{{ entity.payload.name }}"}, "params": {"a": "p"}}
    world = with_operation(tmp_path, "thing-insert", {"error": 1}, method="POST", url="things", **reported, **payload)
    with pytest.raises(RequestRejected, match="the system reports 'no: "):
        world.connection.system().insert("thing", {"name": "x"})


def test_a_fault_of_an_expression_shows_no_secret(tmp_path: Path) -> None:
    reported = {**NUMBERED, "id_expression": "$SECRET(key)-{{ 1 / 0 }}"}
    world = with_operation(tmp_path, "thing-list", TWO, **reported)
    with pytest.raises(ConnectorError, match="operation 'thing-list'") as caught:
        list(world.connection.system().list("thing"))
    assert "canary7" not in str(caught.value)


NO_URLS = ["http://h:port/x", "https://[x/", f"https://{'a' * 70_000}", "?page=\x00"]


@pytest.mark.parametrize("link", NO_URLS)
def test_a_next_page_at_no_url_is_reported(tmp_path: Path, link: str) -> None:
    reported = {"payload_property": "rows", "next_page_link": "{{ body.next }}"}
    response = {"rows": [{"id": "1"}], "next": link}
    world = with_operation(tmp_path, "thing-list", response, method="GET", url="things", **reported)
    with pytest.raises(InvalidResponse, match="the next page") as caught:
        list(world.connection.system().list("thing"))
    assert len(str(caught.value)) < 500


def test_a_url_that_becomes_none_is_reported(tmp_path: Path) -> None:
    url = "things?a={% if true %}\n$SECRET(key){% endif %}"
    world = with_operation(tmp_path, "thing-list", method="GET", url=url)
    with pytest.raises(ConnectorError, match="operation 'thing-list': the rendered URL is invalid") as caught:
        list(world.connection.system().list("thing"))
    assert "canary7" not in str(caught.value)


def test_half_a_character_is_reported_and_not_sent(tmp_path: Path) -> None:
    world = small(tmp_path)
    with pytest.raises(NotConvertible, match=r"operation 'thing-insert': a text contains a lone surrogate"):
        world.connection.system().insert("thing", {"name": "a\ud83d"})
    assert world.server.asked == []


@pytest.mark.parametrize(("text", "sent"), [("~bold", b"~bold"), ("~bWGI=", b"Xb"), ("~b", b"~b")])
def test_bytes_are_what_really_is_base64(tmp_path: Path, text: str, sent: bytes) -> None:
    reported = {"method": "POST", "url": "things", "payload-type": "text", "payload": "{{ entity.payload.name }}"}
    world = with_operation(tmp_path, "thing-insert", THING, **reported)
    world.connection.system().insert("thing", {"name": text})
    assert world.server.asked[0].content == sent


def test_a_payload_that_is_no_form_is_reported_with_its_operation(tmp_path: Path) -> None:
    reported = {"method": "POST", "url": "things", "payload-type": "form", "payload": ["a"]}
    world = with_operation(tmp_path, "thing-list", **reported)
    with pytest.raises(ConnectorError, match=r"operation 'thing-list': a payload of the type form must be an object"):
        list(world.connection.system().list("thing"))


@pytest.mark.parametrize(
    ("pattern", "url", "url_rebase"),
    [
        ("https://small.test/%s", "https://small.test", False),
        ("https://small.test/v2/%s", "https://small.test/v2", False),
        ("https://small.test", "https://small.test", False),
        ("https://small.test?x=%s", "https://small.test", False),
        ("http://small.test:8080/%s", "http://small.test:80", True),
        ("https://api.small.testing/%s", "https://api.small.test", True),
        ("https://small.test/%s", "https://small.test/v2", True),
    ],
)
def test_a_url_that_only_begins_alike_is_another_place(pattern: str, url: str, *, url_rebase: bool) -> None:
    assert (find_url_rebase(pattern, url) is not None) == url_rebase


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("things/{{ entity.id }}", "/things/a%2Fb"),
        ("{{ id }}/{{ entity._id }}", "/a%2Fb/a%2Fb"),
        ("things/{{ entity['id'] }}", "/things/a%2Fb"),
        ("things/{{ entity['$source'].id ~ 1 }}", "/things/a%2Fb1"),
        ("things/{% for name in entity if name == 'id' %}{{ entity[name] }}{% endfor %}", "/things/a%2Fb"),
        ("{% if id is defined and id is not none %}{{ id }}{% else %}none{% endif %}", "/a%2Fb"),
    ],
)
def test_whatever_a_url_names_of_an_entity_is_quoted(tmp_path: Path, url: str, asked: str) -> None:
    world = with_operation(tmp_path, "thing-lookup", {"id": "a/b"}, method="GET", url=url)
    world.connection.system().lookup("thing", "a/b")
    assert world.server.asked[0].url.raw_path.decode() == asked


@pytest.mark.parametrize(
    ("value", "constant"),
    [
        ({"Accept": "application/json", "n": [1, None, {"a": "b"}]}, True),
        ({"{{ x }}": "1"}, False),
        ({"a": ["{% if x %}y{% endif %}"]}, False),
        ({"a": "1 sesam:markjson"}, False),
        (["sesam:markskip"], False),
        (None, True),
    ],
)
def test_only_what_is_no_template_is_constant(value: Any, *, constant: bool) -> None:
    assert template_tree(value).constant is constant
