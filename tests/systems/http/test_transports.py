from __future__ import annotations

import asyncio

import httpx
import pytest

from qa_sync.systems.http.asgi_transport import AsgiTransport, Message, Receive, Send
from qa_sync.systems.http.transport import TransportOptions, _trust, live_transport
from qa_sync.systems.redaction import Redactor

loops: list[asyncio.AbstractEventLoop] = []


async def echo(scope: Message, receive: Receive, send: Send) -> None:
    loops.append(asyncio.get_running_loop())
    body = (await receive())["body"]
    if body == b"fall":
        raise RuntimeError("a bug of the app")
    text = f"{scope['method']} {scope['path']}".encode()
    await send({"type": "http.response.start", "status": 201, "headers": [(b"etag", b'"1"')]})
    await send({"type": "http.response.body", "body": text, "more_body": True})
    await send({"type": "http.response.body", "body": body})


def test_an_app_answers_without_a_socket_on_one_loop() -> None:
    loops.clear()
    with httpx.Client(transport=AsgiTransport(echo)) as client:
        first = client.post("https://app.test/a/b", content=b"!x")
        second = client.get("https://app.test/c")
    assert (first.status_code, first.text, first.headers["etag"]) == (201, "POST /a/b!x", '"1"')
    assert second.text == "GET /c"
    assert len({id(loop) for loop in loops}) == 1
    assert loops[0].is_closed()


def test_a_bug_of_the_app_is_shown_as_it_is() -> None:
    with httpx.Client(transport=AsgiTransport(echo)) as client, pytest.raises(RuntimeError, match="a bug of the app"):
        client.post("https://app.test/", content=b"fall")


def test_live_transports_share_what_is_slow_to_make() -> None:
    _trust.cache_clear()
    for _ in range(2):
        live_transport(TransportOptions("X"), Redactor()).close()
    assert (_trust.cache_info().hits, _trust.cache_info().misses) == (1, 1)
