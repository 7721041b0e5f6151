"""A web server on loopback with a few files, which also speaks as much of S3 as reading needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

Asked = list[tuple[str, str | None]]
"""Paths with the authorization of the requests."""

XML_NAMES = "http://s3.amazonaws.com/doc/2006-03-01/"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    files: Mapping[str, bytes]
    cut: int | None
    asked: Asked

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def _answer(self, *, body: bool) -> None:
        parts = urlsplit(self.path)
        self.asked.append((parts.path, self.headers.get("Authorization")))
        query = parse_qs(parts.query, keep_blank_values=True)
        if "list-type" in query:
            self._send(200, _listing(self.files, parts.path, query), body=body)
            return
        if parts.path not in self.files:
            self._send(404, b"", body=body)
            return
        first, _, last = self.headers.get("Range", "").removeprefix("bytes=").partition("-")
        content = self.files[parts.path][int(first or 0) : int(last) + 1 if last else None]
        self._send(206 if first else 200, content, body=body)

    def _send(self, status: int, content: bytes, *, body: bool) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Last-Modified", "Tue, 02 Jan 2024 03:04:05 GMT")
        self.end_headers()
        if body:
            self.wfile.write(content[: self.cut])
        self.close_connection = self.cut is not None

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served_files(files: Mapping[str, bytes], cut: int | None = None) -> Iterator[tuple[str, Asked]]:
    """Yield the URL of a server and its requests; with `cut`, responses break off after so many bytes."""
    asked: Asked = []
    handler = type("Handler", (_Handler,), {"files": files, "cut": cut, "asked": asked})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
        server.shutdown()
        thread.join()


def _listing(files: Mapping[str, bytes], path: str, query: Mapping[str, list[str]]) -> bytes:
    bucket, prefix = path.strip("/"), query.get("prefix", [""])[0]
    delimiter = query.get("delimiter", [""])[0]
    keys = [name.removeprefix(f"/{bucket}/") for name in files if name.startswith(f"/{bucket}/{prefix}")]
    deeper = {prefix + key[len(prefix) :].split("/")[0] + "/" for key in keys if "/" in key[len(prefix) :]}
    here = [key for key in keys if not delimiter or "/" not in key[len(prefix) :]]
    contents = "".join(
        f"<Contents><Key>{key}</Key><Size>{len(files[f'/{bucket}/{key}'])}</Size>"
        "<LastModified>2024-01-02T03:04:05.000Z</LastModified></Contents>"
        for key in here
    )
    folders = "".join(f"<CommonPrefixes><Prefix>{one}</Prefix></CommonPrefixes>" for one in deeper if delimiter)
    return (
        f'<?xml version="1.0"?><ListBucketResult xmlns="{XML_NAMES}"><Name>{bucket}</Name><Prefix>{prefix}</Prefix>'
        f"<KeyCount>{len(here)}</KeyCount><IsTruncated>false</IsTruncated>{contents}{folders}</ListBucketResult>"
    ).encode()
