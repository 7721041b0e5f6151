"""Bodies of connectors made by others: rules of the share pipe, cards beside pipes, payload templates."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from people_api import KEY, People, write_connector

from qa_sync.systems.connectors.load import load_connector
from qa_sync.systems.rest.rest_system import RestSystem

BASE = "http://127.0.0.1:1"
WRAPPED = {"type": "dtl", "rules": {"default": [["copy", "*"], ["add", "$payload", ["dict", "person", "_S."]]]}}


def speak(folder: Path, payloads: Mapping[str, Any] | None = None) -> tuple[RestSystem, People]:
    people = People()
    connector = load_connector(folder, payloads=payloads or {})
    return RestSystem("Alpha", connector, BASE, {"api_key": KEY}, httpx.MockTransport(people)), people


def written(system: RestSystem, people: People) -> list[str]:
    """Create a person, change it, and return the bodies."""
    key = system.insert("person", {"name": "A", "note": "n"}).id
    record = system.lookup("person", key)
    assert record is not None
    system.update(record, {"name": "B"})
    changed = system.lookup("person", key)
    assert changed is not None
    assert (changed.data["name"], changed.data["note"]) == ("B", "n")
    return [line.split(" ", 2)[2] for line in people.requests if line.startswith(("POST", "PATCH"))]


def test_the_rule_after_the_patch_is_followed(tmp_path: Path) -> None:
    after = {"rewrite_update_payload_after_patch": [["add", "$payload", ["list", "_S._payload"]]]}
    properties = {"client_side_patching": True, "rewrite_rules_payload": after}
    write_connector(tmp_path / "alpha", "listbody", share_properties=properties)
    bodies = written(*speak(tmp_path / "alpha"))
    assert bodies == ['{"name":"A","note":"n"}', '[{"name":"B","note":"n","id":1}]']


def test_the_key_of_a_new_record_is_removed_where_it_is_null(tmp_path: Path) -> None:
    steps = [["copy", "*"], ["if", ["is-null", "_S.id"], ["remove", "id"]]]
    write_connector(tmp_path / "alpha", share=[{"type": "dtl", "rules": {"default": steps}}])
    assert written(*speak(tmp_path / "alpha")) == ['{"name":"A","note":"n"}', '{"id":1,"name":"B"}']


@pytest.mark.parametrize(
    ("template", "update"),
    [
        ({"name": "{{ name }}", "note": "{{ note }}"}, '{"name":"B"}'),
        ("{{ entity.payload | tojson }}sesam:markjson", '{"id":1,"name":"B"}'),
    ],
)
def test_a_payload_template_fits_an_insert_and_an_update(tmp_path: Path, template: Any, update: str) -> None:
    write_connector(tmp_path / "alpha", share=[{"type": "dtl", "rules": {"default": [["hops", {}]]}}])
    payloads = {"person-insert": template, "person-update": template}
    assert written(*speak(tmp_path / "alpha", payloads)) == ['{"name":"A","note":"n"}', update]


@pytest.mark.parametrize("card", ["", "unique = true"])
def test_a_card_does_not_switch_off_the_form_of_the_pipe(tmp_path: Path, card: str) -> None:
    write_connector(tmp_path / "alpha", "wrap", share=[WRAPPED])
    if card:
        toml = f'[person]\nnames = ["Person"]\nkey = "id"\n[person.properties]\nname = {{ {card} }}\nnote = {{}}\n'
        (tmp_path / "alpha" / "entities.toml").write_text(toml)
    bodies = written(*speak(tmp_path / "alpha"))
    assert bodies == ['{"person":{"name":"A","note":"n"}}', '{"person":{"id":1,"name":"B"}}']


def test_a_card_that_says_the_form_itself_decides(tmp_path: Path) -> None:
    write_connector(tmp_path / "alpha", "wrap")
    toml = '[person]\nnames = ["Person"]\nkey = "id"\nwrap = "person"\n[person.properties]\nname = {}\nnote = {}\n'
    (tmp_path / "alpha" / "entities.toml").write_text(toml)
    assert written(*speak(tmp_path / "alpha")) == ['{"person":{"name":"A","note":"n"}}', '{"person":{"name":"B"}}']


@pytest.mark.parametrize("url", ["people/{{ entity['$source']['id'] }}", "people/{{ entity.id }}"])
def test_an_insert_that_needs_its_own_id_is_none(tmp_path: Path, url: str) -> None:
    def change(system: dict[str, Any]) -> None:
        system["operations"]["person-insert"]["url"] = url

    write_connector(tmp_path / "alpha", change=change)
    cannot = load_connector(tmp_path / "alpha").cards["person"].cannot
    assert cannot["insert"] == "its request needs the new record's own 'id', which the system assigns only then"
