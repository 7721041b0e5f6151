"""One cheap read of each system of the settings, which tells whether it is there and lets us in."""

from __future__ import annotations

import os
from collections import ChainMap
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.clock import RealClock
from qa_sync.errors import NoVerdict, QaSyncError
from qa_sync.modes.live_systems.connections import open_system_connection
from qa_sync.settings.model import Settings
from qa_sync.systems.auth.describe import describe_user
from qa_sync.systems.connectors.capabilities import capabilities_of
from qa_sync.systems.connectors.find import connector_folder, load_with_settings
from qa_sync.systems.connectors.load import Connector
from qa_sync.systems.connectors.operations import Service
from qa_sync.systems.http.retry_policy import RetryPolicy
from qa_sync.systems.redaction import Redactor
from qa_sync.systems.rest.clients import references_for
from qa_sync.systems.rest.live_connection import LiveConnection

RETRY_POLICY = RetryPolicy(attempts=2)
"""Somebody sits and waits for the answer."""


class Ping(Struct, frozen=True):
    """What came of it: where the system is, as whom we spoke to it, what was read, and what was wrong if anything."""

    label: str
    url: str = ""
    identity: str = ""
    read: str = ""
    problem: QaSyncError | None = None


def ping_each(settings: Settings, labels: Sequence[str]) -> Iterator[Ping]:
    """Yield one ping a system, when it is done; an error of one is its own, and raised for none."""
    variables = {name for each in settings.systems.values() for name in each.secrets.values()}
    redact = Redactor(os.environ.get(name, "") for name in variables)
    for label in labels:
        try:
            yield _ping(settings, label, redact)
        except QaSyncError as problem:
            yield Ping(label, problem=problem)


def _ping(settings: Settings, label: str, redact: Redactor) -> Ping:
    own = settings.system(label)
    connector = load_with_settings(connector_folder(settings, label, own.location if own else None), own)
    connection = open_system_connection(settings, label, connector, redact, retry_policy=RETRY_POLICY)
    try:
        references = references_for(label, connector, connection.base_url, connection.secrets, connection.env)
        told = (
            redact(connection.base_url),
            redact(describe_user(_with_operation_headers(connector), references, connection.base_url)),
        )
        try:
            return Ping(label, *told, read=_read(connection, connector))
        except QaSyncError as problem:
            return Ping(label, *told, problem=problem)
    finally:
        connection.close()


def _with_operation_headers(connector: Connector) -> Service:
    """Return the service with the headers of its operations: some connectors say only there who asks."""
    headers = ChainMap({}, dict(connector.service.headers), *(dict(o.headers) for o in connector.operations.values()))
    return replace(connector.service, headers=headers)


def _read(connection: LiveConnection, connector: Connector) -> str:
    """Ask for the records that changed just now, or for a first page; return the datatype's name."""
    listed = [a for a in capabilities_of(connector) if "list" in a.can and "list" not in a.cannot and not a.parent]
    if not listed:
        raise NoVerdict(
            f"{connection.label}: its connector can list nothing, so nothing was asked",
            hint=f"qa-sync connectors check {connector.name} says why",
        )
    cheapest = next((a for a in listed if a.since), listed[0])
    system = connection.system()
    next(system.list(cheapest.datatype, RealClock().now() if cheapest.since else None), None)
    return cheapest.datatype
