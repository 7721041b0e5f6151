"""A connector over HTTP: the `System` that everything else speaks to. Source: DESIGN 4, facts/SESAM.md 1 and 2.6."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Final

import httpx

from qa_sync.clock import Clock, RealClock
from qa_sync.errors import Refused
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.connectors.load import Connector
from qa_sync.systems.connectors.numbers import one_of
from qa_sync.systems.connectors.operations import Operation, Service
from qa_sync.systems.http.retry_policy import PAUSES_S
from qa_sync.systems.redaction import Hider, userinfo
from qa_sync.systems.requests.bodies import adds_elements, revision_header
from qa_sync.systems.requests.record_ids import chosen, id_of
from qa_sync.systems.requests.rendering import Calls, moved_to
from qa_sync.systems.requests.writes import change, insertion, key_of, named, new_id
from qa_sync.systems.responses.exchange import Exchange
from qa_sync.systems.responses.exchange_log import Heard
from qa_sync.systems.responses.pagination import Bookmark, marked_pages, pages
from qa_sync.systems.responses.parsing import Sent, entities_of, error_told, tells_errors
from qa_sync.systems.rest.clients import exchange_with, filler_for, with_figures
from qa_sync.systems.rest.uncertain_writes import Found, change_once, create_once
from qa_sync.systems.system import Record
from qa_sync.systems.templates.filters import READER, template_functions
from qa_sync.systems.templates.jwt import JwtReader
from qa_sync.values import paths
from qa_sync.values.canonical import to_wire
from qa_sync.values.form import Json

GONE: Final = frozenset({404, 410})


class RestSystem:
    """A system spoken to over HTTP as its connector says; one client for the whole run.

    `label` is what the document calls it, `base_url` where it is (whatever the connector says), `secrets` the values of
    the connector's secrets by name, `transport` the way out: live, in this process, recording or replaying; `further`
    are the ways out to the connector's other services by name (those that are not there go by `transport` too), `env`
    further parameters that it asks for. `signs` is False when the ways out show who one is, as a `Line`'s do, or when
    nobody asks; `hide` takes secrets out of what is told; `clock` is what templates take for the time, and is waited on
    (for `pauses_s`) before a write whose answer was lost is looked for (None: the time of day, and no wait). Raises
    UsageError when the url is none or a secret or a parameter that the connector needs is not given. Besides what
    `System` says, a write that the card says cannot be is Refused (405).
    """

    def __init__(
        self,
        label: str,
        connector: Connector,
        base_url: str,
        secrets: Mapping[str, str],
        transport: httpx.BaseTransport,
        *,
        further: Mapping[str, httpx.BaseTransport] | None = None,
        env: Mapping[str, Json] | None = None,
        hide: Hider | None = None,
        clock: Clock | None = None,
        signs: bool = True,
        pauses_s: Sequence[float] = PAUSES_S,
    ) -> None:
        self.label = label
        self.cards: Mapping[str, EntityCard] = connector.cards
        self._wait = clock.sleep if clock else _no_wait
        self._pauses_s = pauses_s
        filler = filler_for(label, connector, base_url, secrets, env or {})
        connector = with_figures(connector, filler)
        self._operations = connector.operations
        hide = hide or Hider((*secrets.values(), *userinfo(base_url)))
        self.heard = Heard(label, hide)
        functions = template_functions(secrets, clock.now if clock else None)
        signing = (clock or RealClock()) if signs else None
        moved = moved_to(filler.text(connector.service.url_pattern), base_url.rstrip("/"))

        def way(service: Service, out: httpx.BaseTransport) -> tuple[Calls, Exchange]:
            exchange = exchange_with(service, out, filler, self.heard, signing)
            reader = JwtReader(hide, cache(exchange.fetch))
            return Calls(service, filler, hide, {**functions, READER: reader}, moved), exchange

        self._calls, self._exchange = way(connector.service, transport)
        outs = further or {}
        self._further = {name: way(service, outs.get(name, transport)) for name, service in connector.further.items()}

    def close(self) -> None:
        """Let the connections go."""
        self._exchange.client.close()
        for _, exchange in self._further.values():
            exchange.client.close()

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        """Yield all records, page by page; with `since`, only those changed since when the API can tell.

        A record that two pages show is yielded once.
        """
        card, operation = self._use(datatype, "list")
        changed = operation.since_initial if since is None else to_wire(since, card.modified_form)
        seen: set[str] = set()
        for start in self._starts(operation):
            for entities in pages(operation, *self._way(operation), {**start, "since": changed}):
                for data in entities:
                    record = self._record(card, operation, data)
                    if record.id not in seen:
                        seen.add(record.id)
                        yield record

    def browse(
        self, datatype: str, since: datetime | None = None, start: Bookmark | None = None
    ) -> Iterator[tuple[Sequence[Record], Bookmark | None]]:
        """Yield all records as `list` does, a page at a time, each with a bookmark to go on from later.

        What two pages show is yielded twice. The bookmark is None after the last page, and where nobody could go on.
        """
        card, operation = self._use(datatype, "list")
        changed = operation.since_initial if since is None else to_wire(since, card.modified_form)
        for begin in self._starts(operation):
            variables = {**begin, "since": changed}
            for entities, mark in marked_pages(operation, *self._way(operation), variables, start):
                records = [self._record(card, operation, data) for data in entities]
                yield records, None if operation.children else mark

    def lookup(self, datatype: str, id: str) -> Record | None:
        """Return the record with that id, None when there is none or when it counts as deleted."""
        card, operation = self._use(datatype, "lookup")
        sent = self._send(operation, named(card, operation, id))
        request, response = sent.request, sent.response
        if _is_gone(operation, response):
            return None
        self._expect(operation, sent)
        found = entities_of(operation, self._exchange.json(request, response))
        data = chosen(key_of(card, operation), id, found)
        if data is None and (found == [] or operation.primary_key):
            return None  # a search that found nothing
        if not isinstance(data, dict):
            self._exchange.bad(request, response, "expected one record")
        if any(paths.read(data, path) == value for path, value in card.gone.items()):
            return None
        return self._record(card, operation, data)

    def insert(self, datatype: str, values: Mapping[str, Json], found: Found | None = None) -> str:
        """Create a record from wire values by write path; return its id."""
        card, operation = self._use(datatype, "insert")
        write = insertion(card, operation, values)

        def post() -> str:
            sent = self._send(operation, write.variables, body=write.body, repeatable=False)
            whole = self._exchange.created(sent.request, sent.response)
            self._refuse_told(operation, sent, whole)
            new = new_id(card, operation, entities_of(operation, whole))
            if new is None:
                why = f"the new record's {card.key!r} is not in the answer"
                self._exchange.nameless(sent.request, sent.response, why)
            return new

        return create_once(post, found, self._wait, self._pauses_s)

    def update(self, record: Record, values: Mapping[str, Json]) -> None:
        """Change the given wire values (by write path) of a record that was just read."""
        card, operation = self._use(record.datatype, "update")

        def put(now: Record) -> None:
            write = change(card, operation, now.id, now.data, values)
            once = adds_elements(card, write.entity)
            headers = revision_header(card.revision, now.data)
            sent = self._send(operation, write.variables, body=write.body, headers=headers, repeatable=not once)
            self._expect(operation, sent, unclear=once)

        def look() -> Record | None:
            return self.lookup(record.datatype, record.id)

        change_once(put, record, look, card=card, values=values, wait=self._wait, pauses_s=self._pauses_s)

    def delete(self, datatype: str, id: str) -> None:
        """Remove a record; a record that is already gone is no error."""
        card, operation = self._use(datatype, "delete")
        sent = self._send(operation, named(card, operation, id))
        if not _is_gone(operation, sent.response):
            self._expect(operation, sent)

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
    ) -> Sent:
        calls, exchange = self._way(operation)
        call = calls.make(operation, variables, body=body)
        request = call.request(exchange.client.build_request)
        if headers:
            request.headers.update(headers)
        return Sent(call, request, exchange.send(request, repeatable=repeatable), variables)

    def _expect(self, operation: Operation, sent: Sent, *, unclear: bool = False) -> None:
        """Return when a call was a success, by its status and, where the operation says how, by its body."""
        self._exchange.expect(sent.request, sent.response, unclear=unclear)
        if tells_errors(operation):
            self._refuse_told(operation, sent, self._exchange.json(sent.request, sent.response))

    def _refuse_told(self, operation: Operation, sent: Sent, body: Json) -> None:
        """Raise Refused when the body of a success says that it was none."""
        if not tells_errors(operation):
            return
        calls, exchange = self._way(operation)
        if told := error_told(operation, calls, sent.seen(body)):
            text = f"{self.label}: {operation.name}: the system reports {exchange.hide(told)!r}"
            raise Refused(text, status=sent.response.status_code)

    def _way(self, operation: Operation) -> tuple[Calls, Exchange]:
        """Return how the service of an operation is spoken to; nearly every connector has one only."""
        return self._further.get(operation.system, (self._calls, self._exchange))

    def _starts(self, operation: Operation) -> Iterator[dict[str, object]]:
        """Yield what a list starts from: once from nothing, or once from each record of the parent's datatype."""
        if operation.children is None:
            yield {}
            return
        from qa_sync.systems.connectors.pipes.parent_lists import from_parent  # noqa: PLC0415  few lists need it, all runs would load it

        for parent in self.list(operation.children.parent):
            yield from_parent(operation.children, parent.data)

    def _record(self, card: EntityCard, operation: Operation, data: Json) -> Record:
        key = id_of(key_of(card, operation), data)
        if key is None and operation.id_expression and isinstance(data, dict):
            calls, _ = self._way(operation)
            key = calls.text(operation, operation.id_expression, {**data, "entity": data}) or None
        if key is None or not isinstance(data, dict):
            self._exchange.shapeless(operation.name, f"a record without {card.key!r}")
        return Record(self.label, card.datatype, key, _plain(card, data))


def _is_gone(operation: Operation, response: httpx.Response) -> bool:
    """Tell whether an answer says that there is no such record: as HTTP does, or as the operation says it does."""
    return response.status_code in GONE or one_of(response.status_code, operation.ignored)


def _plain(card: EntityCard, data: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return a record whose values are plain where its card says that some are answered as objects."""
    if not card.tagged_values:
        return data
    from qa_sync.systems.responses.tagged_values import untagged  # noqa: PLC0415  few systems need it, all runs would load it

    return dict(untagged(data, card.tagged_values))


def _no_wait(_: float) -> None:
    """Let no time pass."""
