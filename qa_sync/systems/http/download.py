"""Downloads a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import httpx

from qa_sync.errors import NoVerdict, RequestRejected, SystemUnreachable
from qa_sync.files import open_private
from qa_sync.systems.http.transport import TransportOptions, live_transport
from qa_sync.systems.redaction import Redactor, url_secrets

TIMEOUT: Final = httpx.Timeout(30, connect=10)
CHUNK: Final = 2**20
LONGEST_LENGTH: Final = 19
"""Digits of a size that a file can have."""


def download(url: str, into: Path, name: str, seen: Callable[[int, int | None], None]) -> None:
    """Write the file of a URL into `into`; `name` is the URL without secrets.

    `seen` takes how many bytes have come, and of how many, if the server says it.

    Raises SystemUnreachable without a response, RequestRejected for one without a file, NoVerdict for a full disk.
    """
    redact = Redactor(url_secrets(url))
    transport = live_transport(TransportOptions(name), redact)
    try:
        with (
            httpx.Client(transport=transport, timeout=TIMEOUT, follow_redirects=True, trust_env=False) as client,
            client.stream("GET", url) as response,
        ):
            if not response.is_success:
                _reject(response, name)
            _write(response, into, seen)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        text = redact(str(error) or type(error).__name__)
        raise SystemUnreachable(f"{name}: not downloaded: {text}", hint="is the URL right?") from None


def _reject(response: httpx.Response, name: str) -> None:
    status = f"{response.status_code} {response.reason_phrase}".strip()
    raise RequestRejected(
        f"{name}: expected a file, got {status}", status=response.status_code, hint="is the URL right?"
    )


def _write(response: httpx.Response, into: Path, seen: Callable[[int, int | None], None]) -> None:
    # Without Content-Encoding: a `.csv.gz` is unpacked by its name.
    chunks = response.iter_bytes(CHUNK)
    said = response.headers.get("Content-Length", "")
    size = int(said) if said.isascii() and said.isdecimal() and len(said) < LONGEST_LENGTH else None
    with open(into, "wb", opener=open_private) as file:
        for chunk in chunks:
            try:
                file.write(chunk)
            except OSError as error:
                raise NoVerdict(f"{into}: {error.strerror}", hint="is the disk full?") from None
            seen(response.num_bytes_downloaded, size)
