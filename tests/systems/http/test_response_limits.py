"""A response has a largest size, after decompression, and a longest time."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_system import small

from qa_sync.errors import SystemUnreachable, UncertainWrite
from qa_sync.modes.live_systems.connections import response_limits
from qa_sync.settings.read import load_settings
from qa_sync.systems.http.failures import ResponseLimitExceeded
from qa_sync.systems.http.response_limits import LimitedTransport, ResponseLimits
from qa_sync.values import json_depth
from qa_sync.values.json_depth import has_more_values, is_deeper

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


def fetch(
    response: httpx.Response, now: Callable[[], float] = lambda: 0.0, *, limits: ResponseLimits = LIMITS
) -> httpx.Response:
    transport = LimitedTransport(httpx.MockTransport(lambda _: response), limits, now)
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
def test_a_compression_that_was_not_requested_is_not_unpacked(coding: str) -> None:
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


@pytest.mark.parametrize(
    "text",
    ["[" * 101 + "]" * 101, '{"a":' * 101 + "1" + "}" * 101, '[{"a":' * 51 + "1" + "}]" * 51],
)
def test_a_body_that_is_nested_too_deeply_is_an_error(text: str) -> None:
    with pytest.raises(ResponseLimitExceeded, match="more than 100 lists and objects within each other") as caught:
        fetch(httpx.Response(200, content=text), limits=ResponseLimits())
    assert caught.value.setting == "max_response_depth"


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100 + "]" * 100,
        json.dumps([{"a": [[]], "b": "[" * 200}] * 300),
        json.dumps({"a": "\\" + '"[[' * 99 + "{" * 200}),
        json.dumps([["]" * 200]] * 60),
        '{"a": [[[',
        "[" * 101,
        "[" * 5000,
        "no JSON" + "[" * 200,
        "<a>" + "[" * 200,
    ],
)
def test_a_body_that_is_not_comes_as_it_was_meant(text: str) -> None:
    assert fetch(httpx.Response(200, content=text), limits=ResponseLimits()).text == text


@given(st.recursive(st.text('[]{}\\"a', max_size=5), lambda each: st.lists(each) | st.dictionaries(st.text(), each)))
def test_the_depth_of_a_text_is_that_of_its_value(value: object) -> None:
    content = json.dumps(value).encode()
    depth = depth_of(value)
    assert not is_deeper(content, depth)
    assert depth == 0 or is_deeper(content, depth - 1)


def count_of(value: object) -> int:
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return isinstance(value, dict | list) + max(0, len(list(below)) - 1) + sum(map(count_of, below))


@given(st.recursive(st.text('[]{},\\"a', max_size=5), lambda each: st.lists(each) | st.dictionaries(st.text(), each)))
def test_values_are_counted_outside_strings(value: object) -> None:
    content, count = json.dumps(value).encode(), count_of(value)
    assert not has_more_values(content, count)
    assert count == 0 or has_more_values(content, count - 1)


@pytest.mark.parametrize("piece", [1, 7])
@given(value=st.lists(st.text('[]{},\\"a', max_size=30), min_size=1))
def test_pieces_cut_no_string(piece: int, value: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_depth, "PIECE_BYTES", piece)
        content = json.dumps(value).encode()
        assert not is_deeper(content, 1)
        assert has_more_values(content, len(value) - 1)


def depth_of(value: object) -> int:
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return isinstance(value, dict | list) + max(map(depth_of, below), default=0)


def test_a_response_with_too_many_headers_is_an_error() -> None:
    headers = [(f"x-{number}", "1") for number in range(201)]
    with pytest.raises(ResponseLimitExceeded, match="more than 200 headers") as caught:
        fetch(httpx.Response(200, headers=headers), limits=ResponseLimits())
    assert caught.value.setting == "max_response_headers"
    assert fetch(httpx.Response(200, headers=headers[:200]), limits=ResponseLimits()).status_code == 200


def test_a_response_with_too_many_values_is_an_error() -> None:
    with pytest.raises(ResponseLimitExceeded, match="more than 5 values") as caught:
        fetch(httpx.Response(200, json=[1, 2, 3, 4, 5, 6]), limits=ResponseLimits(max_values=5))
    assert caught.value.setting == "max_response_values"
    assert (
        fetch(httpx.Response(200, json=["a,b,c,d", 2, 3, 4, 5]), limits=ResponseLimits(max_values=5)).status_code == 200
    )


WIDE_TEXTS = {
    "of four bytes": '["{0}\U0001f600"]',
    "as an escape": '["{0}\\ud83d\\ude00"]',
    "in a name": '{{"{0}\U0001f600": 1}}',
    "in several": '["{0}"' + ', "\U0001f600aaaaaaaaa"' * 40 + "]",
    "no JSON": "{0}\U0001f600",
}


@pytest.mark.parametrize("name", WIDE_TEXTS)
def test_a_response_with_too_much_text_of_four_bytes_a_character_is_an_error(name: str) -> None:
    def body(count: int) -> httpx.Response:
        return httpx.Response(200, content=WIDE_TEXTS[name].format("a" * count).encode())

    with pytest.raises(ResponseLimitExceeded, match="more than 250 bytes of text with characters such as emoji") as got:
        fetch(body(300))
    assert got.value.setting == "max_response"
    assert fetch(httpx.Response(200, json=["a" * 300, "\U0001f600" * 20])).status_code == 200
    assert fetch(httpx.Response(200, json=["\u0101" * 150])).status_code == 200


def test_every_limit_is_a_setting(tmp_path: Path) -> None:
    path = tmp_path / "qa-sync.toml"
    path.write_text(
        '[systems."A"]\nmax_response = "1MB"\nmax_response_time = "3s"\n'
        "max_response_depth = 4\nmax_response_headers = 5\nmax_response_values = 6\n"
    )
    own = load_settings(path).systems["A"]
    assert response_limits(own) == ResponseLimits(1_000_000, 3, 4, 5, 6)


def test_it_is_reported_with_the_system_and_the_setting_and_not_repeated(tmp_path: Path) -> None:
    world = small(tmp_path, handler=lambda _: httpx.Response(200, content=b" " * 64_000_001))
    with pytest.raises(SystemUnreachable, match=r"Small: GET .*larger than 64,000,000 bytes") as caught:
        world.connection.system().lookup("thing", "7")
    assert "raise max_response of it in qa-sync.toml" in str(caught.value)
    with pytest.raises(UncertainWrite, match="larger than"):
        world.connection.system().insert("thing", {"name": "a"})
    assert world.server.lines == ["GET /things/7", "POST /things"]


@pytest.mark.parametrize("value", ["a=\xff", "\x01\xff=;;", "a=\x01b", "a=\x7f", "\u00e6=1; Path=/"])
def test_a_cookie_that_no_request_can_carry_is_dropped(tmp_path: Path, value: str) -> None:
    headers = [(b"Set-Cookie", value.encode("latin-1")), (b"Set-Cookie", b"kept=1")]
    world = small(tmp_path, handler=lambda _: httpx.Response(200, headers=headers, json={"id": "1", "name": "a"}))
    system = world.connection.system()
    for _ in range(2):
        record = system.lookup("thing", "1")
        assert record is not None
        assert record.data["name"] == "a"
    assert world.server.asked[1].headers["cookie"] == "kept=1"
