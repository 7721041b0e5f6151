"""What an update sends of a record, and where the id of a new record is found."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from qa_sync.clock import VirtualClock
from qa_sync.errors import NotConvertible, UncertainWrite
from qa_sync.systems.connectors.load import load_connector
from qa_sync.systems.rest.rest_system import RestSystem
from qa_sync.systems.system import Record
from qa_sync.values import paths

URL = "https://small.test"
RECORD = {
    "id": 7,
    "name": "Ada",
    "code": "A-1",
    "@odata.etag": "v1",
    "createdAt": "2026-01-01T00:00:00Z",
    "totals": {"net": 1, "note": "x"},
    "lines": [{"sku": "a", "sum": 2}],
}
CARD = """
[thing]
names = ["Thing"]
key = "id"
{keys}
[thing.properties]
name = {{ concept = "name" }}
code = {{ }}
createdAt = {{ writable = "never", why = "set by the system" }}
"totals.net" = {{ writable = "never", why = "computed" }}
"lines.sum" = {{ writable = "never", why = "computed" }}
"""


class Server:
    def __init__(self, *responses: httpx.Response) -> None:
        self.responses = list(responses)
        self.bodies: list[Any] = []
        self.headers: list[httpx.Headers] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json=RECORD)
        self.bodies.append(json.loads(request.content))
        self.headers.append(request.headers)
        return self.responses.pop(0) if self.responses else httpx.Response(204)


def connect(folder: Path, server: Server, keys: str = "") -> RestSystem:
    (folder / "templates").mkdir()
    (folder / "manifest.json").write_text('{"additional_parameters": {"base_url": {}}, "datatypes": {"thing": {}}}')
    operations = {
        "thing-list": {"method": "GET", "url": "things"},
        "thing-lookup": {"method": "GET", "url": "things/{{ entity.id }}"},
        "thing-insert": {"method": "POST", "url": "things"},
        "thing-update": {"method": "PUT", "url": "things/{{ entity.id }}"},
        "thing-delete": {"method": "DELETE", "url": "things/{{ entity.id }}"},
    }
    system = {"type": "system:rest", "url_pattern": "{{@ base_url @}}/%s", "operations": operations}
    (folder / "templates" / "system.json").write_text(json.dumps(system))
    (folder / "entities.toml").write_text(CARD.format(keys=keys))
    transport = httpx.MockTransport(server)
    return RestSystem(
        "Small", load_connector(folder), URL, {}, transport, clock=VirtualClock(datetime(2026, 1, 1, tzinfo=UTC))
    )


def updated(folder: Path, keys: str) -> Any:
    server = Server()
    system = connect(folder, server, keys)
    record = system.lookup("thing", "7")
    assert record is not None
    system.update(record, {"name": "Eve"})
    return server.bodies[0]


def test_a_whole_record_is_sent_without_what_can_never_be_written(tmp_path: Path) -> None:
    body = updated(tmp_path, 'send = "whole"')
    assert body == {
        "name": "Eve",
        "code": "A-1",
        "@odata.etag": "v1",
        "totals": {"note": "x"},
        "lines": [{"sku": "a"}],
    }


def test_what_goes_with_every_update_is_sent_though_it_did_not_change(tmp_path: Path) -> None:
    assert updated(tmp_path, 'update_always = ["code"]') == {"name": "Eve", "code": "A-1"}


def test_a_name_with_dots_stands_in_quotes(tmp_path: Path) -> None:
    keys = 'revision = { read = \'"@odata.etag"\', header = "If-Match" }'
    server = Server()
    system = connect(tmp_path, server, keys)
    record = system.lookup("thing", "7")
    assert record is not None
    system.update(record, {"name": "Eve"})
    assert server.headers[0]["if-match"] == '"v1"'
    assert paths.read({"a": {"b.c": 1}}, 'a."b.c"') == 1
    assert paths.write({"a": {"b.c": 1, "d": 2}}, 'a."b.c"', 3) == {"a": {"b.c": 3, "d": 2}}
    assert paths.omit({"a": {"b.c": 1, "d": 2}}, 'a."b.c"') == {"a": {"d": 2}}
    assert paths.segments('a."b.c".d') == ("a", '"b.c"', "d")


@pytest.mark.parametrize(
    ("revision", "sent"), [("v1", '"v1"'), (7, '"7"'), ('"v1"', '"v1"'), ('W/"JzE5"', 'W/"JzE5"'), ('a"b', '"a"b"')]
)
def test_a_revision_is_sent_as_an_entity_tag(tmp_path: Path, revision: object, sent: str) -> None:
    server = Server()
    system = connect(tmp_path, server, 'revision = { read = "rev", header = "If-Match" }')
    system.update(Record("Small", "thing", "7", {"id": 7, "rev": revision}), {"name": "Eve"})
    assert server.headers[0]["if-match"] == sent


def test_what_a_card_omits_is_not_in_a_whole_update(tmp_path: Path) -> None:
    body = updated(tmp_path, 'send = "whole"\nomit = [\'"@odata.etag"\', "lines.sku", "nowhere.x"]')
    assert body == {"name": "Eve", "code": "A-1", "totals": {"note": "x"}, "lines": [{}]}


@pytest.mark.parametrize("revision", ["é", "\ud800", "€1"])
def test_a_revision_that_no_header_can_carry_is_an_error(tmp_path: Path, revision: str) -> None:
    server = Server()
    system = connect(tmp_path, server, 'revision = { read = "rev", header = "If-Match" }')
    with pytest.raises(NotConvertible, match="the header 'If-Match' contains a character that is not ASCII"):
        system.update(Record("Small", "thing", "7", {"id": 7, "rev": revision}), {"name": "Eve"})
    assert server.bodies == []


CREATED = [
    ("no body, a relative location", httpx.Response(201, headers={"location": "/things/8"}), "8"),
    ("no body, an absolute location", httpx.Response(201, headers={"location": f"{URL}/things/a%20b/"}), "a b"),
    ("the body wins", httpx.Response(201, headers={"location": "/things/8"}, json={"id": 9}), "9"),
    ("a body without the id", httpx.Response(201, headers={"location": "/things/8"}, json={"ok": True}), "8"),
    ("a bare number", httpx.Response(200, json=12), "12"),
    ("a bare text with digits", httpx.Response(200, json="f3a1-77"), "f3a1-77"),
]


@pytest.mark.parametrize(("response", "id"), [case[1:] for case in CREATED], ids=[case[0] for case in CREATED])
def test_the_id_of_a_new_record_is_in_the_body_or_in_the_location(
    tmp_path: Path, response: httpx.Response, id: str
) -> None:
    assert connect(tmp_path, Server(response)).insert("thing", {"name": "Ada"}).id == id


NO_ID = [
    ("another host", httpx.Response(201, headers={"location": "https://other.test/things/8"})),
    ("an invalid host", httpx.Response(201, headers={"location": "https://xn--a/things/8"})),
    ("an invalid address", httpx.Response(201, headers={"location": "http://@//]/8"})),
    ("dots", httpx.Response(201, headers={"location": "/things/%2e%2e"})),
    ("not 201", httpx.Response(200, headers={"location": "/things/8"})),
    ("a message", httpx.Response(200, json="created")),
    ("a truth value", httpx.Response(200, json=True)),
    ("no header", httpx.Response(201)),
]


@pytest.mark.parametrize("response", [case[1] for case in NO_ID], ids=[case[0] for case in NO_ID])
def test_what_is_no_id_of_a_new_record(tmp_path: Path, response: httpx.Response) -> None:
    with pytest.raises(UncertainWrite):
        connect(tmp_path, Server(response)).insert("thing", {"name": "Ada"})
