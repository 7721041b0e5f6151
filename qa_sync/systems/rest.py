"""A connector over HTTP: the `System` that everything else speaks to. Source: DESIGN 4, facts/SESAM.md 1 and 2.6."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

import httpx

from qa_sync.clock import Clock, RealClock
from qa_sync.errors import Refused, UsageError
from qa_sync.systems.answers import Answers, Exchange
from qa_sync.systems.bodies import adds_elements, insert_body, revision_header, update_body
from qa_sync.systems.calls import Calls
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.confidential import Filler, Hider, userinfo
from qa_sync.systems.connector import Connector, Operation, Service
from qa_sync.systems.expressions import render
from qa_sync.systems.once import Found, change_once, create_once
from qa_sync.systems.paging import entities_of, pages
from qa_sync.systems.system import Record
from qa_sync.values import paths
from qa_sync.values.canonical import to_wire
from qa_sync.values.form import Json

READ_S: Final = 60
CONNECT_S: Final = 20
GONE: Final = frozenset({404, 410})


class RestSystem:
    """A system spoken to over HTTP as its connector says; one client for the whole run.

    `label` is what the document calls it, `base_url` where it is, `secrets` the values of the connector's secrets by
    name, `transport` the way out: live, in this process, recording or replaying. `signs` is False when the way out
    shows who one is, as a `Line` does, or when nobody asks; `hide` takes secrets out of what is told; `clock` is waited
    on before a create whose answer was lost is looked for (None: no wait). Raises UsageError when the url is none
    or a secret that the connector needs is not given. Besides what `System` says, a write that the card says cannot be
    is Refused (405).
    """

    def __init__(
        self,
        label: str,
        connector: Connector,
        base_url: str,
        secrets: Mapping[str, str],
        transport: httpx.BaseTransport,
        *,
        hide: Hider | None = None,
        clock: Clock | None = None,
        signs: bool = True,
    ) -> None:
        self.label = label
        self.cards: Mapping[str, EntityCard] = connector.cards
        self._operations = connector.operations
        filler = Filler(label, {"base_url": _checked(label, base_url)}, secrets)
        filler.tree(
            [f"$SECRET({name})" for name in sorted(connector.secrets)]
        )  # complain now, not at the first request
        hide = hide or Hider((*secrets.values(), *userinfo(base_url)))
        auth = _auth(connector.service, filler, hide, clock or RealClock()) if signs else None
        client = httpx.Client(transport=transport, auth=auth, timeout=_timeout(connector.service), trust_env=False)
        self._wait = clock.sleep if clock else _no_wait
        self._calls = Calls(connector.service, filler, hide)
        self._exchange = Exchange(label=label, hide=hide, client=client)

    def close(self) -> None:
        """Let the connections go."""
        self._exchange.client.close()

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        """Yield all records, page by page; with `since`, only those changed since when the API can tell.

        A record that two pages show is yielded once.
        """
        card, operation = self._use(datatype, "list")
        changed = None if since is None else to_wire(since, card.modified_form)
        seen: set[str] = set()
        for entities in pages(operation, self._calls, self._exchange, {"since": changed}):
            for data in entities:
                record = self._record(card, operation, data)
                if record.id not in seen:
                    seen.add(record.id)
                    yield record

    def lookup(self, datatype: str, id: str) -> Record | None:
        """Return the record with that id, None when there is none or when it counts as deleted."""
        card, operation = self._use(datatype, "lookup")
        request, response = self._send(operation, {"entity": {card.key: id}})
        if response.status_code in GONE:
            return None
        self._exchange.expect(request, response)
        data = entities_of(operation, self._exchange.json(request, response))
        if not isinstance(data, dict):
            self._exchange.bad(request, response, "expected one record")
        if any(paths.read(data, path) == value for path, value in card.gone.items()):
            return None
        return self._record(card, operation, data)

    def insert(self, datatype: str, values: Mapping[str, Json], found: Found | None = None) -> str:
        """Create a record from wire values by write path; return its id."""
        card, operation = self._use(datatype, "insert")
        body = insert_body(card, values)

        def post() -> str:
            request, response = self._send(operation, {"entity": {}}, body=body, repeatable=False)
            data = entities_of(operation, self._exchange.created(request, response))
            new = paths.read(data, card.key)
            if new is None:
                self._exchange.bad(request, response, f"the new record's {card.key!r} is not in the answer")
            return str(new)

        return create_once(post, found, self._wait)

    def update(self, record: Record, values: Mapping[str, Json]) -> None:
        """Change the given wire values (by write path) of a record that was just read."""
        card, operation = self._use(record.datatype, "update")

        def change(now: Record) -> None:
            body = update_body(card, now.data, values)
            once = adds_elements(card, body)
            request, response = self._send(
                operation,
                {"entity": {card.key: now.id, "$source": now.data}},
                body=body,
                headers=revision_header(card.revision, now.data),
                repeatable=not once,
            )
            self._exchange.expect(request, response, unclear=once)

        def look() -> Record | None:
            return self.lookup(record.datatype, record.id)

        change_once(change, record, look, card=card, values=values, wait=self._wait)

    def delete(self, datatype: str, id: str) -> None:
        """Remove a record; a record that is already gone is no error."""
        card, operation = self._use(datatype, "delete")
        request, response = self._send(operation, {"entity": {card.key: id}})
        if response.status_code not in GONE:
            self._exchange.expect(request, response)

    def _use(self, datatype: str, verb: str) -> tuple[EntityCard, Operation]:
        card = self.cards[datatype]
        if verb in card.cannot:
            message = f"{self.label}: no {verb} of {card.names[0]}: {card.cannot[verb]}"
            raise Refused(message, status=int(httpx.codes.METHOD_NOT_ALLOWED))
        return card, self._operations[f"{datatype}-{verb}"]

    def _send(
        self,
        operation: Operation,
        variables: Mapping[str, object],
        body: Json = None,
        headers: Mapping[str, str] | None = None,
        *,
        repeatable: bool = True,
    ) -> tuple[httpx.Request, httpx.Response]:
        call = self._calls.make(operation, variables, body=body)
        request = call.request(self._exchange.client)
        request.headers.update(headers or {})
        return request, self._exchange.send(request, repeatable=repeatable)

    def _record(self, card: EntityCard, operation: Operation, data: Json) -> Record:
        key = paths.read(data, card.key)
        if key is None and operation.id_expression and isinstance(data, dict):
            key = render(operation.id_expression, {**data, "entity": data}) or None
        if key is None or not isinstance(data, dict):
            self._exchange.shapeless(operation.name, f"a record without {card.key!r}")
        return Record(self.label, card.datatype, str(key), data)


def _checked(label: str, base_url: str) -> str:
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in {"http", "https"} or not url.host:
        raise UsageError(f"the url of {label} is none that HTTP knows", hint="give it as https://host/path")
    return base_url.rstrip("/")


def _auth(service: Service, filler: Filler, hide: Hider, clock: Clock) -> httpx.Auth | None:
    # Imported here because a replay signs nothing, and must start fast.
    from qa_sync.systems.auth.identity import Identity  # noqa: PLC0415
    from qa_sync.systems.auth.making import make_auth  # noqa: PLC0415

    return make_auth(Identity(service, filler, hide, clock, Answers(label=filler.system, hide=hide)))


def _timeout(service: Service) -> httpx.Timeout:
    told = service.settings
    return httpx.Timeout(told.get("read_timeout") or READ_S, connect=told.get("connect_timeout") or CONNECT_S)


def _no_wait(_: float) -> None:
    """Let no time pass."""
