"""`qa-sync connectors new`: drafts a connector whole or not at all, and says what it guessed."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from qa_sync.cli.commands.connectors import connectors
from qa_sync.errors import UsageError

DOCUMENTS = Path(__file__).parents[1] / "openapi" / "documents"
ONE = str(DOCUMENTS / "01-envelope-wrapper-page.yaml")
SPEC = """======================
Acme to Beta Dataflow
======================

Acme Client to Beta Person
--------------------------
Every Acme Client will be synchronized with a Beta Person.

The following properties are synchronized between a Acme Client and a Beta Person:

.. list-table::
   :header-rows: 1

   * - Acme Client Property
     - Beta Person Property
     - Beta Data Type
   * - mail
     - mail
     - "string"
"""
RECORD = {"type": "object", "properties": {"id": {"type": "string"}, "mail": {"type": "string"}, "x": {}}}
TWO = {
    "openapi": "3.0.0",
    "paths": {
        path: {"get": {"responses": {"200": {"content": {"application/json": {"schema": schema}}}}}}
        for name in ("clients", "orders")
        for path, schema in ((f"/{name}", {"type": "array", "items": RECORD}), (f"/{name}/{{id}}", RECORD))
    },
}


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(connectors, list(arguments), input=stdin, standalone_mode=False, catch_exceptions=False)


def test_a_draft_is_written_and_passes_its_own_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = run("new", "erp", "--openapi", ONE)
    assert made.return_value == 0
    assert "2 guesses to check" in made.output
    assert 'secrets = { token = "$ERP_TOKEN" }' in made.output
    checked = run("check", "erp")
    assert checked.return_value == 0
    assert "guesses to check: 1 in entities.toml, 1 in templates/system.json (--guesses lists them)" in checked.output
    listed = run("check", "erp", "--guesses").output
    assert "name: concept by its name" in listed
    assert "the document gives no largest per_page" in listed


def test_an_existing_folder_is_kept(tmp_path: Path) -> None:
    (tmp_path / "erp").mkdir()
    (tmp_path / "erp" / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="exists already"):
        run("new", str(tmp_path / "erp"), "--openapi", ONE)
    assert [p.name for p in tmp_path.rglob("*")] == ["erp", "mine.txt"]


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    made = run("new", str(tmp_path / "erp"), "--openapi", ONE, "--dry-run")
    assert made.return_value == 0
    assert "[clients.properties]" in made.output
    assert list(tmp_path.iterdir()) == []


def test_without_a_terminal_entities_are_named_or_it_is_refused(tmp_path: Path) -> None:
    text = json.dumps(TWO)
    with pytest.raises(UsageError, match="no entity was chosen") as refused:
        run("new", str(tmp_path / "a"), "--openapi", "-", stdin=text)
    assert "--entity" in str(refused.value)
    assert list(tmp_path.iterdir()) == []
    made = run("new", str(tmp_path / "a"), "--openapi", "-", "--entity", "Order", stdin=text)
    assert "Wrote" in made.output
    assert set(json.loads((tmp_path / "a" / "manifest.json").read_text())["datatypes"]) == {"orders"}
    run("new", str(tmp_path / "b"), "--openapi", "-", "--yes", stdin=text)
    assert set(json.loads((tmp_path / "b" / "manifest.json").read_text())["datatypes"]) == {"clients", "orders"}
    with pytest.raises(UsageError, match="unknown entity 'ordr'"):
        run("new", str(tmp_path / "c"), "--openapi", "-", "--entity", "ordr", stdin=text)


def test_a_spec_chooses_entities_names_and_properties(tmp_path: Path) -> None:
    spec = tmp_path / "acme.rst"
    spec.write_text(SPEC)
    run("new", str(tmp_path / "a"), "--openapi", "-", "--for", str(spec), stdin=json.dumps(TWO))
    text = (tmp_path / "a" / "entities.toml").read_text()
    card = tomllib.loads(text)
    assert set(card) == {"clients"}
    assert card["clients"]["names"] == ["Client", "Clients"]
    assert "mail" in card["clients"]["properties"]
    assert "\n# x = " in text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON or YAML"),
        ("a: 1", "it has no member 'openapi' or 'swagger'"),
        ("[1]", "it has no member 'openapi' or 'swagger'"),
        ('{"openapi": "3.0.0", "paths": {}}', "no resource was found"),
        ('{"openapi": "3.0.0", "paths": 5}', "no resource was found"),
        ('{"openapi": "3.0.0", "paths": {"/a": {"get": 1}, "/a/{id}": {"get": []}}}', "no resource was found"),
    ],
)
def test_what_is_no_document_is_refused(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=message):
        run("new", str(tmp_path / "a"), "--openapi", "-", stdin=text)
