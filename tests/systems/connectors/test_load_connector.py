from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from qa_sync.errors import ConnectorError
from qa_sync.systems.cards import Revision, Writable
from qa_sync.systems.connectors.load import load_connector

MANIFEST: dict[str, Any] = {
    "system-template": "templates/system.json",
    "additional_parameters": {"base_url": {}},
    "datatypes": {"thing": {}, "other": {}},
}
SYSTEM: dict[str, Any] = {
    "url_pattern": "{{@ base_url @}}/{{@nobody@}}v1/%s",
    "headers": {"X-Key": "$SECRET(key)"},
    "operations": {
        f"thing-{verb}": {"url": "things", "method": "GET"} for verb in ("list", "lookup", "insert", "update", "delete")
    },
}
CARDS = """
[thing]
names = ["Thing"]
key = "id"
[thing.properties]
name = { concept = "name", max_length = 5 }
"""


def folder(tmp_path: Path, *, manifest: Any = MANIFEST, system: Any = SYSTEM, cards: str | None = CARDS) -> Path:
    place = tmp_path / "mine"
    (place / "templates").mkdir(parents=True, exist_ok=True)
    (place / "manifest.json").write_text("\ufeff" + json.dumps(manifest), encoding="utf-8")
    (place / "templates" / "system.json").write_text(json.dumps(system), encoding="utf-8")
    if cards is not None:
        (place / "entities.toml").write_text(cards, encoding="utf-8")
    return place


def refused(place: Path) -> str:
    with pytest.raises(ConnectorError) as caught:
        load_connector(place)
    return str(caught.value)


def test_a_connector_is_its_folder(tmp_path: Path) -> None:
    connector = load_connector(folder(tmp_path))
    assert connector.name == "mine"
    assert connector.secrets == {"key"}
    assert connector.operations["thing-list"].method == "GET"
    assert connector.cards["thing"].properties["name"].max_length == 5


def test_declared_parameters_become_env_and_undeclared_ones_vanish(tmp_path: Path) -> None:
    assert load_connector(folder(tmp_path)).service.url_pattern == "$ENV(base_url)/v1/%s"


def test_a_connector_without_cards_gets_minimal_ones(tmp_path: Path) -> None:
    cards = load_connector(folder(tmp_path, cards=None)).cards
    assert list(cards) == ["thing", "other"]
    assert (cards["thing"].names, cards["thing"].key, cards["thing"].properties) == (("thing",), "id", {})
    assert cards["other"].cannot["list"] == "no pipe and no operation defines list"


def test_the_fingerprint_changes_with_any_file(tmp_path: Path) -> None:
    place = folder(tmp_path)
    before = load_connector(place).fingerprint
    assert load_connector(place).fingerprint == before
    (place / "entities.toml").write_text(CARDS + "# a word\n", encoding="utf-8")
    assert load_connector(place).fingerprint != before


def test_a_missing_manifest_says_what_a_connector_is(tmp_path: Path) -> None:
    text = refused(tmp_path)
    assert "manifest.json: No such file" in text
    assert "hint: a connector folder contains manifest.json" in text


def test_json_that_is_none_is_reported_with_its_file(tmp_path: Path) -> None:
    place = folder(tmp_path)
    (place / "manifest.json").write_text("{", encoding="utf-8")
    assert "manifest.json: not JSON: " in refused(place)


def test_two_systems_of_one_name_are_refused(tmp_path: Path) -> None:
    assert "two systems have the same '_id'" in refused(folder(tmp_path, system=[SYSTEM, SYSTEM]))


def test_a_missing_operation_must_have_a_reason(tmp_path: Path) -> None:
    operations = {name: o for name, o in SYSTEM["operations"].items() if name != "thing-delete"}
    assert "no operation 'thing-delete'" in refused(folder(tmp_path, system={**SYSTEM, "operations": operations}))


def test_an_authentication_that_is_not_known_is_refused(tmp_path: Path) -> None:
    assert "authentication: 'kerberos' is not supported" in refused(
        folder(tmp_path, system={**SYSTEM, "authentication": "kerberos"})
    )


def test_every_problem_of_the_cards_is_reported_at_once(tmp_path: Path) -> None:
    text = refused(
        folder(
            tmp_path,
            cards="""
[thing]
names = ["Thing"]
send = "all"
modifed = "x"
revision = { read = "v" }
[thing.properties]
a = { concpt = "name" }
b = { convert = "decimals", concept = "x" }
c = { concept = "x", writable = "never" }
d = { max_length = "5", references = "thin" }
e = { convert = "text", places = 2 }
[thingy]
names = ["T"]
key = "id"
properties = {}
""",
        )
    )
    for part in (
        "entities.toml has 12 problem(s)",
        "thing.send: 'all' is not one of changed, whole",
        "thing: unknown key 'modifed'; did you mean 'modified'?",
        "thing: 'key' is missing",
        "thing.revision: expected 'read' and exactly one of 'write' and 'header'",
        "thing.properties.\"a\": unknown key 'concpt'; did you mean 'concept'?",
        "'decimals' is not one of",
        "did you mean 'decimal'?",
        "\"c\": the concept 'x' is already used by 'b'",
        "\"c\": 'why' is missing",
        "\"d\".max_length: expected int, got '5'",
        "\"d\": references 'thin', which has no table here; did you mean 'thing'?",
        "\"e\": unknown key 'places'",
        "[thingy]: manifest.json has no such datatype; did you mean 'thing'?",
    ):
        assert part in text


def test_toml_that_is_none_is_reported_with_its_line(tmp_path: Path) -> None:
    assert "entities.toml: not TOML: " in refused(folder(tmp_path, cards="[thing"))


def test_a_card_holds_what_the_file_says(tmp_path: Path) -> None:
    cards = """
[thing]
names = ["Thing", "Things"]
key = "id"
modified = "at"
modified_form = { style = "ms_z" }
revision = { read = "v", header = "If-Match" }
defaults = { writable = "create", why = "Because." }
always = { kind = "x" }
gone = { state = "trash" }
volatile = ["seen", "items.views"]
[thing.properties]
a = { concept = "name" }
b = { writable = "always", also = ["c", "d"], convert = "decimal", places = 2, type = "number" }
e = { convert = "country", style = "name", empty = "" }
"""
    card = load_connector(folder(tmp_path, cards=cards)).cards["thing"]
    assert card.names == ("Thing", "Things")
    assert card.modified_form.options == {"style": "ms_z"}
    assert card.revision == Revision(read="v", header="If-Match")
    assert (card.always, card.gone) == ({"kind": "x"}, {"state": "trash"})
    assert card.volatile == ("seen", "items.views")
    assert (card.properties["a"].writable, card.properties["a"].why) == (Writable.CREATE, "Because.")
    assert (card.properties["b"].writable, card.properties["b"].why) == (Writable.ALWAYS, None)
    assert card.properties["b"].also == ("c", "d")
    assert (card.properties["b"].form.type, card.properties["b"].form.options) == ("number", {"places": 2})
    assert card.properties["e"].form.options == {"style": "name", "empty": ""}


@pytest.mark.parametrize(
    ("volatile", "words"),
    [
        ("[7]", "expected paths of members, got 7"),
        ('[""]', "got ''"),
        ('["a[b"]', "invalid property path"),
        ('"a"', "list"),
    ],
)
def test_a_volatile_member_is_a_path(tmp_path: Path, volatile: str, words: str) -> None:
    cards = f'[thing]\nnames = ["Thing"]\nkey = "id"\nvolatile = {volatile}\n[thing.properties]\na = {{}}\n'
    with pytest.raises(ConnectorError, match=re.escape(words)):
        load_connector(folder(tmp_path, cards=cards))
