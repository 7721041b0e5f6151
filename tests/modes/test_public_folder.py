"""A public connector folder as it is, completed by settings: its place, parameters, bodies, and pairs of properties."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from cli_caller import Answer, QaSync
from loopback import Loopback, loopback

SYSTEM = "{{@ system @}}"
KIND = "{{@ datatype @}}"
VERBS = {"lookup": "GET", "update": "PATCH", "delete": "DELETE"}
OWN_RULES = [["copy", "*"], ["add", "$payload", ["apply", "made-elsewhere", "_S."]]]

DOCUMENT = """\
==========================
Alpha to Beta Dataflow
==========================

Generated: 2026-01-01 00:00:00

Introduction
------------

Words.

Alpha Person to Beta Person
---------------------------
Every Alpha Person will be synchronized with a Beta Person.

The following properties are synchronized between an Alpha Person and a Beta Person:

.. list-table::
   :header-rows: 1

   * - Alpha Person Property
     - Beta Person Property
     - Beta Data Type

"""
PAIRS = """
[sync]
trigger = "builtin"
timeout = "20s"
interval = "0.1s"
[[pairs]]
section = "Alpha Person to Beta Person"
source = "name"
target = "title"
"""


def folder(place: Path, name: str, share: list[Any]) -> None:
    """Write a connector as public ones are: its own host, a parameter that its manifest does not declare, no cards."""
    one = "people/{{ entity.id }}"
    operations = {f"person-{verb}": {"method": method, "url": one} for verb, method in VERBS.items()}
    operations["person-list"] = {"method": "GET", "url": "people", "payload_property": "people"}
    operations["person-insert"] = {"method": "POST", "url": "people"}
    system = {
        "_id": SYSTEM,
        "type": "system:rest",
        "url_pattern": f"https://{name}.example.test/v1/{{{{@ account_id @}}}}/%s",
        "operations": operations,
    }
    uses = {f"operation_{verb}": f"{KIND}-{verb}" for verb in ("lookup", "insert", "update", "delete")}
    template = {"type": "template", "template": "transform-share-rest", "properties": {**uses, "primary_key": "id"}}
    pipes = [
        {
            "_id": f"{SYSTEM}-{KIND}-collect",
            "type": "pipe",
            "source": {"type": "rest", "system": SYSTEM, "operation": f"{KIND}-list"},
        },
        {
            "_id": f"{SYSTEM}-{KIND}-share",
            "type": "pipe",
            "transform": [{"type": "dtl", "rules": {"default": share}}, template],
        },
    ]
    (place / name / "templates").mkdir(parents=True)
    for file, content in {
        "manifest": {"datatypes": {"person": {"template": "templates/person.json"}}},
        "templates/system": system,
        "templates/person": pipes,
    }.items():
        (place / name / f"{file}.json").write_text(json.dumps(content))


@pytest.fixture
def vendor() -> Iterator[Loopback]:
    """The people of two accounts; a create needs a `person` object with a `kind`, in the account `2`."""
    people: dict[str, dict[str, dict[str, Any]]] = {"1": {}, "2": {}}
    numbers = count(1)

    def answer(request: httpx.Request) -> httpx.Response:
        _, version, account, _, *rest = request.url.path.split("/")
        own = people[account] if version == "v1" else {}
        body = json.loads(request.content) if request.content else {}
        if account == "2" and request.method == "POST":
            if set(body) != {"person", "kind"}:
                return httpx.Response(422, json={"message": f"no person in {sorted(body)}"})
            body = body["person"]
        if not rest:
            key = str(next(numbers))
            if request.method == "GET":
                return httpx.Response(200, json={"people": list(own.values())})
            own[key] = {**body, "id": key}
            return httpx.Response(201, json=own[key])
        if rest[0] not in own:
            return httpx.Response(404, json={"message": "no such person"})
        if request.method == "DELETE":
            return httpx.Response(200, json=own.pop(rest[0]))
        own[rest[0]] |= body
        return httpx.Response(200, json=own[rest[0]])

    with loopback(answer) as served:
        yield served


def settings(place: Path, url: str, beta: str = "") -> Path:
    """Write the settings; `beta` are further settings of Beta."""
    reported = "".join(
        f'[systems."{label}"]\nconnector = "{label.lower()}"\nurl = "{url}"\nwrites = true\n'
        f'parameters = {{ account_id = "{account}" }}\n{more}'
        for label, account, more in (("Alpha", "1", ""), ("Beta", "2", beta))
    )
    (place / "qa-sync.toml").write_text(reported + PAIRS)
    (place / "document.rst").write_text(DOCUMENT)
    folder(place, "alpha", [["copy", "*"]])
    folder(place, "beta", OWN_RULES)
    return place / "qa-sync.toml"


BODY = 'payloads = { "person-insert" = { person = { title = "{{ title }}" }, kind = "guest" } }\n'


def check(qa_sync: QaSync, config: Path, *words: str) -> Answer:
    document = str(config.with_name("document.rst"))
    return qa_sync("check", document, "--config", str(config), "--kind", "create", "--kind", "property", *words)


def test_it_is_checked_live_and_replayed(qa_sync: QaSync, vendor: Loopback, tmp_path: Path) -> None:
    config = settings(tmp_path, vendor.url, BODY)
    cassettes = ("--cassettes", str(tmp_path / "cassettes"))
    live = check(qa_sync, config, "--mode", "record", "--yes", *cassettes)
    assert (live.code, "2 passed" in live.out) == (0, True), live.out + live.err
    assert {line.split("/")[1] for line in vendor.lines} == {"v1"}
    made = [json.loads(r.content) for r in vendor.asked if r.method == "POST" and "/v1/2/" in r.url.path]
    assert made
    assert [(set(b), b["kind"], set(b["person"])) for b in made] == [({"person", "kind"}, "guest", {"title"})] * len(
        made
    )
    again = check(qa_sync, config, *cassettes)
    assert (again.code, "2 passed" in again.out) == (0, True), again.out + again.err


def test_without_a_body_the_check_is_skipped_with_that_reason(
    qa_sync: QaSync, vendor: Loopback, tmp_path: Path
) -> None:
    answer = qa_sync(
        "show",
        str(settings(tmp_path, vendor.url).with_name("document.rst")),
        "--config",
        str(tmp_path / "qa-sync.toml"),
    )
    assert answer.code == 0
    reported = " ".join(answer.out.split())
    assert "the pipe 'beta-person-share' builds the body of insert by a rule that qa-sync does not support" in reported
    assert "set a payload template" in reported
    assert vendor.lines == []


@pytest.mark.parametrize(
    ("beta", "told"),
    [
        (BODY.replace("person-insert", "person-insrt"), "did you mean 'person-insert'?"),
        (
            BODY.replace("person-insert", "human-insert"),
            "is not a write operation of beta; expected one of: person-insert",
        ),
        ('payloads = { "person-insert" = 1 }\n', "payloads: expected a table of JSON templates by operation"),
        ('payloads = { "person-insert" = { at = 2026-01-01 } }\n', "expected a table of JSON templates by operation"),
        ("parameters.more = 1.5\n", "expected a table of values"),
    ],
)
def test_an_unused_setting_is_reported(qa_sync: QaSync, vendor: Loopback, tmp_path: Path, beta: str, told: str) -> None:
    config = settings(tmp_path, vendor.url, beta)
    if "parameters" in beta:
        config.write_text(
            config.read_text().replace('parameters = { account_id = "2" }', 'parameters.account_id = "2"')
        )
    answer = check(qa_sync, config, "--mode", "live", "--yes")
    assert answer.code == 2
    assert told in answer.err
    assert vendor.lines == []


def test_a_missing_parameter_is_an_error(qa_sync: QaSync, vendor: Loopback, tmp_path: Path) -> None:
    config = settings(tmp_path, vendor.url, BODY)
    config.write_text(config.read_text().replace('parameters = { account_id = "2" }', ""))
    answer = check(qa_sync, config, "--mode", "live", "--yes")
    assert answer.code == 2
    assert "Beta needs the parameter 'account_id'" in answer.err
    assert 'parameters = { account_id = "..." }' in answer.err
    assert vendor.lines == []
