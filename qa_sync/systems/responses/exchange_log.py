"""Keeps the latest requests and responses, so that reports can show them with a failed check.

Keeping one costs two references; texts are decoded, redacted and cut only for checks that do not pass.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection, Iterator
from itertools import islice
from threading import get_ident
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias, runtime_checkable

from qa_sync.systems.redaction import Redactor, redacted_text
from qa_sync.systems.system import ExchangeSummary, System

if TYPE_CHECKING:
    import httpx

MAX_EXCHANGES: Final = 64
"""The number of exchanges kept per thread: more than the polls of one wait."""

MAX_BODY_BYTES: Final = 65_536
"""The size limit of a kept body, so that a few lists do not fill the memory."""

SHOWN_EXCHANGES: Final = 2
"""The number of exchanges shown per check and system."""

SHOWN_CHARACTERS: Final = 4_000
"""The largest number of characters shown of a body."""

_LoggedExchange: TypeAlias = "tuple[httpx.Request, int | None, bytes]"


@runtime_checkable
class HasExchangeLog(Protocol):
    """A system that keeps a log of its exchanges."""

    exchange_log: ExchangeLog


class ExchangeLog:
    """The latest requests to one system and their responses, separately for each thread (section).

    `redact` is applied to all texts.
    """

    def __init__(self, label: str, redact: Redactor) -> None:
        self._label = label
        self.redact = redact
        self._latest: dict[int, deque[_LoggedExchange]] = {}

    def note(self, request: httpx.Request, response: httpx.Response | None) -> None:
        """Keep a request and its response, whose body is read (None: no response)."""
        ring = self._latest.get(get_ident())
        if ring is None:
            ring = self._latest[get_ident()] = deque(maxlen=MAX_EXCHANGES)
        status, content = (response.status_code, response.content) if response is not None else (None, b"")
        if len(content) > MAX_BODY_BYTES:
            content = b"(%d bytes)" % len(content)
        ring.append((request, status, content))

    def mentioning(self, ids: Collection[str]) -> tuple[ExchangeSummary, ...]:
        """Return the latest exchanges that contain one of the ids, or else the last one; oldest first."""
        named = [one for one in self._distinct_exchanges() if _mentions(one, ids)] if ids else []
        found = named[:SHOWN_EXCHANGES] or list(islice(self._distinct_exchanges(), 1))
        return tuple(map(self._summary, reversed(found)))

    def _distinct_exchanges(self) -> Iterator[_LoggedExchange]:
        """Yield the exchanges of this thread, newest first; of identical requests only the last one."""
        seen: set[tuple[str, httpx.URL, bytes]] = set()
        for kept in reversed(self._latest.get(get_ident(), ())):
            request = kept[0]
            key = (request.method, request.url, request.content)
            if key not in seen:
                seen.add(key)
                yield kept

    def _summary(self, kept: _LoggedExchange) -> ExchangeSummary:
        request, status, content = kept
        url, sent = self._text(str(request.url).encode()), self._text(request.content)
        return ExchangeSummary(self._label, request.method, url, sent, status, self._text(content))

    def _text(self, content: bytes) -> str:
        text = redacted_text(self.redact, content)  # whole, because a secret cut in two would not be redacted
        return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]} ... ({len(text)} characters)"


def exchange_log_of(system: System) -> ExchangeLog:
    """Return the exchange log of a system, or an empty one."""
    return system.exchange_log if isinstance(system, HasExchangeLog) else ExchangeLog(system.label, Redactor())


def _mentions(kept: _LoggedExchange, ids: Collection[str]) -> bool:
    request, _, content = kept
    pattern = b"|".join(rb"(?<![\w-])%b(?![\w-])" % re.escape(one.encode()) for one in ids)
    texts = (str(request.url).encode(), request.content, content)
    return any(re.search(pattern, text) for text in texts)
