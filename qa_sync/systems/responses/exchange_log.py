"""What was asked and answered lately, so that a verdict can show what it rests on.

To keep it costs two references a request; texts are made, cleaned and cut only for a check that is not well.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection, Iterator
from itertools import islice
from threading import get_ident
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias, runtime_checkable

from qa_sync.systems.redaction import Redactor
from qa_sync.systems.system import ExchangeSummary, System

if TYPE_CHECKING:
    import httpx

MAX_EXCHANGES: Final = 64
"""How many exchanges are kept of each thread: more than the looks of a wait."""

MAX_BODY_BYTES: Final = 65_536
"""A body of more bytes is not kept, so that a few lists do not fill the memory."""

TOLD: Final = 2
"""How many exchanges with each system are told of a check."""

SHOWN: Final = 4_000
"""How many characters of a body are told."""

_LoggedExchange: TypeAlias = "tuple[httpx.Request, int | None, bytes]"


@runtime_checkable
class HasExchangeLog(Protocol):
    """A system that remembers what it was asked."""

    exchange_log: ExchangeLog


class ExchangeLog:
    """The last requests to one system and their answers; sections that run in other threads are kept apart.

    `redact` takes secrets out of what is told.
    """

    def __init__(self, label: str, redact: Redactor) -> None:
        self._label = label
        self.redact = redact
        self._latest: dict[int, deque[_LoggedExchange]] = {}

    def note(self, request: httpx.Request, response: httpx.Response | None) -> None:
        """Keep a request and its answer (read whole), None when there was none."""
        ring = self._latest.get(get_ident())
        if ring is None:
            ring = self._latest[get_ident()] = deque(maxlen=MAX_EXCHANGES)
        status, content = (response.status_code, response.content) if response is not None else (None, b"")
        if len(content) > MAX_BODY_BYTES:
            content = b"(%d bytes)" % len(content)
        ring.append((request, status, content))

    def mentioning(self, ids: Collection[str]) -> tuple[ExchangeSummary, ...]:
        """Return the last exchanges that name one of the ids, else the very last one; the oldest first."""
        named = [one for one in self._distinct_exchanges() if _mentions(one, ids)] if ids else []
        found = named[:TOLD] or list(islice(self._distinct_exchanges(), 1))
        return tuple(map(self._summary, reversed(found)))

    def _distinct_exchanges(self) -> Iterator[_LoggedExchange]:
        """Yield the exchanges of this thread, the newest first; of what was asked again and again the last one."""
        seen: set[tuple[str, httpx.URL, bytes]] = set()
        for kept in reversed(self._latest.get(get_ident(), ())):
            request = kept[0]
            asked = (request.method, request.url, request.content)
            if asked not in seen:
                seen.add(asked)
                yield kept

    def _summary(self, kept: _LoggedExchange) -> ExchangeSummary:
        request, status, answer = kept
        url, sent = self._text(str(request.url).encode()), self._text(request.content)
        return ExchangeSummary(self._label, request.method, url, sent, status, self._text(answer))

    def _text(self, content: bytes) -> str:
        text = self.redact(content.decode("utf-8", "replace"))  # whole: a secret cut in two would not be known
        return text if len(text) <= SHOWN else f"{text[:SHOWN]} ... ({len(text)} characters)"


def exchange_log_of(system: System) -> ExchangeLog:
    """Return what a system was asked lately: nothing when it does not remember."""
    return system.exchange_log if isinstance(system, HasExchangeLog) else ExchangeLog(system.label, Redactor())


def _mentions(kept: _LoggedExchange, ids: Collection[str]) -> bool:
    request, _, answer = kept
    pattern = b"|".join(rb"(?<![\w-])%b(?![\w-])" % re.escape(one.encode()) for one in ids)
    texts = (str(request.url).encode(), request.content, answer)
    return any(re.search(pattern, text) for text in texts)
