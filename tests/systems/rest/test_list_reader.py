"""Lists whose rows are keys, conditional lists that are answered with 304, and default values of new records."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from people_api import KEY, People, write_connector

from qa_sync.clock import VirtualClock
from qa_sync.errors import InvalidResponse, RequestRejected
from qa_sync.systems.connectors.capabilities import capabilities_of
from qa_sync.systems.connectors.load import load_connector
from qa_sync.systems.rest.create_evidence import CreateEvidence
from qa_sync.systems.rest.rest_system import RestSystem

BASE = "http://127.0.0.1:1"
START = datetime(2025, 3, 9, 12, 0, tzinfo=UTC)


def speak(folder: Path, answers: Any = None, clock: VirtualClock | None = None) -> tuple[RestSystem, People]:
    people = People()
    system = RestSystem(
        "Alpha",
        load_connector(folder),
        BASE,
        {"api_key": KEY},
        httpx.MockTransport(answers(people) if answers else people),
        clock=clock,
        create_evidence=CreateEvidence(clock) if clock else None,
    )
    return system, people


# -- rows that are keys


def keys(folder: Path, lookup: str = "person-lookup") -> None:
    def list_of_keys(system: dict[str, Any]) -> None:
        system["operations"]["person-list"] |= {"id_expression": "{{ PrimaryKey }}"}

    write_connector(folder, "keys", collect_properties={"operation_lookup": lookup}, change=list_of_keys)


def test_each_row_of_a_list_of_keys_is_looked_up(tmp_path: Path) -> None:
    keys(tmp_path / "alpha")
    system, people = speak(tmp_path / "alpha")
    for name in ("A", "B"):
        system.insert("person", {"name": name})
    assert [(record.id, record.data["name"]) for record in system.list("person")] == [("1", "A"), ("2", "B")]
    assert [[record.data["name"] for record in page] for page, _ in system.list_pages("person")] == [["A", "B"]]
    assert capabilities_of(load_connector(tmp_path / "alpha"))[0].looks_up_rows
    assert sum(line.startswith("GET /keys/alpha/people/") for line in people.requests) == 4


def test_a_record_that_is_gone_at_its_lookup_is_not_listed(tmp_path: Path) -> None:
    keys(tmp_path / "alpha")

    def gone(people: People) -> Any:
        return lambda request: httpx.Response(404) if request.url.path.endswith("/people/1") else people(request)

    system, _ = speak(tmp_path / "alpha", gone)
    for name in ("A", "B"):
        system.insert("person", {"name": name})
    assert [record.id for record in system.list("person")] == ["2"]


def test_a_list_of_keys_without_a_lookup_is_not_supported(tmp_path: Path) -> None:
    def no_lookup(system: dict[str, Any]) -> None:
        system["operations"]["person-lookup"]["url"] = "teams/{{ entity.team }}/people/{{ entity.id }}"

    write_connector(tmp_path / "alpha", collect_properties={"operation_lookup": "person-lookup"}, change=no_lookup)
    card = load_connector(tmp_path / "alpha").cards["person"]
    assert card.cannot["list"] == (
        "its pipe looks up the record of each row, and there is no lookup: its request needs 'team' besides the key"
    )
    assert "list" in card.unsupported


# -- 304


def conditional(folder: Path) -> None:
    def since(system: dict[str, Any]) -> None:
        system["operations"]["person-list"] |= {
            "since_property_location": "header",
            "since_property_name": "If-Modified-Since",
        }

    write_connector(folder, "unchanged", source={"supports_since": True}, change=since)


def test_304_to_a_condition_is_a_list_without_records(tmp_path: Path) -> None:
    conditional(tmp_path / "alpha")
    system, people = speak(tmp_path / "alpha", clock=VirtualClock(START))
    assert list(system.list("person", START)) == []
    assert list(system.list_pages("person", START)) == []
    assert len(people.requests) == 2


@pytest.mark.parametrize("edit", [False, True])
def test_304_is_not_believed_about_what_the_run_has_written(tmp_path: Path, *, edit: bool) -> None:
    conditional(tmp_path / "alpha")
    clock = VirtualClock(START)
    system, _ = speak(tmp_path / "alpha", clock=clock)
    made = system.insert("person", {"name": "A"})
    since = START
    if edit:
        clock.sleep(10)
        since = START + timedelta(seconds=5)
        assert list(system.list("person", since)) == []
        record = system.lookup("person", made.id)
        assert record is not None
        system.update(record, {"name": "B"})
    assert [record.data["name"] for record in system.list("person", since)] == ["B" if edit else "A"]


def test_304_without_a_condition_is_an_error(tmp_path: Path) -> None:
    write_connector(tmp_path / "alpha")
    system, _ = speak(tmp_path / "alpha", lambda _: lambda _: httpx.Response(304))
    with pytest.raises((InvalidResponse, RequestRejected), match="304"):
        list(system.list("person"))


# -- default values


def defaults(folder: Path, share: list[Any], operation: str = "person-defaults") -> None:
    def add(system: dict[str, Any]) -> None:
        if operation == "person-defaults":
            system["operations"][operation] = {"method": "GET", "url": "people/{{ properties.of }}"}

    given = {"operation": operation, "operation_properties": {"of": "default"}}
    template = {"type": "template", "template": "transform-defaults-rest", "properties": given}
    write_connector(folder, share=[template if each == "defaults" else each for each in share], change=add)


def answers(default: Any) -> Any:
    def with_defaults(people: People) -> Any:
        return lambda request: (
            httpx.Response(200, json=default) if request.url.path.endswith("/default") else people(request)
        )

    return with_defaults


def rule(*steps: Any) -> dict[str, Any]:
    return {"type": "dtl", "rules": {"default": list(steps)}}


@pytest.mark.parametrize(
    ("share", "body"),
    [
        (["defaults"], {"lang": "nb", "name": "A"}),
        ([rule(["copy", "*"], ["remove", "name"]), "defaults"], {"lang": "nb", "name": "-"}),
        (["defaults", rule(["copy", "*"], ["add", "$payload", ["dict", "person", "_S."]])],
         {"person": {"lang": "nb", "name": "A"}}),
    ],
)  # fmt: skip
def test_a_new_record_gets_the_default_values_that_it_does_not_have(tmp_path: Path, share: Any, body: Any) -> None:
    defaults(tmp_path / "alpha", share)
    system, people = speak(tmp_path / "alpha", answers({"lang": "nb", "name": "-"}))
    made = system.insert("person", {"name": "A"})
    record = system.lookup("person", made.id)
    assert record is not None
    system.update(record, {"note": "n"})
    post, patch = (line.split(" ", 2) for line in people.requests if line.startswith(("POST", "PATCH")))
    assert json.loads(post[2]) == body
    assert "lang" not in patch[2]  # a record that exists gets none


def test_default_values_that_are_no_object_are_an_error(tmp_path: Path) -> None:
    defaults(tmp_path / "alpha", ["defaults"])
    system, people = speak(tmp_path / "alpha", answers(["nb"]))
    with pytest.raises(InvalidResponse, match="expected one object"):
        system.insert("person", {"name": "A"})
    assert not people.requests


def test_without_the_operation_of_the_default_values_nothing_is_created(tmp_path: Path) -> None:
    defaults(tmp_path / "alpha", ["defaults"], "absent")
    card = load_connector(tmp_path / "alpha").cards["person"]
    assert card.cannot["insert"] == "its default values cannot be read: the system has no operation 'absent'"
