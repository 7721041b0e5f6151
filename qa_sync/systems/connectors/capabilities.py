"""What a connector can do, per datatype, and how it authenticates; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from msgspec import Struct

from qa_sync.systems.connectors.load import Connector
from qa_sync.systems.connectors.operations import USES_SINCE, VERBS, Operation, Service
from qa_sync.values.form import Json

CREDENTIALS: Final = "secret("
"""Part of a reference to a secret, in lower case: `$SECRET(name)`, or `secret('name')` in a template."""


class Capabilities(Struct, frozen=True):
    """The capabilities of a datatype.

    `can` are the supported verbs, `cannot` the reasons for the others. `paging` is None if a list has one page, else
    what ends the pagination; `since` says whether a list can be limited to changes; `parent` is the datatype through
    which it is read; `looks_up_rows` is true if the record of each row is looked up.
    """

    datatype: str
    key: str
    can: tuple[str, ...]
    cannot: Mapping[str, str]
    paging: str | None
    since: bool
    parent: str | None
    looks_up_rows: bool = False


def capabilities_of(connector: Connector) -> tuple[Capabilities, ...]:
    """Return the capabilities of each datatype of a connector, in its order."""
    capabilities = []
    for name, card in connector.cards.items():
        listing = connector.operations.get(f"{name}-list")
        capabilities.append(
            Capabilities(
                datatype=name,
                key=_key(connector, name) or card.key,
                can=tuple(verb for verb in VERBS if f"{name}-{verb}" in connector.operations),
                cannot=card.cannot,
                paging=" or ".join(listing.termination) if listing and listing.next_page_link else None,
                since=listing is not None and _supports_since(listing),
                parent=listing.children.parent if listing and listing.children else None,
                looks_up_rows=listing is not None and listing.looks_up_rows,
            )
        )
    return tuple(capabilities)


def authentication_of(service: Service, operations: Iterable[Operation] = ()) -> str:
    """Return a short name of a service's authentication; operations may have headers of their own."""
    if service.authentication:
        return service.authentication
    headers = [service.headers, *(operation.headers for operation in operations)]
    secret = dict.fromkeys(name for each in headers for name, text in each.items() if CREDENTIALS in str(text).lower())
    if secret:
        return f"header {', '.join(secret)}"
    return "in the URL" if CREDENTIALS in service.url_pattern.lower() else "none"


def addresses_of(connector: Connector) -> tuple[str, ...]:
    """Return every address that a connector itself names, as written: the services, and those that give tokens."""
    services = (connector.service, *connector.further.values())
    found = [service.url_pattern.partition("%s")[0] for service in services]
    found += [address for service in services for address in _token_addresses(service)]
    resolved = (_with_defaults(address, connector.defaults) for address in found if address)
    return tuple(dict.fromkeys(USER_INFO.sub("//", address) for address in resolved))


TOKEN_URLS: Final = ("oauth2", "tripletex")
"""The settings of a service that have the address of a token server as `token_url`."""
USER_INFO: Final = re.compile(r"//[^/@]*@")


def _token_addresses(service: Service) -> Iterator[str]:
    for kind in TOKEN_URLS:
        yield str((service.settings.get(kind) or {}).get("token_url") or "")
    for operation in (service.settings.get("custom_auth") or {}).values():
        if isinstance(operation, Mapping) and "://" in str(operation.get("url")):
            yield str(operation["url"])


def _with_defaults(address: str, defaults: Mapping[str, Json]) -> str:
    """Return an address with the values that the manifest gives its parameters."""
    for name, value in defaults.items():
        address = address.replace(f"$ENV({name})", str(value))
    return address


def _key(connector: Connector, datatype: str) -> str:
    operations = (connector.operations.get(f"{datatype}-{verb}") for verb in VERBS)
    return next((", ".join(o.primary_key) for o in operations if o and o.primary_key), "")


def _supports_since(operation: Operation) -> bool:
    texts = (operation.url, str(operation.params), str(operation.headers), str(operation.payload))
    sent = operation.supports_since and operation.since_location != "manual"
    return sent or any(re.search(USES_SINCE, text) for text in texts)
