"""Payload types, values of the environment, expressions and answers that are no JSON.

Source: docs/explanation/connector-format-facts.rst, "Operations", "Expressions" and "Values from the environment".
"""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from folder_vendor import load, speak_folder
from msgspec.structs import force_setattr

from qa_sync.errors import ConnectorError, InvalidResponse, UsageError
from qa_sync.systems.requests.encoding import encode

ENV: dict[str, Any] = {"region": "no", "limit": 50, "strict": True}


def sent(kind: str, values: dict[str, Any]) -> httpx.Request:
    system, fake = speak_folder("payloads", {"id": 1}, env=ENV)
    assert system.insert(kind, values).id == "1"
    return fake.asked[0]


@pytest.mark.parametrize(
    ("kind", "values", "content", "content_type"),
    [
        ("json", {"a": 1}, b'{"a":1}', "application/json"),
        ("transit", {"a": 1}, b'{"a":1}', "application/json"),
        ("form", {"a": "x y&z", "b": [1, True], "c": None}, b"a=x+y%26z&b=1&b=true", None),
        ("text", {"title": "Berg"}, b"Berg & co", "text/plain; charset=utf-8"),
        ("bytes", {}, b"hello", "application/octet-stream"),
        ("typed", {}, b'{"limit":50,"both":"no-50"}', "application/vnd.api+json"),
    ],
)
def test_a_payload_takes_the_form_of_its_type(
    kind: str, values: dict[str, Any], content: bytes, content_type: str | None
) -> None:
    request = sent(kind, values)
    assert request.content == content
    assert request.headers.get_list("content-type") == [content_type or "application/x-www-form-urlencoded"]


def test_a_multipart_form_has_a_part_for_each_member_and_the_same_bytes_each_time() -> None:
    request = sent("multipart", {"title": "Bø", "tags": ["a", "b"]})
    boundary = request.headers["content-type"].removeprefix("multipart/form-data; boundary=")
    parts = request.content.split(f"--{boundary}".encode())
    heads = [f'\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n' for name in ("title", "tags", "tags")]
    assert parts == [b"", *(f"{h}{v}\r\n".encode() for h, v in zip(heads, ("Bø", "a", "b"), strict=True)), b"--\r\n"]
    assert sent("multipart", {"title": "Bø", "tags": ["a", "b"]}).content == request.content


@pytest.mark.parametrize("kind", ["form", "multipart-form"])
def test_a_form_must_be_an_object(kind: str) -> None:
    with pytest.raises(ConnectorError, match=f"of the type {kind} must be an object, got a list"):
        encode(kind, [1])


def test_the_url_goes_into_the_middle_and_the_parameters_are_spelled() -> None:
    system, fake = speak_folder("payloads", {"data": []}, env=ENV)
    assert list(system.list("note")) == []
    want = "https://api.example.test/1/notes?key=s-key&region=no&limit=50&many=a&many=b&on=true"
    assert str(fake.asked[0].url) == want


@pytest.mark.parametrize(("strict", "header"), [(True, "1"), (False, "0"), ("other", None)])
def test_a_condition_chooses_members(strict: object, header: str | None) -> None:
    service = load("payloads", env={**ENV, "strict": strict}).service
    assert service.headers.get("X-Strict") == header


def test_a_parameter_that_no_one_gave_is_reported_before_anything_is_sent() -> None:
    with pytest.raises(UsageError, match="payloads needs the parameter 'limit'"):
        speak_folder("payloads", env={"region": "no"})


def test_filters_and_functions_of_the_templates() -> None:
    system, fake = speak_folder("payloads", {"id": 7}, env=ENV)
    assert system.lookup("note", "7") is not None
    headers = fake.asked[0].headers
    assert base64.b64decode(headers["X-Signed"]).decode() == "s-signature:7"
    assert (headers["X-At"], headers["X-Ns"], headers["X-Plain"]) == ("2024-02-29", "2023", "hi")
    assert str(fake.asked[0].url).startswith("https://api.example.test/1/notes/7?key=")


def test_an_error_in_a_good_answer_is_an_error() -> None:
    system, _ = speak_folder("payloads", {"errors": [{"message": "no s-key here"}]}, env=ENV)
    with pytest.raises(InvalidResponse, match=r"the system reports 'no \(hidden\) here'"):
        list(system.list("note"))


def test_headers_and_status_of_the_response_go_along() -> None:
    system, _ = speak_folder("payloads", {"data": [{"id": 1}]}, env=ENV)
    (record,) = system.list("note")
    assert record.data["status"] == 200
    assert record.data["headers"]["content-type"] == "application/json"


def test_a_response_that_is_no_json_is_one_entity() -> None:
    response = httpx.Response(200, text="plain <words>", headers={"content-type": "text/csv"})
    system, _ = speak_folder("payloads", response, env=ENV)
    (record,) = system.list("raw")
    assert record.data == {"text": "plain <words>", "content-type": "text/csv"}


@pytest.mark.parametrize("kind", ["application/hal+json", "application/hal+json; v=1", "application/json; odata=x"])
def test_further_content_types_are_json(kind: str) -> None:
    response = httpx.Response(200, content=b'\xef\xbb\xbf[{"content-type": 5}]', headers={"content-type": kind})
    system, _ = speak_folder("payloads", response, env=ENV)
    assert [record.id for record in system.list("raw")] == ["5"]


def test_a_header_that_cannot_be_one_is_reported() -> None:
    system, _ = speak_folder("payloads", env={**ENV, "strict": "other"})
    operation = system._operations["note-list"]
    force_setattr(operation, "headers", {"X-Bad": "a\nb"})
    with pytest.raises(ConnectorError, match="the header 'X-Bad'"):
        list(system.list("note"))


def test_a_form_has_nested_names_in_brackets() -> None:
    address = {"city": "Oslo", "geo": {"lat": 59}}
    request = sent("form", {"address": address, "lines": [{"sku": "a"}, {"sku": "b"}], "tags": ["x", "y"]})
    assert parse_qsl(request.content.decode()) == [
        ("address[city]", "Oslo"),
        ("address[geo][lat]", "59"),
        ("lines[0][sku]", "a"),
        ("lines[1][sku]", "b"),
        ("tags", "x"),
        ("tags", "y"),
    ]
