"""A response has a largest size, after decompression, and a longest time."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from small_system import small

from qa_sync.errors import SystemUnreachable, UncertainWrite
from qa_sync.systems.http.response_limits import LimitedTransport, ResponseLimitExceeded, ResponseLimits

URL = "https://small.test/things"
PACKERS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "deflate": zlib.compress}
LIMITS = ResponseLimits(max_bytes=1000, max_seconds=10)


class Body(httpx.SyncByteStream):
    """A body that is read piece by piece; counts the pieces, and calls `on_read` for each."""

    def __init__(self, pieces: Iterator[bytes], on_read: Callable[[], None] = lambda: None) -> None:
        self.pieces, self.on_read, self.read = pieces, on_read, 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.pieces:
            self.read += 1
            self.on_read()
            yield piece


def fetch(response: httpx.Response, now: Callable[[], float] = lambda: 0.0) -> httpx.Response:
    transport = LimitedTransport(httpx.MockTransport(lambda _: response), LIMITS, now)
    return transport.handle_request(httpx.Request("GET", URL))


@pytest.mark.parametrize("coding", ["", "gzip", "deflate", "identity", "utf-8"])
def test_a_small_response_comes_as_it_was_meant(coding: str) -> None:
    pack = PACKERS.get(coding, bytes)
    headers = {"content-encoding": coding, "x-other": "1"} if coding else {"x-other": "1"}
    response = fetch(httpx.Response(200, headers=headers, stream=Body(iter([pack(b"x" * 1000)]))))
    assert (response.content, response.headers["x-other"], response.status_code) == (b"x" * 1000, "1", 200)


@pytest.mark.parametrize("coding", ["", "gzip", "deflate"])
def test_a_larger_one_is_an_error_and_not_read_to_its_end(coding: str) -> None:
    pack = PACKERS.get(coding, bytes)
    packed = pack(b"x" * 3000)
    body = Body(packed[at : at + 10] for at in range(0, len(packed), 10))
    pieces = len(packed) // 10
    with pytest.raises(ResponseLimitExceeded, match="larger than 1,000 bytes") as caught:
        fetch(httpx.Response(200, headers={"content-encoding": coding} if coding else {}, stream=body))
    assert caught.value.setting == "max_response"
    assert coding or body.read < pieces


@pytest.mark.parametrize("coding", ["gzip, gzip", "deflate,gzip", "br", "zstd"])
def test_a_compression_that_was_not_asked_for_is_not_unpacked(coding: str) -> None:
    body = Body(iter([b"x"]))
    with pytest.raises(ResponseLimitExceeded, match="not asked for"):
        fetch(httpx.Response(200, headers={"content-encoding": coding}, stream=body))
    assert body.read == 0


def test_a_response_that_does_not_end_is_an_error() -> None:
    seconds = [0.0]

    def wait() -> None:
        seconds[0] += 1

    body = Body((b" " for _ in range(1000)), wait)
    with pytest.raises(ResponseLimitExceeded, match="not complete after 10 s") as caught:
        fetch(httpx.Response(200, stream=body), lambda: seconds[0])
    assert (caught.value.setting, body.read) == ("max_response_time", 11)


def test_it_is_told_with_the_system_and_the_setting_and_not_repeated(tmp_path: Path) -> None:
    world = small(tmp_path, handler=lambda _: httpx.Response(200, content=b" " * 64_000_001))
    with pytest.raises(SystemUnreachable, match=r"Small: GET .*larger than 64,000,000 bytes") as caught:
        world.connection.system().lookup("thing", "7")
    assert "raise max_response of it in qa-sync.toml" in str(caught.value)
    with pytest.raises(UncertainWrite, match="larger than"):
        world.connection.system().insert("thing", {"name": "a"})
    assert world.server.lines == ["GET /things/7", "POST /things"]
