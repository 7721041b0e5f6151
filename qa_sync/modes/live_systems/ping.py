"""One cheap read of each configured system, to test its URL and credentials."""

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
from qa_sync.systems.connectors.capabilities import Capabilities, capabilities_of
from qa_sync.systems.connectors.find import connector_folder, load_with_settings
from qa_sync.systems.connectors.load import Connector
from qa_sync.systems.connectors.operations import Service
from qa_sync.systems.http.retrying.retry_policy import RetryPolicy
from qa_sync.systems.http.retrying.waits import Notify, ignore_notice
from qa_sync.systems.redaction import Redactor
from qa_sync.systems.rest.clients import references_for
from qa_sync.systems.rest.live_connection import LiveConnection
from qa_sync.systems.system import System

RETRY_POLICY = RetryPolicy(attempts=2)
"""Few attempts, because the user waits for the response."""


class Ping(Struct, frozen=True):
    """The result of a ping: the URL of the system, the authenticated user, what was read, and the problem, if any."""

    label: str
    url: str = ""
    identity: str = ""
    read: str = ""
    problem: QaSyncError | None = None


def ping_each(settings: Settings, labels: Sequence[str], notify: Notify = ignore_notice) -> Iterator[Ping]:
    """Yield one ping per system; an error becomes the problem of its ping and is never raised.

    `notify` takes lines about long waits.
    """
    variables = {name for each in settings.systems.values() for name in each.secrets.values()}
    redact = Redactor(os.environ.get(name, "") for name in variables)
    for label in labels:
        try:
            yield _ping(settings, label, redact, notify)
        except QaSyncError as problem:
            yield Ping(label, problem=problem)


def _ping(settings: Settings, label: str, redact: Redactor, notify: Notify) -> Ping:
    own = settings.system(label)
    connector = load_with_settings(connector_folder(settings, label, own.location if own else None), own)
    connection = open_system_connection(settings, label, connector, redact, retry_policy=RETRY_POLICY, notify=notify)
    try:
        references = references_for(label, connector, connection.base_url, connection.secrets, connection.env)
        described = (
            redact(connection.base_url),
            redact(describe_user(_with_operation_headers(connector), references, connection.base_url)),
        )
        try:
            return Ping(label, *described, read=_read(connection, connector))
        except QaSyncError as problem:
            return Ping(label, *described, problem=problem)
    finally:
        connection.close()


def _with_operation_headers(connector: Connector) -> Service:
    """Return the service with the headers of its operations, because some connectors authenticate only there."""
    headers = ChainMap({}, dict(connector.service.headers), *(dict(o.headers) for o in connector.operations.values()))
    return replace(connector.service, headers=headers)


def _read(connection: LiveConnection, connector: Connector) -> str:
    """Request the latest changes, or the first page; return the name of the datatype."""
    listed = [a for a in capabilities_of(connector) if "list" in a.can and "list" not in a.cannot and not a.parent]
    if not listed:
        raise NoVerdict(
            f"{connection.label}: its connector has no list operation, so there was nothing to request",
            hint=f"qa-sync connectors check {connector.name} says why",
        )
    cheapest = next((a for a in listed if a.since), listed[0])
    request_list(connection.system(), connector, cheapest)
    return cheapest.datatype


def request_list(system: System, connector: Connector, listed: Capabilities) -> None:
    """Request the latest changes of a datatype, or its first page; raises what a list raises."""
    operation = connector.operations[f"{listed.datatype}-list"]
    # A condition in a header may be answered with 304, which says nothing about the list.
    since = RealClock().now() if listed.since and operation.since_location != "header" else None
    next(system.list(listed.datatype, since), None)
