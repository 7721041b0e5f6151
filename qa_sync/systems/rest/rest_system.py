"""A connector over HTTP: the `System` that all other code uses.

Source: docs/explanation/design.rst, "Systems and connectors"; docs/explanation/connector-format-facts.rst, "Request
bodies".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx

from qa_sync.clock import Clock, RealClock, VirtualClock
from qa_sync.errors import RequestRejected, UncertainWrite
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.connectors.load import Connector
from qa_sync.systems.connectors.operations import DEFAULTS, Operation
from qa_sync.systems.http.retrying.retry_policy import CHECK_DELAYS_S
from qa_sync.systems.redaction import Redactor, url_secrets
from qa_sync.systems.requests.bodies import adds_elements, revision_header
from qa_sync.systems.requests.record_ids import is_same_id, known_id
from qa_sync.systems.requests.writes import build_insert, build_update, created_id, key_paths, lookup_variables
from qa_sync.systems.responses.exchange_log import ExchangeLog
from qa_sync.systems.responses.lists import found_nothing
from qa_sync.systems.responses.location import located_id
from qa_sync.systems.responses.pagination import PageCursor
from qa_sync.systems.responses.parsing import is_gone, select_entities
from qa_sync.systems.rest.clients import references_for, with_references_resolved
from qa_sync.systems.rest.list_reader import ListReader
from qa_sync.systems.rest.refused_values import refusals_explained
from qa_sync.systems.rest.response_records import created_record, read_record, updated_record
from qa_sync.systems.rest.service_connections import ServiceConnections
from qa_sync.systems.rest.uncertain_writes import Found, update_idempotently
from qa_sync.systems.rest.unsettled_create import create_once
from qa_sync.systems.system import Record
from qa_sync.systems.templates.filters import template_functions
from qa_sync.values import paths
from qa_sync.values.form import Json

if TYPE_CHECKING:
    from qa_sync.systems.rest.create_evidence import CreateEvidence


class RestSystem:
    """A system that is accessed over HTTP as its connector says, with one client for the whole run.

    `label` is its name in the spec, `base_url` its URL (overrides the connector's), `secrets` the values of the
    connector's secrets by name. `transport` is live, in-process, recording or replaying; `further` are the transports
    of the connector's other services by name (default: `transport`), `env` further parameters. `authenticates` is False
    if the transports authenticate, as those of a `LiveConnection` do, or if no authentication is needed. `redact` is
    applied to all messages. `clock` is the time in templates; it also waits (for `check_delays_s`) before each search
    for a write whose response was lost (None: the real time, and no waits); `create_evidence` may show before that a
    create was not applied.

    Raises UsageError for an invalid URL or a missing secret or parameter. In addition to the errors of `System`, raises
    RequestRejected (405) for an operation that the card does not support.
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
        redact: Redactor | None = None,
        clock: Clock | None = None,
        authenticates: bool = True,
        check_delays_s: Sequence[float] = CHECK_DELAYS_S,
        create_evidence: CreateEvidence | None = None,
    ) -> None:
        self.label = label
        self.cards: Mapping[str, EntityCard] = connector.cards
        self._pause_clock = clock or VirtualClock(datetime.fromtimestamp(0, UTC))
        self._pauses_s = check_delays_s
        self._evidence = create_evidence
        references = references_for(label, connector, base_url, secrets, env or {})
        connector = with_references_resolved(connector, references)
        self._operations = connector.operations
        self.exchange_log = ExchangeLog(label, redact or Redactor((*secrets.values(), *url_secrets(base_url))))
        self._services = ServiceConnections(
            connector,
            references,
            transport,
            further or {},
            base_url=base_url,
            exchange_log=self.exchange_log,
            functions=template_functions(secrets, clock.now if clock else None),
            auth_clock=(clock or RealClock()) if authenticates else None,
        )

        wrote_since = create_evidence.wrote_since if create_evidence else _wrote_nothing
        self._reader = ListReader(self._services, self.list, self.lookup, wrote_since)

    def close(self) -> None:
        """Close all connections."""
        self._services.close()

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        """Yield all records, page by page; with `since`, only those changed since then, if the API supports it.

        A record that is on two pages is yielded once.
        """
        card, operation = self._operation(datatype, "list")
        seen: set[str] = set()
        listed = self._evidence.begin_list(datatype) if self._evidence else None
        for records, _ in self._reader.pages(card, operation, since):
            for record in records:
                if record.id not in seen:
                    seen.add(record.id)
                    if listed:
                        listed(record.id)
                    yield record

    def list_pages(
        self, datatype: str, since: datetime | None = None, start: PageCursor | None = None
    ) -> Iterator[tuple[Sequence[Record], PageCursor | None]]:
        """Yield all records as `list` does, one page at a time, each with a cursor from which to continue later.

        A record that is on two pages is yielded twice. The cursor is None after the last page, and if the list cannot
        be continued.
        """
        card, operation = self._operation(datatype, "list")
        for records, cursor in self._reader.pages(card, operation, since, start):
            yield [*records], cursor

    def lookup(self, datatype: str, id: str) -> Record | None:
        """Return the record with that id, or None if there is none or it counts as deleted."""
        card, operation = self._operation(datatype, "lookup")
        sent = self._services.send(operation, lookup_variables(card, operation, id))
        request, response = sent.request, sent.response
        if is_gone(operation, response):
            return None
        self._services.expect_success(operation, sent)
        body = self._services.exchange.json(request, response)
        found = select_entities(operation, body)
        data = known_id(key_paths(card, operation), id, found)
        if found_nothing(operation, self._services.exchange, sent, body, found):
            return None
        if not isinstance(data, dict):
            self._services.exchange.raise_invalid(request, response, "expected one record")
        if any(paths.read(data, path) == value for path, value in card.gone.items()):
            return None
        record = read_record(self._services, card, operation, data)
        if not is_same_id(record.id, id):
            self._services.exchange.raise_unexpected_shape(operation.name, f"got {record.id[:80]!r} instead of {id!r}")
        return record

    def insert(self, datatype: str, values: Mapping[str, Json], found: Found | None = None) -> Record:
        """Create a record from wire values by write path.

        Raises UnsettledCreate for a lost response if there is no `found`.
        """
        card, operation = self._operation(datatype, "insert")
        write = build_insert(card, operation, values, self._defaults(datatype))
        shown: Json = None

        def post() -> str:
            nonlocal shown
            sent = self._services.send(operation, write.variables, body=write.body, idempotent=False)
            with refusals_explained(self.label, card, values):
                whole = self._services.exchange.read_created(sent.request, sent.response)
                self._services.raise_reported_error(operation, sent, whole)
            shown = select_entities(operation, whole)
            new = created_id(card, operation, shown) or located_id(sent.response)
            if new is None:
                why = f"the new record's {card.key!r} is not in the response, or is not an id"
                self._services.exchange.raise_missing_id(sent.request, sent.response, why)
            return new

        watched = self._evidence.watched(datatype, post) if self._evidence else None
        new = create_once(post, found, self._pause_clock, self._pauses_s, watched)
        if self.exchange_log.redact(new) != new:
            # It would stand in the journal, in the store of a sync, and in the URLs of further requests.
            raise UncertainWrite(f"{self.label}: the id of a new record contains a secret", succeeded=True)
        return created_record(self.label, card, new, shown)

    def update(self, record: Record, values: Mapping[str, Json]) -> Record | None:
        """Change the given wire values (by write path) of a record; return what the response shows."""
        card, operation = self._operation(record.datatype, "update")
        shown: Json = None

        def put(now: Record) -> None:
            nonlocal shown
            write = build_update(card, operation, now.id, now.data, values)
            once = adds_elements(card, write.entity)
            headers = revision_header(card.revision, now.data)
            sent = self._services.send(
                operation, write.variables, body=write.body, headers=headers, idempotent=not once
            )
            with refusals_explained(self.label, card, values):
                self._services.expect_success(operation, sent, uncertain=once)
            shown = self._services.shown(operation, sent)
            if self._evidence:
                self._evidence.note_write(record.datatype)

        def look() -> Record | None:
            return self.lookup(record.datatype, record.id)

        wait = self._pause_clock.sleep
        update_idempotently(put, record, look, card=card, values=values, wait=wait, check_delays_s=self._pauses_s)
        return updated_record(self.label, card, operation, record.id, shown)

    def delete(self, datatype: str, id: str) -> None:
        """Delete a record; a record that does not exist any more is not an error."""
        card, operation = self._operation(datatype, "delete")
        sent = self._services.send(operation, lookup_variables(card, operation, id))
        if not is_gone(operation, sent.response):
            self._services.expect_success(operation, sent)

    def render_specimens(self, datatype: str, values: Mapping[str, Json]) -> None:
        """Render the requests about a record of a datatype, and send none; `values` are the wire values of a create.

        Raises ConnectorError for the first template that cannot be rendered.
        """
        from qa_sync.systems.rest.specimens import specimen_requests  # noqa: PLC0415  only before a live run

        for operation, variables, body in specimen_requests(self.cards[datatype], self._operations, values):
            self._services.of(operation)[0].make(operation, variables, body=body)

    def _operation(self, datatype: str, verb: str) -> tuple[EntityCard, Operation]:
        card = self.cards[datatype]
        if verb in card.cannot:
            message = f"{self.label}: no {verb} of {card.names[0]}: {card.cannot[verb]}"
            raise RequestRejected(message, status=int(httpx.codes.METHOD_NOT_ALLOWED))
        return card, self._operations[f"{datatype}-{verb}"]

    def _defaults(self, datatype: str) -> Mapping[str, Json]:
        operation = self._operations.get(f"{datatype}-{DEFAULTS}")
        return self._services.read_object(operation) if operation else {}


def _wrote_nothing(datatype: str, since: datetime) -> bool:  # noqa: ARG001 - as of CreateEvidence
    """Return that nothing is known to be written: without the evidence of a run."""
    return False
