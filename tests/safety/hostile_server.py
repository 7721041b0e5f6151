"""Serves the responses of a hostile system: without end, larger than they look, or made to take memory."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, Final

BLOCK: Final = 2**20
LIMIT: Final = 64_000_000
"""The default largest response in bytes."""


def packed(begin: bytes, block: bytes, count: int, end: bytes) -> Iterator[bytes]:
    """Yield a gzip body that is small, and large when it is decompressed."""
    press = zlib.compressobj(9, zlib.DEFLATED, 31)
    yield press.compress(begin)
    for _ in range(count):
        yield press.compress(block)
    yield press.compress(end) + press.flush()


def full(begin: bytes, block: bytes, end: bytes) -> Iterator[bytes]:
    """Yield a gzip body of nearly the size that is allowed."""
    repeated = block * (BLOCK // len(block))
    return packed(begin, repeated, (LIMIT - 2 * BLOCK) // BLOCK, end)


def endless(begin: bytes, block: bytes) -> Iterator[bytes]:
    """Yield a body without end."""
    yield begin
    while True:
        yield block


def wide_part() -> Iterator[bytes]:
    """Yield as much wide text as is allowed, and narrower text beside it."""
    wide = LIMIT // 4 - 100
    rest = (LIMIT - wide - 2 * BLOCK) // BLOCK
    begin = ID + EMOJI + b"a" * (wide - 10) + '", "other": "\u0101'.encode()
    return packed(begin, b"a" * BLOCK, rest, b'"}]}')


METHODS: Final = {"lookup": "GET", "update": "PATCH", "delete": "DELETE"}
BLANK, ID = b" " * BLOCK, b'{"people": [{"id": "1", "name": "'
EMOJI = "\U0001f600".encode()
LISTED = b'{"people": [{"id": "1", "x": ['
BODIES: Final[dict[str, Any]] = {
    "400 MB of blanks": lambda: packed(b'{"people": [', BLANK, 400, b"]}"),
    "1,500 MB of blanks": lambda: packed(b'{"people": [', BLANK, 1500, b"]}"),
    "no end of blanks": lambda: endless(b'{"people": [', BLANK),
    "no end of records": lambda: endless(b'{"people": [', b'{"id": "1"},' * 10_000),
    "no end of brackets": lambda: endless(b"", b"[" * BLOCK),
    "no end of text": lambda: endless(ID, b"a" * BLOCK),
    "a full response of blanks": lambda: full(b'{"people": [', b" ", b"]}"),
    "a full response of empty lists": lambda: full(b'{"people": [{"id": "1", "x": [', b"[],", b"[]]}]}"),
    "a full response of objects": lambda: full(b'{"people": [{"id": "1", "x": [', b'{"a":0},', b"0]}]}"),
    "a full response of numbers": lambda: full(b'{"people": [{"id": "1", "x": [', b"0.5,", b"0]}]}"),
    "a full response of digits": lambda: full(b'{"people": [{"id": "1", "x": ', b"9", b"}]}"),
    "a full response of text": lambda: full(ID, b"a", b'"}]}'),
    "a full response of wide text": lambda: full(ID + EMOJI, b"a", b'"}]}'),
    "a full response of wide text without end": lambda: full(ID + EMOJI, b"a", b""),
    "a full response of wide text and a comma too many": lambda: full(ID + EMOJI, b"a", b'"},]}'),
    "a full response of wide text as escapes": lambda: full(ID + b"\\ud83d\\ude00", b"a", b'"}]}'),
    "a full response of half a wide character": lambda: full(ID + EMOJI + b"\\ud800", b"a", b'"}]}'),
    "a full response of wide texts": lambda: full(LISTED, b'"' + EMOJI + b"a" * 1000 + b'",', b"0]}]}"),
    "a full response with one wide text": lambda: full(
        LISTED + b'"' + EMOJI + b'",', b'"' + b"a" * 1000 + b'",', b"0]}]}"
    ),
    "a full response of a wide name": lambda: full(b'{"people": [{"id": "1", "' + EMOJI, b"a", b'": 1}]}'),
    "a full response of two-byte text": lambda: full(ID + "\u0101".encode(), b"a", b'"}]}'),
    "a full response that is a wide text": lambda: full(EMOJI, b"a", b""),
    "a full response of a wide part": wide_part,
    "a full response in UTF-16": lambda: full('{"people": ["'.encode("utf-16-le"), b"a\0", '"]}'.encode("utf-16-le")),
    "a full response of NULs": lambda: full(b"", b"\0", b""),
    "a full response in Latin-1": lambda: full(ID, b"\xe6", b'"}]}'),
    "a full rejection": lambda: full(b'{"message": "' + EMOJI, b"a", b'"}'),
    "a full rejection of text": lambda: full(b"", b"a", b""),
    "a full response of escapes": lambda: full(ID, b"\\u0061", b'"}]}'),
}


class Hostile(BaseHTTPRequestHandler):
    """Answers with the body that the URL names."""

    protocol_version = "HTTP/1.0"

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Send the body until the client has had enough."""
        name = list(BODIES)[int(self.path.split("/")[1])]
        self.send_response(400 if "rejection" in name else 200)
        self.send_header("Content-Type", "application/json")
        if not name.startswith("no end"):
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        for piece in BODIES[name]():
            self.wfile.write(piece)


def hostile_settings(place: Path, port: int, name: str) -> Path:
    """Write a connector to one of the bodies, and settings with it; return their path."""
    templates = place / "alpha" / "templates"
    templates.mkdir(parents=True)
    listing = {"method": "GET", "url": "people", "payload_property": "people"}
    one = "people/{{ entity.id }}"
    operations = {
        "person-list": listing,
        "person-insert": {"method": "POST", "url": "people"},
        **{f"person-{verb}": {"method": method, "url": one} for verb, method in METHODS.items()},
    }
    system = {"url_pattern": "{{@ base_url @}}/%s", "operations": operations}
    manifest: dict[str, Any] = {"additional_parameters": {"base_url": {}}, "datatypes": {"person": {}}}
    (templates / "system.json").write_text(json.dumps(system))
    (place / "alpha" / "manifest.json").write_text(json.dumps(manifest))
    card = '[person]\nnames = ["Person"]\nkey = "id"\n[person.properties]\nname = {}\n'
    (place / "alpha" / "entities.toml").write_text(card)
    config = place / "qa-sync.toml"
    url = f"http://127.0.0.1:{port}/{list(BODIES).index(name)}"
    config.write_text(f'[systems.Alpha]\nconnector = "alpha"\nurl = "{url}"\n')
    return config
