"""What was asked and answered, kept as a vcrpy cassette; the two systems of a section share one. Source: DESIGN 5.

vcrpy's container and serializer make the file; nothing of it is patched into httpx.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import httpx
from msgspec.structs import replace
from vcr.cassette import Cassette
from vcr.record_mode import RecordMode
from vcr.request import Request
from vcr.serialize import serialize
from vcr.serializers import jsonserializer, yamlserializer

from qa_sync.files import write_atomically
from qa_sync.systems.http.failures import was_not_sent
from qa_sync.systems.http.request_extensions import ATTEMPTS_HEADER, IDEMPOTENT
from qa_sync.systems.recording.cassette_file import other_format
from qa_sync.systems.recording.cassettes import KEY, CassetteLabel, label_to_metadata
from qa_sync.systems.redaction import Redactor, redacted_body

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
"""What is kept; everything else (credentials, cookies) stays out."""


class CassetteRecorder:
    """The requests and answers of one section, in their order, on their way to a file.

    `path` is where the file stands as JSON; `label` tells what they were made with. Confidential values are taken out
    of everything that goes on the tape; `secrets` are those values, or what hides them.
    """

    def __init__(self, path: Path, label: CassetteLabel, secrets: Iterable[str] | Redactor = ()) -> None:
        self.label = label
        self._path = path
        self._cassette = Cassette(path=path, record_mode=RecordMode.ALL)
        self._redact = secrets if isinstance(secrets, Redactor) else Redactor(secrets)

    def add(self, request: httpx.Request, response: httpx.Response) -> None:
        """Put a request and its answer (read whole) on the tape."""
        kept = Request(
            request.method,
            self._redact(str(request.url)),
            redacted_body(self._redact, request.content) or None,
            self._headers(request.headers, REQUEST_HEADERS),
        )
        answer = {
            "status": {"code": response.status_code, "message": response.reason_phrase},
            "headers": {k: [v] for k, v in self._headers(response.headers, RESPONSE_HEADERS).items()},
            "body": {"string": redacted_body(self._redact, response.content)},
        }
        self._cassette.append(kept, answer)

    def save(self) -> None:
        """Write the tape in place of an older one, whole or not at all: as JSON, or as YAML when a body is not text.

        The recording in the other format is removed last: a crash leaves two, which a replay refuses, and never none.
        """
        urls = {name: self._redact(url) for name, url in self.label.urls.items()}
        content = {
            "requests": self._cassette.requests,
            "responses": self._cassette.responses,
            "metadata": {KEY: label_to_metadata(replace(self.label, urls=urls))},
        }
        try:
            path, text = self._path, serialize(content, jsonserializer)
        except TypeError:  # JSON has no bytes
            path, text = other_format(self._path), serialize(content, yamlserializer)
        write_atomically(path, text)
        other_format(path).unlink(missing_ok=True)

    def _headers(self, headers: httpx.Headers, allowed: tuple[str, ...]) -> dict[str, str]:
        return {name: self._redact(headers[name]) for name in allowed if name in headers}


class RecordingTransport(httpx.BaseTransport):
    """Hands requests on and keeps what was said; a request without an answer leaves nothing on the tape.

    But a write that must not be repeated blindly leaves that nobody answered in time, because what follows (to look
    whether it happened) is on the tape too.
    """

    def __init__(self, inner: httpx.BaseTransport, cassette: CassetteRecorder) -> None:
        self._inner = inner
        self._recorder = cassette

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the inner transport's answer, read whole."""
        request.read()
        try:
            response = self._inner.handle_request(request)
            response.read()
        except httpx.RequestError as error:
            if request.extensions.get(IDEMPOTENT) is False and not was_not_sent(error):
                self._recorder.add(request, httpx.Response(504, text=f"no answer: {type(error).__name__}"))
            raise
        self._recorder.add(request, response)
        return response

    def close(self) -> None:
        """Close the inner transport."""
        self._inner.close()
