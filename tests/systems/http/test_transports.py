from __future__ import annotations

import asyncio
from collections.abc import Generator

import httpx
import pytest

from qa_sync.systems.http.asgi_transport import AsgiTransport, Message, Receive, Send
from qa_sync.systems.http.direct_client import DirectClient
from qa_sync.systems.http.transport import TransportOptions, _trust, live_transport
from qa_sync.systems.redaction import Redactor


async def echo(scope: Message, receive: Receive, send: Send) -> None:
    body = (await receive())["body"]
    if body == b"fall":
        raise RuntimeError("a bug of the app")
    text = f"{scope['method']} {scope['path']}".encode()
    await send({"type": "http.response.start", "status": 201, "headers": [(b"etag", b'"1"')]})
    await send({"type": "http.response.body", "body": text, "more_body": True})
    await send({"type": "http.response.body", "body": body})


async def wait(_scope: Message, _receive: Receive, _send: Send) -> None:
    await asyncio.sleep(0)


def test_an_app_answers_without_a_socket() -> None:
    with httpx.Client(transport=AsgiTransport(echo)) as client:
        first = client.post("https://app.test/a/b", content=b"!x")
        second = client.get("https://app.test/c")
    assert (first.status_code, first.text, first.headers["etag"]) == (201, "POST /a/b!x", '"1"')
    assert second.text == "GET /c"


def test_an_app_that_waits_is_rejected() -> None:
    with httpx.Client(transport=AsgiTransport(wait)) as client, pytest.raises(RuntimeError, match="the app waits"):
        client.get("https://app.test/")


class Login(httpx.Auth):
    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        token = (yield httpx.Request("GET", "https://app.test/token")).text
        response = yield _with_token(request, token)
        if response.status_code == httpx.codes.CREATED:
            yield _with_token(request, "again")


def _with_token(request: httpx.Request, token: str) -> httpx.Request:
    request.headers["authorization"] = token
    return request


async def show(scope: Message, receive: Receive, send: Send) -> None:
    headers = dict(scope["headers"])
    text = b" ".join((headers[b"host"], headers.get(b"authorization", b"-"), (await receive())["body"]))
    await send({"type": "http.response.start", "status": 201})
    await send({"type": "http.response.body", "body": text})


def test_the_client_without_a_network_authenticates_as_the_one_with_a_network() -> None:
    texts = []
    for client in (
        DirectClient(AsgiTransport(show), Login()),
        httpx.Client(transport=AsgiTransport(show), auth=Login()),
    ):
        with client:
            response = client.send(client.build_request("POST", "https://app.test/a", content=b"x"))
        texts.append((response.text, response.request.headers["authorization"]))
    assert texts == [("app.test again x", "again")] * 2


def test_a_bug_of_the_app_is_shown_as_it_is() -> None:
    with httpx.Client(transport=AsgiTransport(echo)) as client, pytest.raises(RuntimeError, match="a bug of the app"):
        client.post("https://app.test/", content=b"fall")


def test_live_transports_share_what_is_slow_to_make() -> None:
    _trust.cache_clear()
    for _ in range(2):
        live_transport(TransportOptions("X"), Redactor()).close()
    assert (_trust.cache_info().hits, _trust.cache_info().misses) == (1, 1)
