"""What real APIs want and `entities.toml` can say: commands for lists, tagged values, shared members, encoded filters.

Each against a small vendor in this process that speaks that way.
"""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from qa_sync.errors import ConnectorError, InvalidResponse, NotConvertible, RequestRejected
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.connectors.capabilities import authentication_of
from qa_sync.systems.connectors.load import load_connector
from qa_sync.systems.requests.list_commands import with_list_commands
from qa_sync.systems.rest.rest_system import RestSystem
from qa_sync.systems.system import Record
from qa_sync.systems.templates.filters import base64url_encode

SHARED = """
["*"]
key = "id"
modified = "changed"
"""
COMMANDS = """
element_key = "id"
list_commands = { create = [0, 0, "$element"], change = [1, "$key", "$element"], remove = [2, "$key"] }
"""
TAGGED = """
[ "*".tagged_values ]
member = "_is"
[ "*".tagged_values.kinds ]
money = "{{ amount }}"
moment = "{{ '%04d-%02d-%02dT%02d:00:00Z' | format(year, month, day, hour) }}"
"""
THING = """
[thing]
names = ["Thing"]
[thing.properties]
name = { concept = "name" }
price = { convert = "decimal" }
"ways[kind=mail].value" = { concept = "email" }
"ways[kind=phone].value" = { concept = "phone" }
"lines.name" = { concept = "lines.name" }
"""
SINCE = "{% if since is defined and since is not none %}{{ [['changed', '>', since]] | tojson | base64url_encode }}{% else %}sesam:markskip{% endif %}"  # noqa: E501


class Keeper:
    """A vendor that keeps things and the requests about them; what it is sent it takes as it is."""

    def __init__(self, *things: dict[str, Any]) -> None:
        self.things = {thing["id"]: thing for thing in things}
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        name = request.url.path.rpartition("/")[2]
        if request.method == "GET" and name == "things":
            at, size = int(request.url.params["p"]), int(request.url.params["s"])
            return httpx.Response(200, json=list(self.things.values())[at : at + size])
        if request.method == "GET":
            return httpx.Response(200, json=self.things[int(name)])
        return httpx.Response(200, json={"id": 7})

    @property
    def body(self) -> Any:
        return json.loads(self.asked[-1].content)


def folder(place: Path, cards: str, **members: Any) -> Path:
    operations = {
        "thing-list": {
            "url": "things",
            "method": "GET",
            "page_size": 2,
            "params": {
                "f": ["name", "ways.value"],
                "d[$at]": SINCE,
                "s": "{{ page_size }}",
                "p": "{{ page_size * page }}",
            },
            "next_page_link": "things",
            "next_page_termination_strategy": "not-full-page",
        },
        "thing-lookup": {"url": "things/{{ entity.id }}", "method": "GET"},
        "thing-insert": {"url": "things", "method": "POST", **members},
        "thing-update": {"url": "things/{{ entity.id }}", "method": "PUT"},
        "thing-delete": {"url": "things/{{ entity.id }}", "method": "DELETE"},
    }
    (place / "templates").mkdir()
    manifest: dict[str, Any] = {"additional_parameters": {"base_url": {}}, "datatypes": {"thing": {}}}
    (place / "manifest.json").write_text(json.dumps(manifest))
    system = {"url_pattern": "{{@ base_url @}}/%s", "operations": operations}
    (place / "templates/system.json").write_text(json.dumps(system))
    (place / "entities.toml").write_text(cards)
    return place


def system(place: Path, cards: str, keeper: Keeper, **members: Any) -> RestSystem:
    connector = load_connector(folder(place, cards, **members))
    return RestSystem("Keeper", connector, "https://keeper.test", {}, httpx.MockTransport(keeper))


def record(**data: Any) -> Record:
    return Record("Keeper", "thing", "1", {"id": 1, **data})


# -- lists as commands


def test_a_new_record_creates_the_elements_of_its_lists_one_by_one(tmp_path: Path) -> None:
    keeper = Keeper()
    system(tmp_path, SHARED + COMMANDS + THING, keeper).insert(
        "thing", {"name": "n", "ways[kind=mail].value": "a@example.test", "lines.name": ["one", "two"]}
    )
    assert keeper.body == {
        "name": "n",
        "ways": [[0, 0, {"kind": "mail", "value": "a@example.test"}]],
        "lines": [[0, 0, {"name": "one"}], [0, 0, {"name": "two"}]],
    }


def test_a_change_names_the_element_and_only_what_changed_of_it(tmp_path: Path) -> None:
    keeper = Keeper()
    before = record(ways=[{"id": 3, "kind": "mail", "value": "a"}, {"id": 4, "kind": "fax", "value": "b"}])
    system(tmp_path, SHARED + COMMANDS + THING, keeper).update(
        before, {"ways[kind=mail].value": "new", "ways[kind=phone].value": "+4712345678"}
    )
    assert keeper.body == {"ways": [[1, 3, {"value": "new"}], [0, 0, {"kind": "phone", "value": "+4712345678"}]]}


@pytest.mark.parametrize(
    ("names", "commands"),
    [(["one"], [[2, 6]]), ([], [[2, 5], [2, 6]]), (["x", "two", "y"], [[1, 5, {"name": "x"}], [0, 0, {"name": "y"}]])],
)
def test_elements_that_are_gone_are_removed(tmp_path: Path, names: list[str], commands: list[Any]) -> None:
    keeper = Keeper()
    before = record(lines=[{"id": 5, "name": "one"}, {"id": 6, "name": "two"}])
    system(tmp_path, SHARED + COMMANDS + THING, keeper).update(before, {"lines.name": names})
    assert keeper.body == {"lines": commands}


def test_a_command_without_a_form_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    keeper = Keeper()
    cards = SHARED + COMMANDS.replace(', remove = [2, "$key"]', "") + THING
    before = record(lines=[{"id": 5, "name": "one"}])
    with pytest.raises(NotConvertible, match="list_commands of thing has no 'remove'"):
        system(tmp_path, cards, keeper).update(before, {"lines.name": []})
    assert keeper.asked == []


def test_commands_stand_below_the_member_that_wraps_a_body(tmp_path: Path) -> None:
    keeper = Keeper()
    cards = SHARED + COMMANDS + 'wrap = "thing"\n' + THING
    system(tmp_path, cards, keeper).update(record(lines=[{"id": 5, "name": "one"}]), {"lines.name": ["x"]})
    assert keeper.body == {"thing": {"lines": [[1, 5, {"name": "x"}]]}}


def test_an_operation_with_a_payload_of_its_own_gets_the_commands_too(tmp_path: Path) -> None:
    keeper = Keeper()
    payload = {"params": ["{{ entity.payload | tojson }}sesam:markjson"]}
    system(tmp_path, SHARED + COMMANDS + THING, keeper, payload=payload).insert("thing", {"lines.name": ["one"]})
    assert keeper.body == {"params": [{"lines": [[0, 0, {"name": "one"}]]}]}


def test_a_list_within_a_list_has_commands_of_its_own() -> None:
    card = EntityCard(
        "s",
        "thing",
        ("Thing",),
        "id",
        {},
        element_key="id",
        list_commands={"create": ["new", "$element"], "change": ["at", "$key", "$element"]},
    )
    before = {"groups": [{"id": 1, "name": "g", "lines": [{"id": 2, "name": "one", "tags": ["a"]}]}]}
    after = {"groups": [{"id": 1, "name": "g", "lines": [{"id": 2, "name": "two", "tags": ["a"]}, {"name": "three"}]}]}
    assert with_list_commands(card, before, after) == {
        "groups": [["at", 1, {"lines": [["at", 2, {"name": "two"}], ["new", {"name": "three"}]]}]]
    }
    assert with_list_commands(card, {}, {"tags": ["a", "b"]}) == {"tags": ["a", "b"]}


# -- values that are answered as objects


def test_tagged_values_are_plain_wherever_they_stand(tmp_path: Path) -> None:
    thing = {
        "id": 1,
        "price": {"_is": "money", "amount": "12.50"},
        "changed": {"_is": "moment", "year": 2026, "month": 11, "day": 2, "hour": 7},
        "lines": [{"price": {"_is": "money", "amount": "0.05"}}, {"price": None}],
        "other": {"_is": "unknown", "x": 1},
    }
    one = system(tmp_path, SHARED + TAGGED + THING, Keeper(thing)).lookup("thing", "1")
    assert one is not None
    assert one.data == {
        "id": 1,
        "price": "12.50",
        "changed": "2026-11-02T07:00:00Z",
        "lines": [{"price": "0.05"}, {"price": None}],
        "other": {"_is": "unknown", "x": 1},
    }


def test_an_object_that_lacks_what_its_template_requests_is_reported(tmp_path: Path) -> None:
    thing = {"id": 1, "changed": {"_is": "moment", "year": 2026}}
    with pytest.raises(ConnectorError, match="cannot be rendered"):
        system(tmp_path, SHARED + TAGGED + THING, Keeper(thing)).lookup("thing", "1")


# -- filters, repeated parameters, offsets


def test_a_filter_is_encoded_and_a_parameter_repeated_under_any_name(tmp_path: Path) -> None:
    keeper = Keeper(*({"id": number} for number in (1, 2, 3)))
    listed = list(system(tmp_path, SHARED + THING, keeper).list("thing", datetime(2024, 3, 1, 12, tzinfo=UTC)))
    assert [one.id for one in listed] == ["1", "2", "3"]
    first, second = (request.url.params for request in keeper.asked)
    assert first.get_list("f") == ["name", "ways.value"]
    assert json.loads(base64.urlsafe_b64decode(first["d[$at]"])) == [["changed", ">", "2024-03-01T12:00:00Z"]]
    assert (first["p"], second["p"], second["s"]) == ("0", "2", "2")


def test_a_short_page_is_the_last_and_without_a_since_nothing_is_filtered(tmp_path: Path) -> None:
    keeper = Keeper({"id": 1})
    assert [one.id for one in system(tmp_path, SHARED + THING, keeper).list("thing")] == ["1"]
    assert len(keeper.asked) == 1
    assert "d[$at]" not in keeper.asked[0].url.params


@pytest.mark.parametrize("text", ["a", "ab", "abc", '[["x",">","\U0001d504?>"]]'])
def test_base64url_keeps_its_padding_and_stays_clear_of_a_query(text: str) -> None:
    encoded = base64url_encode(text)
    assert len(encoded) % 4 == 0
    assert not set(encoded) & set("+/&?")
    assert base64.urlsafe_b64decode(encoded).decode() == text


# -- what is done stands in the body, and so does what failed

FAULT = "{{ body.error.message if body.error is defined else '' }}"
ID = "{{ entity.id }}sesam:markjson"
PAYLOAD = "{{ entity.payload | tojson }}sesam:markjson"
PAGE = ["{{ page_size * page }}sesam:markjson", "{{ page_size }}sesam:markjson"]


def procedure(method: str, *params: Any, **more: Any) -> dict[str, Any]:
    payload = {"method": method, "params": list(params)}
    return {
        "url": "rpc",
        "method": "POST",
        "payload_property": "result",
        "error_expression": FAULT,
        "payload": payload,
    } | more


PROCEDURES = {
    "thing-list": procedure(
        "list", *PAGE, page_size=2, next_page_link="rpc", next_page_termination_strategy="not-full-page"
    ),
    "thing-lookup": procedure("read", [ID]),
    "thing-insert": procedure("create", [PAYLOAD]),
    "thing-update": procedure("write", [ID], PAYLOAD),
    "thing-delete": procedure("delete", [ID]),
}


class Procedures:
    """A vendor that does what the body says, always returns 200, and tells a fault in the body."""

    def __init__(self) -> None:
        self.things: dict[int, dict[str, Any]] = {}
        self.asked: list[Any] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        self.asked.append(body["params"])
        try:
            result = getattr(self, f"do_{body['method']}")(*body["params"])
        except KeyError as error:
            return httpx.Response(200, json={"error": {"message": f"no thing {error}"}})
        return httpx.Response(200, json={"result": result})

    def do_list(self, at: int, size: int) -> Any:
        return list(self.things.values())[at : at + size]

    def do_read(self, ids: list[int]) -> Any:
        return [self.things[one] for one in ids if one in self.things]

    def do_create(self, things: list[dict[str, Any]]) -> Any:
        ids = [len(self.things) + number for number in range(1, len(things) + 1)]
        self.things |= {one: {"id": one, **thing} for one, thing in zip(ids, things, strict=True)}
        return ids

    def do_write(self, ids: list[int], values: dict[str, Any]) -> Any:
        for one in ids:
            self.things[one].update(values)

    def do_delete(self, ids: list[int]) -> Any:
        for one in ids:
            del self.things[one]


def spoken(place: Path, vendor: Any, **operations: Any) -> RestSystem:
    path = folder(place, SHARED + THING)
    template = {"url_pattern": "{{@ base_url @}}/%s", "operations": {**PROCEDURES, **operations}}
    (path / "templates/system.json").write_text(json.dumps(template))
    return RestSystem("Keeper", load_connector(path), "https://keeper.test", {}, httpx.MockTransport(vendor))


def test_one_url_for_all_with_ids_as_numbers_and_pages_in_the_body(tmp_path: Path) -> None:
    vendor = Procedures()
    rpc = spoken(tmp_path, vendor)
    made = [rpc.insert("thing", {"name": name}).id for name in ("a", "b", "c")]
    assert made == ["1", "2", "3"]
    one = rpc.lookup("thing", "2")
    assert one is not None
    rpc.update(one, {"name": "new"})
    assert [record.data["name"] for record in rpc.list("thing")] == ["a", "new", "c"]
    rpc.delete("thing", "2")
    assert rpc.lookup("thing", "2") is None
    assert vendor.asked[3:] == [[[2]], [[2], {"name": "new"}], [0, 2], [2, 2], [[2]], [[2]]]


def test_a_success_whose_body_says_that_it_was_none_is_refused(tmp_path: Path) -> None:
    rpc = spoken(tmp_path, Procedures())
    gone = record()
    with pytest.raises(RequestRejected, match="Keeper: thing-update: the system reports 'no thing 1'"):
        rpc.update(gone, {"name": "x"})
    with pytest.raises(RequestRejected, match="thing-delete"):
        rpc.delete("thing", "1")


def test_what_a_create_or_a_list_is_reported_in_the_body_is_no_record(tmp_path: Path) -> None:
    def full(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"error": {"message": "full"}})

    rpc = spoken(tmp_path, full)
    with pytest.raises(RequestRejected, match="the system reports 'full'"):
        rpc.insert("thing", {"name": "x"})
    with pytest.raises(RequestRejected, match="the system reports 'full'"):
        rpc.lookup("thing", "1")
    with pytest.raises(InvalidResponse, match="the system reports 'full'"):
        list(rpc.list("thing"))


@pytest.mark.parametrize("answer", [{"result": []}, {"result": True}, {"result": None}, {}])
def test_a_response_without_an_id_is_no_new_record(tmp_path: Path, answer: Any) -> None:
    rpc = spoken(tmp_path, lambda _: httpx.Response(200, json=answer))
    with pytest.raises(InvalidResponse, match="the new record's 'id' is not in the response"):
        rpc.insert("thing", {"name": "x"})


def test_a_system_may_say_gone_with_a_status_of_its_own(tmp_path: Path) -> None:
    reported = {"url": "things/{{ entity.id }}", "ignored_status_codes": "400,403-404"}
    operations = {"thing-lookup": {**reported, "method": "GET"}, "thing-delete": {**reported, "method": "DELETE"}}
    responses = iter([400, 403, 402])
    own = spoken(tmp_path, lambda _: httpx.Response(next(responses), json={"message": "no such thing"}), **operations)
    assert own.lookup("thing", "1") is None
    own.delete("thing", "1")
    with pytest.raises(RequestRejected, match="402"):
        own.lookup("thing", "1")


# -- elements by their keys, within elements too


def test_a_change_within_an_element_names_the_inner_element_by_its_key(tmp_path: Path) -> None:
    keeper = Keeper()
    cards = SHARED + 'element_key = "id"\n' + THING + '"kinds[0].prices[currency=EUR].amount" = { type = "number" }\n'
    prices = [{"id": 8, "currency": "NOK", "amount": 1}, {"id": 9, "currency": "EUR", "amount": 2, "owner": 5}]
    before = record(kinds=[{"id": 4, "name": "k", "tags": ["a"], "prices": prices}])
    system(tmp_path, cards, keeper).update(before, {"kinds[0].prices[currency=EUR].amount": 3})
    assert keeper.body == {"kinds": [{"id": 4, "prices": [{"id": 8}, {"id": 9, "amount": 3}]}]}


# -- credentials that a template puts together

BASIC = "Basic {{ (secret('key') ~ ':') | base64_encode }}"


def test_a_header_that_a_template_makes_of_a_secret_is_known_as_one(tmp_path: Path) -> None:
    path = folder(tmp_path, SHARED + THING)
    template = json.loads((path / "templates/system.json").read_text())
    (path / "templates/system.json").write_text(json.dumps({**template, "headers": {"Authorization": BASIC}}))
    connector = load_connector(path)
    keeper = Keeper({"id": 1})
    secrets = {"key": "canary-7Q"}
    keeping = RestSystem("Keeper", connector, "https://keeper.test", secrets, httpx.MockTransport(keeper))
    keeping.lookup("thing", "1")
    assert set(connector.secrets) == {"key"}
    assert authentication_of(connector.service) == "header Authorization"
    assert base64.b64decode(keeper.asked[0].headers["Authorization"].removeprefix("Basic ")) == b"canary-7Q:"


# -- what is wrong with a file


def test_what_holds_for_all_gives_way_to_what_a_datatype_says(tmp_path: Path) -> None:
    cards = SHARED + THING.replace("names =", 'key = "code"\nnames =')
    card = load_connector(folder(tmp_path, cards)).cards["thing"]
    assert (card.key, card.modified) == ("code", "changed")


@pytest.mark.parametrize(
    ("cards", "told"),
    [
        ('["*"]\nkeey = "id"\n' + THING, r"unknown key 'keey'; did you mean 'key'"),
        ('["*"]\nnames = ["x"]\n' + THING, r"unknown key 'names'"),
        ('"*" = 1\n' + THING, r"expected a table"),
        (SHARED + "list_commands = { create = [1] }\n" + THING, r"'element_key' is missing"),
        (SHARED + 'element_key = "id"\nlist_commands = { creat = [1] }\n' + THING, r"did you mean 'create'"),
        (SHARED + 'tagged_values = { member = "_is" }\n' + THING, r"tagged_values: 'kinds' is missing"),
    ],
)
def test_a_slip_is_reported_with_its_place(tmp_path: Path, cards: str, told: str) -> None:
    with pytest.raises(ConnectorError, match=told):
        load_connector(folder(tmp_path, cards))
