"""What reading a live system says about its draft; each server has one trait that no document shows."""

from __future__ import annotations

import json
import threading
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from click.testing import CliRunner

from qa_sync.cli.commands.connectors import connectors
from qa_sync.errors import UsageError

TEXT = {"type": "string"}
RECORD: dict[str, Any] = {
    "type": "object",
    "properties": {
        "code": TEXT,
        "email": {**TEXT, "format": "email"},
        "name": TEXT,
        "stock": {**TEXT, "nullable": True},
        "price": {**TEXT, "format": "decimal", "nullable": True},
        "country": {**TEXT, "nullable": True},
        "level": {**TEXT, "enum": ["low"], "nullable": True},
        "since": {**TEXT, "nullable": True},
        "updated_at": {**TEXT, "format": "date-time"},
    },
}


def document(*parameters: str, maximum: int | None = None) -> dict[str, Any]:
    sized = {"type": "integer"} | ({"maximum": maximum} if maximum else {})
    given = [{"name": n, "in": "query", "schema": sized if n == "limit" else {"type": "integer"}} for n in parameters]
    one = {"content": {"application/json": {"schema": RECORD}}}
    rows = {"content": {"application/json": {"schema": {"type": "array", "items": RECORD}}}}
    item = {"name": "personCode", "in": "path", "required": True, "schema": TEXT}
    paths = {
        "/people": {
            "get": {"parameters": given, "responses": {"200": rows}},
            "post": {"requestBody": one, "responses": {"201": one}},
        },
        "/people/{personCode}": {
            "parameters": [item],
            "get": {"responses": {"200": one}},
            "patch": {"requestBody": one, "responses": {"200": one}},
        },
    }
    return {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": paths}


def record(number: int) -> dict[str, Any]:
    return {
        "code": f"p{number}",
        "email": f"own{number}@example.org",
        "name": "" if number % 2 else "Ada",
        "stock": number,
        "price": f"{number}.500",
        "country": "Norway",
        "level": "high" if number == 3 else "low",
        "since": "2026-01-02T03:04:05+00:00",
        "updated_at": "2026-01-02T03:04:05.123Z",
    }


LookUp = Callable[[dict[str, Any]], dict[str, Any]]
List = Callable[[dict[str, int]], list[dict[str, Any]]]
RECORDS = [record(number) for number in range(30)]


@contextmanager
def server(list_page: List, look_up: LookUp = dict, missing: int = 404) -> Iterator[tuple[str, list[str]]]:
    methods: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            methods.append(self.command)
            url = urlsplit(self.path)
            key = url.path.removeprefix("/people").strip("/")
            found = next((r for r in RECORDS if r["code"] == key), None)
            query = {name: int(value) for name, value in parse_qsl(url.query) if value.isdecimal()}
            body = json.dumps(look_up(found) if found else {} if key else list_page(query)).encode()
            self.send_response(200 if found or not key else missing)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer  # noqa: N815 - the names of http.server

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as made:
        thread = threading.Thread(target=made.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{made.server_port}", methods
        made.shutdown()


@pytest.fixture
def learn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[str, Any, Any]]:
    monkeypatch.chdir(tmp_path)

    def run(made: dict[str, Any], *served: Any, edit: tuple[str, str] = ("", "")) -> tuple[str, Any, Any]:
        """Draft, learn and write; return what was printed, and the card and the list operation before and after."""
        Path("api.json").write_text(json.dumps(made))
        runner = CliRunner()
        arguments = ["new", "acme", "--openapi", "api.json", "--properties", "all"]
        runner.invoke(connectors, arguments, catch_exceptions=False)
        cards = Path("acme/entities.toml")
        cards.write_text(cards.read_text().replace(*edit) if edit[0] else cards.read_text())
        before = {path: path.read_text() for path in Path("acme").rglob("*") if path.is_file()}
        with server(*served) as (url, methods):
            Path("qa-sync.toml").write_text(f'[systems.Acme]\nconnector = "acme"\nurl = "{url}"\n')
            arguments = ["check", "Acme", "--learn"]
            shown = runner.invoke(connectors, arguments, standalone_mode=False, catch_exceptions=False)
            assert shown.return_value == 0, shown.output
            assert {path: path.read_text() for path in before} == before
            again = runner.invoke(connectors, [*arguments, "--write"], standalone_mode=False, catch_exceptions=False)
            assert again.return_value == 0, again.output
            last = runner.invoke(connectors, arguments, standalone_mode=False, catch_exceptions=False)
            assert set(methods) == {"GET"}
        assert "Nothing to change." in last.output, last.output
        system = json.loads(Path("acme/templates/system.json").read_text())
        return shown.output, tomllib.loads(cards.read_text())["people"], system["operations"]["people-list"]

    return run


def paged(size: int, base: int = 1) -> List:
    """Return a list that counts pages from `base`, with pages of at most `size`, whatever is requested."""

    def page(query: dict[str, int]) -> list[dict[str, Any]]:
        most = min(query.get("limit", size), size)
        start = (query.get("page", base) - base) * most
        return RECORDS[start : start + most] if start >= 0 else RECORDS[:most]

    return page


def by_offset(size: int) -> List:
    return lambda query: RECORDS[query.get("offset", 0) :][: min(query.get("limit", size), size)]


def test_values_say_how_they_are_written(learn: Any) -> None:
    output, card, _ = learn(document(), lambda _: RECORDS)
    properties = card["properties"]
    assert properties["stock"]["type"] == "integer"
    assert properties["price"]["places"] == 3
    assert properties["country"]["style"] == "name"
    assert properties["level"]["values"] == {"low": "low", "high": "high"}
    assert (properties["since"]["convert"], properties["since"]["style"]) == ("instant", "offset")
    assert card["modified_form"] == {"style": "ms_z"}
    assert properties["email"]["unique"] is True
    text = Path("acme/entities.toml").read_text()
    assert "# guessed: unique: no two of 30 records have the same value" in text
    assert "places of an amount" not in text
    assert "the style of times" not in text
    assert 'key = "code"\n' in text
    assert "people.key" not in output


def test_null_or_an_empty_text(learn: Any) -> None:
    nulls = [{**row, "name": row["name"] or None} for row in RECORDS]
    made = document()
    output, card, _ = learn(made, lambda _: nulls, lambda found: {**found, "name": found["name"] or None})
    assert "empty" not in card["properties"]["name"]
    assert "people.name: empty = removed (an empty value is read as null)" in output


@pytest.mark.parametrize(("base", "template"), [(0, "{{ page }}"), (1, "{{ page + 1 }}")])
def test_the_number_of_the_first_page(learn: Any, base: int, template: str) -> None:
    output, _, listed = learn(document("page"), paged(10, base))
    assert listed["params"] == {"page": template}
    assert "description" not in listed
    assert ("page 0 has 10 records that page 1 does not have" in output) == (base == 0)


def test_one_page_counted_from_zero(learn: Any) -> None:
    _, card, listed = learn(document("page"), paged(100, 0))
    assert listed["params"] == {"page": "{{ page }}"}
    assert card["modified_form"] == {"style": "ms_z"}  # its records were read, too


@pytest.mark.parametrize("pages", [("page", paged), ("offset", by_offset)], ids=["page", "offset"])
@pytest.mark.parametrize("maximum", [None, 25], ids=["no maximum", "a maximum that is not kept"])
def test_a_page_is_smaller_than_requested(learn: Any, pages: Any, maximum: int | None) -> None:
    name, make = pages
    _, _, listed = learn(document(name, "limit", maximum=maximum), make(7))
    assert listed["page_size"] == 7
    assert listed["next_page_termination_strategy"] == ["empty-result", "same-response"]
    assert "description" not in listed


def test_a_page_with_as_many_records_as_requested(learn: Any) -> None:
    _, _, listed = learn(document("page", "limit", maximum=10), paged(10))
    assert (listed["page_size"], listed["next_page_termination_strategy"]) == (10, "not-full-page")


def test_too_few_records_say_nothing_of_the_size(learn: Any) -> None:
    _, _, listed = learn(document("offset", "limit"), by_offset(50))
    assert listed["page_size"] == 100
    assert "guessed: the document gives no largest limit" in listed["description"]


def test_members_that_change_by_themselves(learn: Any) -> None:
    reads = iter(range(1000))
    output, card, _ = learn(document(), lambda _: RECORDS, lambda found: {**found, "seen.at": next(reads)})
    assert card["volatile"] == ['"seen.at"']
    assert "changed between two reads" in output


def test_decimals_that_are_texts(learn: Any) -> None:
    numbers = {**RECORD["properties"], "price": {"type": "number", "nullable": True}}
    made = json.loads(json.dumps(document()).replace(json.dumps(RECORD), json.dumps({**RECORD, "properties": numbers})))
    _, card, _ = learn(made, lambda _: RECORDS)
    assert (card["properties"]["price"]["type"], card["properties"]["price"]["places"]) == ("string", 3)


STATUSES = [(404, None), (410, None), (403, "403"), (400, "400"), (401, None)]


@pytest.mark.parametrize(("status", "learned"), STATUSES)
def test_the_status_of_a_record_that_does_not_exist(learn: Any, status: int, learned: str | None) -> None:
    learn(document(), lambda _: RECORDS, dict, status)
    operations = json.loads(Path("acme/templates/system.json").read_text())["operations"]
    assert operations["people-lookup"].get("ignored_status_codes") == learned


def test_a_list_that_shows_less_than_a_lookup(learn: Any) -> None:
    thin = [{name: value for name, value in row.items() if name not in {"price", "level"}} for row in RECORDS]
    output, _, _ = learn(document(), lambda _: thin)
    assert "note: people: the list lacks what a lookup shows: price, level" in output


def test_a_line_that_was_written_in_another_form_is_left_to_the_user(learn: Any) -> None:
    served = [{**row, "other": 1} for row in RECORDS]
    edit = ("[people.properties]", '[people.properties.other]\nconvert = "text"\n\n[people.properties]')
    output, card, _ = learn(document(), lambda _: served, lambda found: {**found, "other": 1}, edit=edit)
    assert "note: people.other: type is not on a line of its own, edit it by hand" in output
    assert card["properties"]["other"] == {"convert": "text"}


def test_what_cannot_be_learned_or_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> None:
        CliRunner().invoke(connectors, ["check", *arguments], standalone_mode=False, catch_exceptions=False)

    with pytest.raises(UsageError, match="--learn needs the name of a system"):
        run("--learn")
    with pytest.raises(UsageError, match="unknown system 'wix'"):
        run("wix", "--learn")


def test_a_list_that_cannot_be_read_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = {"properties": {"data": {"type": "array", "items": RECORD}, "next": {**TEXT, "format": "uri"}}}
    made = json.loads(json.dumps(document()).replace(json.dumps({"type": "array", "items": RECORD}), json.dumps(page)))
    Path("api.json").write_text(json.dumps(made))
    runner = CliRunner()
    runner.invoke(connectors, ["new", "acme", "--openapi", "api.json"], catch_exceptions=False)
    answer: Any = lambda _: {"data": RECORDS, "next": "https://other.example/people?page=2"}  # noqa: E731
    with server(answer) as (url, _):
        Path("qa-sync.toml").write_text(f'[systems.Acme]\nconnector = "acme"\nurl = "{url}"\n')
        shown = runner.invoke(connectors, ["check", "Acme", "--learn"], standalone_mode=False, catch_exceptions=False)
    assert shown.return_value == 3, shown.output
    assert "the next page is at https://other.example" in shown.output
    assert "set the url of Acme to the one that the system uses itself" in shown.output
    assert "Nothing to change." not in shown.output
