"""A drafted folder follows a changed document, key by key; what a person edited stays."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from drafting import DOCUMENTS
from example_counts import many
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qa_sync.cli.commands.connectors import connectors
from qa_sync.errors import UsageError
from qa_sync.openapi.editing.merge import NOTHING, merged
from qa_sync.openapi.editing.toml_lines import Entry, edit, find_entries

TEXT = {"type": "string"}
LONGER = {**TEXT, "maxLength": 60}


def document(**changes: Any) -> dict[str, Any]:
    person: dict[str, Any] = {
        "type": "object",
        "required": ["name"],
        "properties": {
            "id": TEXT,
            "name": {**TEXT, "maxLength": 40},
            "email": {**TEXT, "format": "email"},
            "phone": {**TEXT, "nullable": True},
            "shoe": TEXT,
        },
    }
    person["properties"].update(changes.pop("properties", {}))
    for name in changes.pop("without", ()):
        del person["properties"][name]
    content = {"content": {"application/json": {"schema": person}}}
    rows = {"content": {"application/json": {"schema": {"type": "array", "items": person}}}}
    page = {"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1}}
    item = {"name": "id", "in": "path", "required": True, "schema": TEXT}
    paths: dict[str, Any] = {
        "/people": {
            "get": {"parameters": [page, *changes.pop("parameters", [])], "responses": {"200": rows}},
            "post": {"requestBody": content, "responses": {"201": content}},
        },
        "/people/{id}": {
            "parameters": [item],
            "get": {"responses": {"200": content}},
            "patch": {"requestBody": content, "responses": {"200": content}},
            "delete": {"responses": {"204": {}}},
        },
    }
    for method in changes.pop("without_methods", ()):
        del paths["/people/{id}"][method]
    paths |= changes.pop("paths", {})
    return {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": paths}


Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)

    def call(made: dict[str, Any], *options: str) -> tuple[int, str]:
        Path("api.json").write_text(json.dumps(made))
        arguments = ["new", "acme", "--openapi", "api.json", *options]
        result = CliRunner().invoke(connectors, arguments, standalone_mode=False, catch_exceptions=False)
        return int(result.return_value), result.output

    assert call(document(), "--yes")[0] == 0
    return call


def cards() -> Any:
    return tomllib.loads(Path("acme/entities.toml").read_text())["people"]


def replace(file: str, one: str, other: str) -> None:
    path = Path("acme") / file
    assert one in path.read_text()
    path.write_text(path.read_text().replace(one, other))


def test_untouched_keys_follow_the_document_and_edits_stay(run: Run) -> None:
    replace("entities.toml", 'name = { concept = "name"', '# ours\nname = { concept = "company", blanks = true')
    replace("entities.toml", "# shoe = {", "shoe = {")
    replace("templates/system.json", '"url": "people"', '"url": "people?active=1"')
    changed = document(
        properties={
            "name": {**TEXT, "maxLength": 60},
            "mobile": {**TEXT, "nullable": True},
            "shoe": {**TEXT, "maxLength": 9},
        },
        without=("phone",),
        without_methods=("delete",),
    )
    code, output = run(changed, "--update")
    assert code == 0, output
    found = cards()
    assert found["properties"]["name"] == {"concept": "company", "blanks": True, "required": True, "max_length": 60}
    assert found["properties"]["mobile"]["concept"] == "mobile"
    assert found["properties"]["shoe"]["max_length"] == 9
    assert "phone" not in found["properties"]
    text = Path("acme/entities.toml").read_text()
    assert re.search(r"^# ours$", text, re.MULTILINE)
    assert re.search(r"^# phone = \{.*\}  # no longer in the document$", text, re.MULTILINE)
    assert found["cannot"] == {"delete": "the document has no such operation"}
    operations = json.loads(Path("acme/templates/system.json").read_text())["operations"]
    assert "people-delete" not in operations
    assert operations["people-list"]["url"] == "people?active=1"
    # The next update knows the new draft: nothing is left to do.
    assert run(changed, "--update")[1] == "acme: nothing of it changes\n"


def test_a_conflict_is_told_and_left(run: Run) -> None:
    replace("entities.toml", "max_length = 40", "max_length = 30")
    replace("templates/system.json", '"page": "{{ page + 1 }}"', '"page": "{{ page + 2 }}"')
    zero = {"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 0}}
    code, output = run(document(properties={"name": LONGER}, parameters=[zero]), "--update")
    assert code == 1
    assert "people.properties.name.max_length: 30 stays, the document now gives 60" in output
    assert 'people-list.params.page: "{{ page + 2 }}" stays, the document now gives "{{ page }}"' in output
    assert cards()["properties"]["name"]["max_length"] == 30


def test_what_was_deleted_stays_deleted(run: Run) -> None:
    text = Path("acme/entities.toml").read_text()
    Path("acme/entities.toml").write_text("".join(ln for ln in text.splitlines(True) if not ln.startswith("email")))
    assert run(document(properties={"more": TEXT}), "--update")[0] == 0
    assert "email" not in cards()["properties"]
    code, output = run(document(properties={"email": {**TEXT, "format": "email", "maxLength": 5}}), "--update")
    assert (code, "people.properties.email: it was deleted here, and the document has changed it" in output) == (
        1,
        True,
    )


def test_a_settled_guess_stays_settled(run: Run) -> None:
    replace("entities.toml", "  # guessed: concept by its name", "")
    assert run(document(properties={"name": LONGER}), "--update")[0] == 0
    assert "guessed: concept by its name" not in Path("acme/entities.toml").read_text()


def test_entities_that_come_and_go(run: Run) -> None:
    more = {path.replace("people", "orders"): item for path, item in document()["paths"].items()}
    assert run(document(paths=more), "--update", "--entity", "orders")[0] == 0
    known = tomllib.loads(Path("acme/entities.toml").read_text())
    assert set(known) == {"people", "orders"}
    assert set(json.loads(Path("acme/manifest.json").read_text())["datatypes"]) == {"people", "orders"}
    only = document()
    only["paths"] = more
    code, output = run(only, "--update")
    assert (code, "note: people: the document no longer has it; it stays as it is" in output) == (0, True)
    assert tomllib.loads(Path("acme/entities.toml").read_text()) == known
    assert "people-list" in json.loads(Path("acme/templates/system.json").read_text())["operations"]


def test_a_dry_run_shows_the_changes_and_writes_nothing(run: Run) -> None:
    before = {path: path.read_bytes() for path in Path("acme").rglob("*") if path.is_file()}
    code, output = run(document(properties={"name": LONGER}), "--update", "--dry-run")
    assert (code, "max_length = 60" in output) == (0, True)
    assert {path: path.read_bytes() for path in Path("acme").rglob("*") if path.is_file()} == before


def test_a_folder_that_is_no_draft_is_refused(run: Run) -> None:
    Path("acme/.openapi.json").write_text("[]")
    with pytest.raises(UsageError, match="not the state of a draft"):
        run(document(), "--update")
    Path("acme/.openapi.json").unlink()
    with pytest.raises(UsageError, match="it is not known what was edited"):
        run(document(), "--update")


BROKEN: dict[str, Any] = {
    "no files": {"files": {}},
    "a file that is no JSON": {"files": {"manifest.json": "{"}},
    "a manifest without datatypes": {"files": {"manifest.json": "{}"}},
    "a manifest that is a list": {"files": {"manifest.json": "[]"}},
    "cards that are no TOML": {"files": {"entities.toml": "= ="}},
    "files that are none": {"files": 3},
    "a file nested too deeply": {"files": {"manifest.json": "[" * 100_000}},
    "options of another form": {"options": {"entities": ["people"]}},
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_state_that_is_broken_is_refused(run: Run, name: str) -> None:
    path = Path("acme/.openapi.json")
    state = json.loads(path.read_text())
    for key, value in BROKEN[name].items():
        state[key] = {**state[key], **value} if value and isinstance(value, dict) else value
    path.write_text(json.dumps(state))
    with pytest.raises(UsageError, match="not the state of a draft"):
        run(document(), "--update")


def test_a_file_that_is_broken_is_refused_before_anything_is_written(run: Run) -> None:
    Path("acme/templates/system.json").write_text("{")
    before = Path("acme/entities.toml").read_text()
    with pytest.raises(UsageError, match=r"system\.json: cannot be merged"):
        run(document(properties={"name": LONGER}), "--update")
    assert Path("acme/entities.toml").read_text() == before


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from("ab"),
    lambda inner: st.dictionaries(st.sampled_from("xyz"), inner, max_size=3) | st.lists(inner, max_size=2),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.sampled_from("xyz"), JSON, max_size=3)


@settings(max_examples=many(100), deadline=None)
@given(old=OBJECTS, new=OBJECTS, now=OBJECTS)
@example(old={"x": [False]}, new={"x": [0]}, now={})
@example(old={"x": [False]}, new={"x": [0]}, now={"x": [False]})
def test_a_merge_loses_no_edit_and_no_change(old: Any, new: Any, now: Any) -> None:
    conflicts: list[str] = []
    assert repr(merged(old, new, old, "", conflicts)) == repr(new)
    assert repr(merged(old, old, now, "", conflicts)) == repr(now)
    assert repr(merged(old, now, now, "", conflicts)) == repr(now)
    assert conflicts == []
    result = merged(old, new, now, "", conflicts)
    assert isinstance(result, dict)
    for name in {*old, *new, *now}:
        one, two, three = (each.get(name, NOTHING) for each in (old, new, now))
        if repr(two) == repr(one):
            assert repr(result.get(name, NOTHING)) == repr(three)
        if repr(three) == repr(one):
            assert repr(result.get(name, NOTHING)) == repr(two)


@pytest.mark.parametrize("name", sorted(p.name for p in DOCUMENTS.iterdir() if p.is_file() and p.name[:2] != "17"))
def test_the_lines_of_every_draft_are_found(name: str, tmp_path: Path) -> None:
    arguments = ["new", str(tmp_path / "x"), "--openapi", str(DOCUMENTS / name), "--yes"]
    CliRunner().invoke(connectors, arguments, standalone_mode=False, catch_exceptions=False)
    text = (tmp_path / "x" / "entities.toml").read_text()
    found = find_entries(text)
    active: dict[str, Any] = {}
    for (table, key), entry in found.entries.items():
        if not entry.is_off:
            inner = active
            for part in table:
                inner = inner.setdefault(part, {})
            inner[key] = entry.value
    whole = tomllib.loads(text)
    assert active == {n: {k: v for k, v in e.items() if k != "properties" or v} for n, e in whole.items()}
    assert edit(text, {}) == text


def test_a_line_is_read_to_the_end_of_its_value() -> None:
    text = '[a.properties]\n"x#y" = { why = "no # here" }  # guessed: a # b\nlong = [\n  1,\n]\n# off = { }\n'
    found = find_entries(text)
    table = ("a", "properties")
    assert found.entries == {
        (table, "x#y"): Entry({"why": "no # here"}, comment="guessed: a # b"),
        (table, "off"): Entry({}, is_off=True),
    }
    assert edit(text, {(table, "new"): Entry(1), (table, "off"): None}) == text.replace("# off = { }\n", "new = 1\n")
