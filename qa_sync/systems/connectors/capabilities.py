"""What a connector can do, per datatype, and how it shows who it is; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from qa_sync.systems.connectors.load import Connector
from qa_sync.systems.connectors.operations import USES_SINCE, VERBS, Operation, Service

CREDENTIALS: Final = "secret("
"""What asks for a secret, in small letters: `$SECRET(name)`, or `secret('name')` in a template."""


class Capabilities(Struct, frozen=True):
    """What can be done with a datatype.

    `can` are the verbs, `cannot` the reasons for the others; `paging` is None where a list has one page, else what ends
    it; `since` says whether a list can be narrowed to what changed; `parent` is the datatype that it is read through.
    """

    datatype: str
    key: str
    can: tuple[str, ...]
    cannot: Mapping[str, str]
    paging: str | None
    since: bool
    parent: str | None


def capabilities_of(connector: Connector) -> tuple[Capabilities, ...]:
    """Return what each datatype of a connector allows, in its order."""
    found = []
    for name, card in connector.cards.items():
        listing = connector.operations.get(f"{name}-list")
        found.append(
            Capabilities(
                datatype=name,
                key=_key(connector, name) or card.key,
                can=tuple(verb for verb in VERBS if f"{name}-{verb}" in connector.operations),
                cannot=card.cannot,
                paging=" or ".join(listing.termination) if listing and listing.next_page_link else None,
                since=listing is not None and _supports_since(listing),
                parent=listing.children.parent if listing and listing.children else None,
            )
        )
    return tuple(found)


def authentication_of(service: Service, operations: Iterable[Operation] = ()) -> str:
    """Return in a word or two how a service is told who asks; headers may also stand in its operations."""
    if service.authentication:
        return service.authentication
    headers = [service.headers, *(operation.headers for operation in operations)]
    secret = dict.fromkeys(name for each in headers for name, text in each.items() if CREDENTIALS in str(text).lower())
    if secret:
        return f"header {', '.join(secret)}"
    return "in the url" if CREDENTIALS in service.url_pattern.lower() else "none"


def _key(connector: Connector, datatype: str) -> str:
    operations = (connector.operations.get(f"{datatype}-{verb}") for verb in VERBS)
    return next((", ".join(o.primary_key) for o in operations if o and o.primary_key), "")


def _supports_since(operation: Operation) -> bool:
    texts = (operation.url, str(operation.params), str(operation.headers), str(operation.payload))
    sent = operation.supports_since and operation.since_location != "manual"
    return sent or any(re.search(USES_SINCE, text) for text in texts)
