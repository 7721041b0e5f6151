from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from fake_vendor import CANARY, speak
from small_system import OPERATIONS, small

from qa_sync.errors import Conflict, InvalidResponse, QaSyncError, RequestRejected, SystemUnreachable
from qa_sync.systems.connectors.find import builtin_folder
from qa_sync.systems.connectors.load import load_connector
from qa_sync.systems.rest.rest_system import RestSystem

WIX_CHANGED = {
    "message": "Contact has been updated.",
    "details": {"applicationError": {"code": "CONTACT_ALREADY_CHANGED"}},
}
WIX_INVALID = {
    "message": "",
    "details": {"validationError": {"fieldViolations": [{"field": "info", "description": "has size 0"}]}},
}
WOO = {"code": "product_invalid_sku", "message": "Invalid or duplicated SKU.", "data": {"status": 400}}
ERP = {"error": {"code": "NOT_FOUND", "message": "there is no such thing"}}


def insert(name: str, datatype: str, response: httpx.Response) -> QaSyncError:
    system, _ = speak(name, response)
    with pytest.raises(QaSyncError) as caught:
        system.insert(datatype, {})
    return caught.value


@pytest.mark.parametrize(
    ("name", "datatype", "status", "body", "kind", "code", "text"),
    [
        ("wix", "contacts", 409, WIX_CHANGED, Conflict, "CONTACT_ALREADY_CHANGED", "Contact has been updated."),
        ("wix", "contacts", 400, WIX_INVALID, RequestRejected, None, "has size 0"),
        ("woocommerce", "product", 400, WOO, RequestRejected, "product_invalid_sku", "Invalid or duplicated SKU."),
        ("customerp", "contact", 412, ERP, Conflict, "NOT_FOUND", "there is no such thing"),
        ("customwebshop", "order", 422, {"error": "bad", "x": 1}, RequestRejected, "bad", "bad"),
        ("customwebshop", "order", 400, ["?"], RequestRejected, None, "beginning '[\"?\"]'"),
    ],
)
def test_a_refusal_shows_the_vendors_code_and_words(  # noqa: PLR0917 - one column each
    name: str, datatype: str, status: int, body: Any, kind: type, code: str | None, text: str
) -> None:
    error = insert(name, datatype, httpx.Response(status, json=body))
    assert type(error) is kind
    assert isinstance(error, RequestRejected)
    assert (error.status, error.code) == (status, code)
    assert str(error).startswith(f"{name}: POST https://api.example.test/")
    assert f"rejected with {status}" in str(error)
    assert text in str(error)


def test_a_refusal_that_is_no_json_shows_how_it_begins() -> None:
    error = insert("wix", "contacts", httpx.Response(403, html="<h1>Forbidden</h1>"))
    assert isinstance(error, RequestRejected)
    assert "beginning '<h1>Forbidden</h1>'" in str(error)
    assert "hint: check that the key may do this" in str(error)


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_server_fault_is_an_invalid_response(status: int) -> None:
    error = insert("woocommerce", "order", httpx.Response(status, html="<p>Maintenance"))
    assert isinstance(error, InvalidResponse)
    assert f"status {status}, text/html; charset=utf-8, beginning '<p>Maintenance'" in str(error)


@pytest.mark.parametrize("status", [500, 501, 502, 503, 504])
def test_a_fault_of_the_system_does_not_point_to_the_url(status: int) -> None:
    connector = load_connector(builtin_folder("woocommerce"))
    away = httpx.MockTransport(lambda _: httpx.Response(status, json={"code": "wp_die"}))
    with pytest.raises(InvalidResponse) as error:
        list(
            RestSystem(
                "Shop", connector, "https://shop.example", {"consumer_key": "ck", "consumer_secret": "cs"}, away
            ).list("order")
        )
    assert error.value.hint == "Shop has a problem of its own: try again later, or look at its log"


@pytest.mark.parametrize("content", [b"<br>Notice{}", b"\xff\xfe", b"[" * 100_000, b'{"a": NaN}', b'{"id": 1'])
def test_what_is_no_json_is_an_invalid_response(content: bytes) -> None:
    error = insert("woocommerce", "order", httpx.Response(200, content=content))
    assert isinstance(error, InvalidResponse)
    assert "not JSON: status 200, no content type" in str(error)
    assert len(str(error)) < 600


def test_control_characters_from_outside_are_escaped() -> None:
    error = insert("customerp", "contact", httpx.Response(400, json={"error": {"message": "a\x1b[31m\n\u202eb"}}))
    assert "a\\x1b[31m\\n\\u202eb" in str(error)


def test_a_response_without_the_new_id_is_an_invalid_response() -> None:
    assert "the new record's 'orderId' is not in the response" in str(
        insert("customerp", "order", httpx.Response(201, json={}))
    )
    assert "not in the response" in str(insert("customerp", "order", httpx.Response(201)))


def test_a_lookup_that_answers_no_record_is_an_invalid_response() -> None:
    system, _ = speak("customerp", [1])
    with pytest.raises(InvalidResponse, match="expected one record"):
        system.lookup("order", "1")


def test_a_redirect_is_not_followed() -> None:
    error = insert("customerp", "order", httpx.Response(302, headers={"Location": "https://evil.test/x"}))
    assert isinstance(error, InvalidResponse)
    assert "redirected to https://evil.test/x, which is not followed" in str(error)


def test_no_response_shows_which_system_and_what_to_do() -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(f"refused for {CANARY}", request=request)

    connector = load_connector(builtin_folder("customerp"))
    system = RestSystem(
        "ERP", connector, f"https://u:{quote(CANARY, safe='')}@h.test", {"token": CANARY}, httpx.MockTransport(fail)
    )
    with pytest.raises(SystemUnreachable) as caught:
        system.lookup("contact", "1")
    text = str(caught.value)
    assert "ERP: GET https://h.test/api/v1/contacts/1: no response (ConnectError: refused for (hidden))" in text
    assert "hint: check the url of ERP" in text
    assert CANARY not in text


def test_a_response_that_cannot_be_unpacked_is_no_response() -> None:
    class Broken(httpx.BaseTransport):
        def handle_request(self, _request: httpx.Request) -> httpx.Response:
            stream = httpx.ByteStream(b"no gzip")
            return httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=stream)

    system = RestSystem("ERP", load_connector(builtin_folder("customerp")), "https://h.test", {"token": "t"}, Broken())
    with pytest.raises(SystemUnreachable, match="DecodingError"):
        system.lookup("contact", "1")


@pytest.mark.parametrize("status", [200, 302, 400, 401, 409, 500])
@pytest.mark.parametrize("shape", ["{}", "<b>{}</b>", '{{"message": "{}", "code": "{}"}}'])
def test_no_secret_is_in_any_text(status: int, shape: str) -> None:
    secret = f"{CANARY}-token"
    for spelling in (secret, json.dumps(secret)[1:-1], "canary-7Q%2F%2Bx-token"):
        content = shape.format(spelling, spelling)
        error = insert("customerp", "order", httpx.Response(status, text=content, headers={"Location": spelling}))
        assert "canary" not in str(error)
        assert "canary" not in str(getattr(error, "code", ""))


@pytest.mark.parametrize("charset", ["hex", "idna", "undefined", "latin-1", "no-such"])
def test_raw_text_in_an_encoding_that_is_none_is_taken_for_utf_8(tmp_path: Path, charset: str) -> None:
    raw = {"url": "raw", "method": "GET", "response_property": "text", "id_expression": "{{ entity.text }}"}
    response = httpx.Response(200, content="ä".encode(), headers={"Content-Type": f"text/plain; charset={charset}"})
    world = small(tmp_path, response, operations={**OPERATIONS, "thing-list": raw})
    assert [r.id for r in world.connection.system().list("thing")] == ["Ã¤" if charset == "latin-1" else "ä"]
