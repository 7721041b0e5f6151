"""Records requests and responses as a vcrpy cassette, one for both systems of a section.

vcrpy's container and serializer create the file; httpx is not patched.

Source: docs/explanation/design.rst, "Recordings".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import httpx
from msgspec.structs import replace
from vcr.cassette import Cassette
from vcr.record_mode import RecordMode
from vcr.request import Request
from vcr.serialize import serialize
from vcr.serializers import jsonserializer, yamlserializer

from qa_sync.errors import NoVerdict
from qa_sync.files import write_atomically
from qa_sync.systems.http.failures import was_not_sent
from qa_sync.systems.http.request_extensions import ATTEMPTS_HEADER, IDEMPOTENT
from qa_sync.systems.recording.cassette_file import other_format
from qa_sync.systems.recording.cassettes import (
    KEY,
    CassetteLabel,
    Contents,
    contents_of,
    label_to_metadata,
    read_interactions,
    read_label,
)
from qa_sync.systems.redaction import Redactor, redacted_body
from qa_sync.values.json_text import read_json

REQUEST_HEADERS: Final = ("content-type",)
RESPONSE_HEADERS: Final = (
    "content-type",
    "etag",
    "x-next-cursor",
    "x-wp-total",
    "x-wp-totalpages",
    "link",
    "location",
    "retry-after",
    ATTEMPTS_HEADER,
)
"""The recorded headers; all others (credentials, cookies) are omitted."""


class CassetteRecorder:
    """Collects the requests and responses of one section in order, and writes them to a file.

    `path` is the path of the JSON file; `label` has the inputs of the recording. `secrets` are the values to redact, or
    a Redactor.
    """

    def __init__(self, path: Path, label: CassetteLabel, secrets: Iterable[str] | Redactor = ()) -> None:
        self.label = label
        self._path = path
        self._cassette = Cassette(path=path, record_mode=RecordMode.ALL)
        self._redact = secrets if isinstance(secrets, Redactor) else Redactor(secrets)

    def add(self, request: httpx.Request, response: httpx.Response) -> None:
        """Add a request and its response, whose body is read."""
        kept = Request(
            request.method,
            self._redact(str(request.url)),
            redacted_body(self._redact, request.content) or None,
            self._headers(request.headers, REQUEST_HEADERS),
        )
        recorded_response = {
            "status": {"code": response.status_code, "message": httpx.codes.get_reason_phrase(response.status_code)},
            "headers": {k: [v] for k, v in self._headers(response.headers, RESPONSE_HEADERS).items()},
            "body": {"string": redacted_body(self._redact, response.content)},
        }
        self._cassette.append(kept, recorded_response)

    def save(self) -> None:
        """Write the recording atomically, replacing an older one: as JSON, or as YAML if a body is not text.

        The recording in the other format is removed last: a crash leaves two, which a replay rejects, and never none.
        Raises NoVerdict if a secret is still in it.
        """
        path, text = self._serialized(None)
        # The digest is that of what a replay reads, whatever the format has made of it.
        read = read_json(text.encode()) if path == self._path else yamlserializer.deserialize(text)
        _, text = self._serialized(contents_of(read_interactions(read), read_label(read)))
        if any(self._redact(each) != each for each in self._texts()):  # a token may have become known since
            raise NoVerdict(
                f"{path} was not written: a secret is still in it", hint="use a secret that occurs nowhere else"
            )
        write_atomically(path, text)
        other_format(path).unlink(missing_ok=True)

    def _serialized(self, contents: Contents | None) -> tuple[Path, str]:
        """Return the path and the text of the recording: as JSON, or as YAML if a body is not text."""
        urls = {name: self._redact(url) for name, url in self.label.urls.items()}
        content = {
            "requests": self._cassette.requests,
            "responses": self._cassette.responses,
            "metadata": {KEY: label_to_metadata(replace(self.label, urls=urls, contents=contents))},
        }
        try:
            return self._path, serialize(content, jsonserializer)
        except TypeError:  # JSON has no bytes
            return other_format(self._path), serialize(content, yamlserializer)

    def _texts(self) -> Iterator[str]:
        """Yield every recorded text; the words of the format itself may contain a secret by chance."""
        for request, response in zip(self._cassette.requests, self._cassette.responses, strict=True):
            yield request.uri
            yield from (str(value) for headers in (request.headers, response["headers"]) for value in headers.values())
            yield response["status"]["message"]
            for body in (request.body or b"", response["body"]["string"]):
                yield (body if isinstance(body, bytes) else str(body).encode()).decode("latin-1")

    def _headers(self, headers: httpx.Headers, allowed: tuple[str, ...]) -> dict[str, str]:
        return {name: self._redact(headers[name]) for name in allowed if name in headers}


class RecordingTransport(httpx.BaseTransport):
    """Passes requests on and records them with their responses; a request without a response is not recorded.

    A non-idempotent write without a response is recorded as a 504, because the requests that then check its effect are
    recorded too.
    """

    def __init__(self, inner: httpx.BaseTransport, cassette: CassetteRecorder) -> None:
        self._inner = inner
        self._recorder = cassette

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the inner transport's response, with its body read."""
        request.read()
        try:
            response = self._inner.handle_request(request)
            response.read()
        except httpx.RequestError as error:
            if request.extensions.get(IDEMPOTENT) is False and not was_not_sent(error):
                self._recorder.add(request, httpx.Response(504, text=f"no response: {type(error).__name__}"))
            raise
        self._recorder.add(request, response)
        return response

    def close(self) -> None:
        """Close the inner transport."""
        self._inner.close()
