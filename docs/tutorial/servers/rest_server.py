"""A small REST server that keeps its records in memory; `shop.py` and `crm.py` are two of them.

Standard library only. A record gets its id and its time of change from the server.
"""

from __future__ import annotations

import argparse
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import unquote, urlsplit

Record = dict[str, Any]


class RequestError(Exception):
    """A request that the server refuses, with the status of the response."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class Collection:
    """The records of one resource.

    `path` is its place in the URL; `members` are the members that a client may write; `changed` is the member for the
    time of the last change; `envelope` is the member that holds the list in a response, None for a bare list;
    `new_id` makes the id of a new record from a number.
    """

    path: str
    members: frozenset[str]
    changed: str
    envelope: str | None = None
    new_id: Callable[[int], Any] = int
    records: dict[str, Record] = field(default_factory=dict)
    numbers: Any = field(default_factory=lambda: count(1))

    def list(self) -> Any:
        """Return all records as the body of a response."""
        records = list(self.records.values())
        return records if self.envelope is None else {self.envelope: records}

    def get(self, key: str) -> Record:
        """Return one record; raises RequestError when there is none with that id."""
        if key not in self.records:
            raise RequestError(HTTPStatus.NOT_FOUND, f"no record {key} in {self.path}")
        return self.records[key]

    def create(self, body: Record) -> Record:
        """Add a record and return it with its id."""
        self._refuse_unknown(body)
        new = self.new_id(next(self.numbers))
        self.records[str(new)] = {"id": new, **body, self.changed: _now()}
        return self.records[str(new)]

    def update(self, key: str, body: Record) -> Record:
        """Change the members of a record that the body names, and return the record."""
        self._refuse_unknown(body)
        self.get(key)
        self.records[key] = _merged(self.get(key), {**body, self.changed: _now()})
        return self.records[key]

    def delete(self, key: str) -> None:
        """Remove a record."""
        self.get(key)
        del self.records[key]

    def _refuse_unknown(self, body: Record) -> None:
        if unknown := body.keys() - self.members:
            raise RequestError(HTTPStatus.BAD_REQUEST, f"unknown or read-only: {', '.join(sorted(unknown))}")


class Server(ThreadingHTTPServer):
    """Serves one collection; `credential` is the header that each request needs."""

    def __init__(self, port: int, collection: Collection, credential: Mapping[str, str]) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.collection = collection
        self.credential = credential
        self.lock = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    """Answers one request after another on a connection."""

    server: Server
    protocol_version = "HTTP/1.1"  # keeps connections open

    def respond(self) -> None:
        """Read a request, call the collection, and send the response."""
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            with self.server.lock:
                status, body = self.call(raw)
        except RequestError as error:
            status, body = error.status, {"error": str(error)}
        text = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PATCH = do_DELETE = respond  # noqa: N815 - http.server looks for these names

    def call(self, raw: bytes) -> tuple[HTTPStatus, Any]:
        """Return the status and the body of the response; raises RequestError."""
        collection, credential = self.server.collection, self.server.credential
        if any(self.headers.get(header) != value for header, value in credential.items()):
            raise RequestError(HTTPStatus.UNAUTHORIZED, f"the header {', '.join(credential)} is missing or wrong")
        path, _, key = urlsplit(self.path).path.strip("/").partition("/")
        if path != collection.path:
            raise RequestError(HTTPStatus.NOT_FOUND, f"there is only /{collection.path}")
        return self.call_record(unquote(key), raw) if key else self.call_list(raw)

    def call_list(self, raw: bytes) -> tuple[HTTPStatus, Any]:
        """GET or POST of the whole collection."""
        if self.command == "GET":
            return HTTPStatus.OK, self.server.collection.list()
        if self.command == "POST":
            return HTTPStatus.CREATED, self.server.collection.create(_json(raw))
        raise RequestError(HTTPStatus.METHOD_NOT_ALLOWED, f"no {self.command} here")

    def call_record(self, key: str, raw: bytes) -> tuple[HTTPStatus, Any]:
        """GET, PATCH or DELETE of one record."""
        if self.command == "GET":
            return HTTPStatus.OK, self.server.collection.get(key)
        if self.command == "PATCH":
            return HTTPStatus.OK, self.server.collection.update(key, _json(raw))
        if self.command == "DELETE":
            self.server.collection.delete(key)
            return HTTPStatus.NO_CONTENT, None
        raise RequestError(HTTPStatus.METHOD_NOT_ALLOWED, f"no {self.command} here")

    def log_message(self, template: str, *values: object) -> None:
        """Print nothing for each request, so that the terminal stays readable."""


def serve(name: str, default_port: int, collection: Collection, credential: Mapping[str, str]) -> None:
    """Serve a collection on this machine until Ctrl-C."""
    parser = argparse.ArgumentParser(description=f"Serve the {name} of the tutorial until Ctrl-C.")
    parser.add_argument("--port", type=int, default=default_port, help=f"default {default_port}; 0 takes a free one")
    with Server(parser.parse_args().port, collection, credential) as server:
        print(f"{name}: http://127.0.0.1:{server.server_port}  (Ctrl-C stops it)", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print(f"\n{name}: stopped")


def _json(raw: bytes) -> Record:
    try:
        body = json.loads(raw)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise RequestError(HTTPStatus.BAD_REQUEST, "the body is not a JSON object")
    return body


def _merged(old: Record, new: Record) -> Record:
    both = {key: _merged(old[key], value) for key, value in new.items() if _are_objects(old.get(key), value)}
    return {**old, **new, **both}


def _are_objects(one: Any, other: Any) -> bool:
    return isinstance(one, dict) and isinstance(other, dict)


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
