"""What a service is spoken to with: what fills its templates in, and a client that shows who one is.

Source: DESIGN 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import httpx

from qa_sync.clock import Clock
from qa_sync.errors import UsageError
from qa_sync.systems.connectors.load import Connector
from qa_sync.systems.connectors.numbers import OF_SERVICE, filled
from qa_sync.systems.connectors.operations import Operation, Service
from qa_sync.systems.http.direct_client import AtOnce, PlainClient
from qa_sync.systems.redaction import Hider
from qa_sync.systems.responses.exchange import Answers, Exchange
from qa_sync.systems.responses.exchange_log import Heard
from qa_sync.systems.templates.references import Filler
from qa_sync.values.form import Json

READ_S: Final = 60
CONNECT_S: Final = 20
LAST_PORT: Final = 65_535
"""A larger one is taken for what is left of it, which is somebody else's."""


def filler_for(
    label: str, connector: Connector, base_url: str, secrets: Mapping[str, str], env: Mapping[str, Json]
) -> Filler:
    """Return what fills a connector's references in.

    Raises UsageError when the url is none or a secret or a parameter is not given: now, not at the first request.
    """
    own = {"base_url": _checked(label, base_url)} if base_url or "base_url" in connector.parameters else {}
    filler = Filler(label, {**connector.defaults, **env, **own}, secrets)
    for kind, names in (("SECRET", connector.secrets), ("ENV", connector.parameters)):
        for name in sorted(names):
            filler.value(kind, name)
    return filler


def with_figures(connector: Connector, filler: Filler) -> Connector:
    """Return a connector with the numbers that it leaves to parameters; raises UsageError for one that is none."""
    return replace(
        connector,
        service=_patient(connector.service, filler),
        operations={name: _counted(each, filler) for name, each in connector.operations.items()},
        further={name: _patient(each, filler) for name, each in connector.further.items()},
    )


def _patient(service: Service, filler: Filler) -> Service:
    told = {name: filled(name, service.settings[name], name, filler) for name in OF_SERVICE if name in service.settings}
    return replace(service, settings={**service.settings, **told}) if told else service


def _counted(operation: Operation, filler: Filler) -> Operation:
    if not operation.left_open:
        return operation
    at = f"the operation {operation.name!r}"
    figures: dict[str, Any] = {
        name: filled(name, text, f"{name} of {at}", filler) for name, text in operation.left_open.items()
    }
    return replace(operation, left_open={}, **figures)


def exchange_with(
    service: Service, out: httpx.BaseTransport, filler: Filler, heard: Heard, clock: Clock | None
) -> Exchange:
    """Return an exchange with a service; without a `clock` it does not show who one is."""
    hide = heard.hide
    auth = auth_of(service, filler, hide, clock) if clock else None
    if auth is None and isinstance(out, AtOnce):
        client: httpx.Client = PlainClient(out)
    else:
        client = httpx.Client(transport=out, auth=auth, timeout=_timeout(service), trust_env=False)
    return Exchange(label=filler.system, hide=hide, client=client, heard=heard)


def auth_of(service: Service, filler: Filler, hide: Hider, clock: Clock) -> httpx.Auth | None:
    """Return what signs the requests to a service, None when nothing does."""
    # Imported here because a replay signs nothing, and must start fast.
    from qa_sync.systems.auth.credentials import Identity  # noqa: PLC0415
    from qa_sync.systems.auth.table import make_auth  # noqa: PLC0415

    return make_auth(Identity(service, filler, hide, clock, Answers(label=filler.system, hide=hide)))


def _timeout(service: Service) -> httpx.Timeout:
    told = service.settings
    return httpx.Timeout(told.get("read_timeout") or READ_S, connect=told.get("connect_timeout") or CONNECT_S)


def _checked(label: str, base_url: str) -> str:
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in {"http", "https"} or not url.host or (url.port or 0) > LAST_PORT:
        raise UsageError(f"the url of {label} is none that HTTP knows", hint="give it as https://host/path")
    return base_url.rstrip("/")
