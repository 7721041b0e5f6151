"""`[[properties]]` of the settings, and the refusals that ask for them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import httpx
import pytest
from people_api import KEY, People, write_connector, write_settings, write_spec

from qa_sync.errors import RequestRejected, UsageError
from qa_sync.modes.documents import known_connectors_of, read_all
from qa_sync.settings.read import load_settings
from qa_sync.systems.cards import PropertyCard
from qa_sync.systems.rest.rest_system import RestSystem
from qa_sync.values.form import Form

PROPERTY = '[[properties]]\nsystem = "{}"\nentity = "Persons"\npath = "{}"\n{}\n'


def properties(place: Path, settings: str) -> dict[str, PropertyCard]:
    """Return the properties of both systems by `System path`."""
    for name in ("alpha", "beta"):
        write_connector(place / name)
    spec = write_spec(place / "spec.txt", [("title", "label", "N/A"), ("code", "number", '"string"')])
    config = load_settings(write_settings(place, "http://127.0.0.1:1", settings))
    found = known_connectors_of(read_all([str(spec)]), config)
    return {
        f"{label} {path}": card for label, one in found.items() for path, card in one.cards["person"].properties.items()
    }


def test_what_is_said_of_a_property_completes_what_is_inferred(tmp_path: Path) -> None:
    said = PROPERTY.format("ALPHA", "title", "unique = true\nrequired = true\nmax_length = 20")
    card = properties(tmp_path, said)["Alpha title"]
    assert (card.unique, card.required, card.max_length) == (True, True, 20)
    assert card.form == Form()


def test_a_form_decides_the_form_of_the_same_value_on_the_other_side(tmp_path: Path) -> None:
    found = properties(tmp_path, PROPERTY.format("Alpha", "title", 'concept = "email"'))
    assert found["Alpha title"].form.convert == found["Beta label"].form.convert == "email"
    assert found["Alpha title"].concept == "email"


def test_a_type_and_a_conversion(tmp_path: Path) -> None:
    found = properties(tmp_path, PROPERTY.format("Beta", "number", 'type = "integer"\nconvert = "integer"'))
    assert found["Beta number"].form == Form("integer", "integer")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (PROPERTY.format("Alpha", "title", 'convert = "emial"'), "unknown conversion 'emial'"),
        (
            PROPERTY.format("Alpha", "title", "unique = true").replace("Persons", "Horse"),
            "unknown Alpha entity 'Horse'",
        ),
        (PROPERTY.format("Alpha", "title", ""), "says nothing of the property"),
        (PROPERTY.format("Alpha", "title", 'type = "text"'), "type"),
        (PROPERTY.format("Alpha", "title", "unique = 1"), "unique"),
    ],
)
def test_a_wrong_entry_is_an_error_at_its_line(tmp_path: Path, said: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        properties(tmp_path, said)
    assert "qa-sync.toml:" in str(caught.value)


# -- refusals


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (400, {"message": "title: Email address x is invalid", "error": "INVALID_EMAIL"}, {"concept": "email"}),
        (400, {"code": "INVALID_EMAIL", "message": "The value of `Title` is not valid"}, {"concept": "email"}),
        (422, {"message": "title has already been taken"}, {"unique": True}),
        (409, {"message": "A person with this title already exists"}, {"unique": True}),
        (400, {"message": "title must be at most 30 characters long"}, {"max_length": 30}),
        (400, {"message": "Field title is required"}, {"required": True}),
        (400, {"message": "title: expected a date"}, {"convert": "date"}),
        (400, {"message": "title is not a valid phone number"}, {"concept": "phone"}),
        (400, {"message": "title: Cannot parse as Integer"}, {"type": "integer", "convert": "integer"}),
    ],
)
def test_a_refusal_says_what_to_add_to_the_settings(
    tmp_path: Path, status: int, body: object, said: dict[str, object]
) -> None:
    with pytest.raises(RequestRejected) as caught:
        refused(tmp_path, httpx.Response(status, json=body)).insert("person", {"title": "A", "name": "B"})
    first, _, entry = (caught.value.hint or "").partition("\n")
    assert first == "Alpha refuses a value: add to qa-sync.toml"
    where = {"system": "Alpha", "entity": "person", "path": "title"}
    assert tomllib.loads(entry) == {"properties": [{**where, **said}]}
    properties(tmp_path / "settings", entry)  # it can be read


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (400, "the email is invalid"),  # no property has this name
        (400, "title is wrong"),  # nothing says how
        (400, "subtitle must be an email"),
        (409, "title was changed by a user"),
        (403, "no right to write the email in title"),
    ],
)
def test_other_refusals_keep_their_hint(tmp_path: Path, status: int, message: str) -> None:
    with pytest.raises(RequestRejected) as caught:
        refused(tmp_path, httpx.Response(status, json={"message": message})).insert("person", {"title": "A"})
    assert "[[properties]]" not in (caught.value.hint or "")


def test_a_refused_update_says_it_too(tmp_path: Path) -> None:
    system = refused(tmp_path, httpx.Response(400, json={"message": "title is not unique"}), method="PATCH")
    record = system.lookup("person", system.insert("person", {"title": "A"}).id)
    assert record is not None
    with pytest.raises(RequestRejected) as caught:
        system.update(record, {"title": "B"})
    assert "unique = true" in (caught.value.hint or "")


def refused(place: Path, answer: httpx.Response, method: str = "POST") -> RestSystem:
    for name in ("alpha", "beta"):
        write_connector(place / name)
    spec = write_spec(place / "spec.txt", [("title", "title", "N/A"), ("name", "name", "N/A")])
    connector = known_connectors_of(read_all([str(spec)]), load_settings(write_settings(place, "http://127.0.0.1:1")))
    people = People()
    transport = httpx.MockTransport(lambda request: answer if request.method == method else people(request))
    return RestSystem("Alpha", connector["Alpha"], "http://127.0.0.1:1", {"api_key": KEY}, transport)
