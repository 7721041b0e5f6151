"""No request leaves the collection that its operation names, whatever a system gives as an id."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from small_system import OPERATIONS, Small, small

from qa_sync.errors import ConnectorError, InvalidResponse, QaSyncError, UncertainWrite
from qa_sync.systems.requests.record_ids import id_text

NO_IDS: tuple[Any, ...] = (
    "",
    " ",
    ".",
    "..",
    " .. ",
    "%2e%2E",
    "%252e",
    "../x",
    "x/..",
    "..\\x",
    "..;x",
    "/",
    "a\0",
    "\ud800",
    "a\udfff",
    {"a": 1},
    [1],
    [],
    True,
    False,
    None,
)
IDS = ("a", "a/b", "a.b", ".a", "...", "gid://shop/Product/1", "é", "a;b", "50%", 7, 0)


def answer(body: Any) -> httpx.Response:
    """Return a response in ASCII, as JSON may write half a surrogate pair."""
    return httpx.Response(200, content=json.dumps(body))


@pytest.mark.parametrize("value", NO_IDS)
def test_what_leads_to_another_place_is_no_id(value: Any) -> None:
    assert id_text(value) is None


@pytest.mark.parametrize("value", IDS)
def test_other_texts_and_numbers_are_ids(value: Any) -> None:
    assert id_text(value) == str(value)


@pytest.mark.parametrize("value", NO_IDS)
def test_a_new_record_whose_id_is_none_is_reported_and_never_requested(tmp_path: Path, value: Any) -> None:
    world = small(tmp_path, answer({"id": value, "name": "a"}))
    with pytest.raises(UncertainWrite, match="or is not an id"):
        world.connection.system().insert("thing", {"name": "a"})
    assert world.server.lines == ["POST /things"]


@pytest.mark.parametrize("value", NO_IDS)
def test_a_listed_record_whose_id_is_none_is_reported(tmp_path: Path, value: Any) -> None:
    world = small(tmp_path, answer([{"id": value, "name": "a"}]))
    with pytest.raises(InvalidResponse, match="a record without a valid 'id'"):
        list(world.connection.system().list("thing"))


@pytest.mark.parametrize(("id", "returned"), [("7", "8"), ("7", "77"), ("a", "b"), ("7", "x7"), ("1,2", "12")])
def test_another_record_than_was_asked_for_is_reported(tmp_path: Path, id: str, returned: str) -> None:
    world = small(tmp_path, answer({"id": returned, "name": "a"}))
    with pytest.raises(InvalidResponse, match=f"thing-lookup: got {returned!r} instead of {id!r}"):
        world.connection.system().lookup("thing", id)


@pytest.mark.parametrize(("id", "returned"), [("7", 7), ("7.0", 7), ("AB-1", "ab-1"), ("1E+20", 10**20)])
def test_an_id_in_another_spelling_is_the_same(tmp_path: Path, id: str, returned: Any) -> None:
    world = small(tmp_path, answer({"id": returned, "name": "a"}))
    assert world.connection.system().lookup("thing", id) is not None


@pytest.mark.parametrize("verb", ["lookup", "delete"])
@pytest.mark.parametrize("id", [value for value in NO_IDS if isinstance(value, str)])
def test_no_request_is_made_of_an_id_that_leads_elsewhere(tmp_path: Path, verb: str, id: str) -> None:
    world = small(tmp_path)
    with pytest.raises(ConnectorError, match=f"thing-{verb}.*invalid URL"):
        getattr(world.connection.system(), verb)("thing", id)
    assert world.server.asked == []


def with_url(place: Path, url: str, pattern: str = "{{@ base_url @}}/%s", **options: Any) -> Small:
    operations = {**OPERATIONS, "thing-delete": {"url": url, "method": "DELETE", **options}}
    return small(place, {}, operations=operations, url_pattern=pattern)


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("things/{{ entity.id }}", "/things/7"),
        ("things/{{ entity.id }}/", "/things/7/"),
        ("/things/{{ entity.id }}", "/things/7"),
        ("old/../things/{{ entity.id }}", "/things/7"),
        ("things//{{ entity.id }}", "/things//7"),
        ("things/{{ entity.id }}?q=../{{ '' }}", "/things/7?q=../"),
        ("things/{% if false %}x/{% endif %}{{ entity.id }}", "/things/7"),
        ("{{ properties.at }}/{{ entity.id }}", "/v1.0/things/7"),
    ],
)
def test_what_the_connector_itself_says_is_requested(tmp_path: Path, url: str, asked: str) -> None:
    world = with_url(tmp_path, url, properties={"at": "v1.0/things"})
    world.connection.system().delete("thing", "7")
    assert [str(request.url.raw_path, "ascii") for request in world.server.asked] == [asked]


@pytest.mark.parametrize(
    "url",
    [
        "things/{{ '' if entity.id else 1 }}",
        "things/{{ entity.nothing | default('') }}",
        "{{ entity.nothing | default('') }}/{{ entity.id }}",
        "things/{{ entity.nothing | default('') }}/{{ entity.id }}",
        "things/{{ entity.id }}/{{ '..' }}",
        "things/{{ entity.id ~ '/..' }}",
        "{{ 'https://elsewhere.test/' ~ entity.id }}",
    ],
)
def test_a_template_that_leads_elsewhere_is_reported_and_nothing_is_sent(tmp_path: Path, url: str) -> None:
    world = with_url(tmp_path, url)
    with pytest.raises(QaSyncError, match="'thing-delete': invalid URL"):
        world.connection.system().delete("thing", "7")
    assert world.server.asked == []


def test_no_value_becomes_a_part_of_the_host(tmp_path: Path) -> None:
    world = with_url(tmp_path, "{{ entity.id }}", pattern="{{@ base_url @}}%s")
    with pytest.raises(ConnectorError, match="names another host"):
        world.connection.system().delete("thing", ".elsewhere.test")
    assert world.server.asked == []
