"""What the routes of a resource say about its record: where it is in each body, and which member is its key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from qa_sync.openapi.deducing.envelopes import find_key, nested_record, record_of, rows_of
from qa_sync.openapi.model import Envelope, Resource
from qa_sync.openapi.properties.members import EMPTY, Bodies
from qa_sync.openapi.reading.routes import Route
from qa_sync.openapi.reading.schema import Schema
from qa_sync.openapi.spelling import is_in_template, segment


class Shape:
    """What the routes of a resource say about its record."""

    def __init__(self, resource: Resource) -> None:
        """Without a key, `key` is empty; `key_guess` says why the key is not certain."""
        self.resource = resource
        listed, looked_up = (response_of(resource.routes.get(verb)) for verb in ("list", "lookup"))
        self.rows = rows_of(resource, listed) if listed else None
        self.one = record_of(resource, looked_up) if looked_up else None
        source = (self.one or self.rows or Envelope("", EMPTY)).record
        self.nested = nested_record(resource, self.rows.record) if self.rows else ""
        if self.nested and looked_up and self.one and self.one.member == self.nested:
            source, self.one = looked_up, Envelope("", looked_up)
        elif self.nested and self.rows:
            source = self.rows.record
        self.record = source
        self.sent = {verb: _sent(resource, resource.routes.get(verb)) for verb in ("insert", "update")}
        inner = record_of(resource, source).record if self.nested else source
        key, self.key_guess = find_key(resource, inner)
        if not source.properties and (sent := self.sent["insert"]) and sent.record.properties:
            # No response is described, as many servers leave it: the record is what an insert takes, and its key.
            self.record = sent.record
            key = find_key(resource, sent.record)[0] or resource.parameter
            self.key_guess = "no response shows the record: it is taken to be what an insert sends, with this key"
        parts = [name for name in (self.nested, key) if name]
        self.key = ".".join(map(segment, parts)) if key and all(map(is_in_template, parts)) else ""

    def is_shared(self, body: Schema) -> bool:
        """Return whether one schema stands for the record and for a body: then `required` also means always shown."""
        return bool(body.place) and body.place == self.record.place

    def bodies(self, others: Mapping[str, str]) -> Bodies:
        """Return the record as read, and as an insert and an update send it; `others` are other resources' keys."""
        insert, update = (sent.record if sent else None for sent in self.sent.values())
        own = self.record.place
        return Bodies(self.record, insert, update, {place: key for place, key in others.items() if place != own})

    def answer(self, verb: str, route: Route) -> Envelope | None:
        """Return where the record is in the response to an operation on one record."""
        if verb == "lookup":
            return self.one
        schema = response_of(route)
        return None if schema is None or self.nested else record_of(self.resource, schema)


def record_keys(resources: Iterable[Resource]) -> Mapping[str, str]:
    """Return the keys of the resources' records, by the place of the record's schema."""
    shapes = [Shape(resource) for resource in resources]
    return {shape.record.place: shape.key for shape in shapes if shape.record.place and shape.key}


def response_of(route: Route | None) -> Schema | None:
    """Return the schema of a route's response."""
    return route.response.schema if route and route.response else None


def _sent(resource: Resource, route: Route | None) -> Envelope | None:
    """Return where the record is in the body of a write; a body of nothing but required members may be the record."""
    if route is None or route.body is None:
        return None
    body = route.body.schema
    looked_up = response_of(resource.routes.get("lookup"))
    known = set(record_of(resource, looked_up).record.properties) if looked_up else set()
    if known & set(body.properties):
        return Envelope("", body)
    return record_of(resource, body)
