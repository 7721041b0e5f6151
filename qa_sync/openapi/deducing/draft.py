"""Makes the draft of a connector from a document and what the user chose."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.errors import UsageError
from qa_sync.openapi.deducing.authentication import authentication_of, header_names
from qa_sync.openapi.deducing.entities import draft_entity
from qa_sync.openapi.deducing.resources import find_resources
from qa_sync.openapi.deducing.shapes import record_keys
from qa_sync.openapi.model import Draft, EntityDraft, PropertyDraft, Resource
from qa_sync.openapi.reading.node import Document, Node
from qa_sync.openapi.reading.routes import Routes, read_routes
from qa_sync.openapi.spelling import is_copyable

VARIABLE: Final = re.compile(r"\{([^{}]+)\}")
MAX_TITLE: Final = 100


class Choice(Struct, frozen=True):
    """An entity to draft: the resource, and the names by which specs call it."""

    resource: Resource
    names: tuple[str, ...] = ()


def resources_of(document: Document) -> list[Resource]:
    """Return the resources of a document; raises UsageError if there are none."""
    routes = read_routes(document.root)
    resources = find_resources(routes)
    if not resources:
        raise UsageError(
            f"no resource was found: no path such as /things/{{id}} has a collection; the paths are: {_listed(routes)}",
            hint="write the connector's three files by hand; docs/guides/connect-a-system.rst shows how",
        )
    return resources


def draft_connector(
    document: Document,
    choices: Sequence[Choice],
    *,
    auth: str | None = None,
    server: str | None = None,
    is_wanted: Callable[[PropertyDraft], bool] = lambda _: True,
) -> Draft:
    """Return the draft of the chosen entities.

    `auth` is the name of a security scheme, `server` the number (from 1) or the URL of the server; `is_wanted` says
    which properties are active, the others become comments.
    """
    routes = [route for choice in choices for route in choice.resource.routes.values()]
    authentication = authentication_of(document.root, routes, auth)
    parameters: dict[str, str] = {}
    keys = record_keys(find_resources(read_routes(document.root)))
    entities: list[EntityDraft] = []
    problems: list[str] = []
    for choice in choices:
        entity = draft_entity(choice.resource, parameters, header_names(authentication), keys, choice.names)
        if entity is None:
            problems.append(f"{choice.resource.path}: no member of the record is its key, {choice.resource.parameter}")
            continue
        properties = tuple(replace(p, is_used=_is_needed(p) or is_wanted(p)) for p in entity.properties)
        entities.append(replace(entity, properties=properties))
    info = document.root.get("info")
    return Draft(
        title=_plain(info.text("title")),
        version=_plain(str(info.get("version").value or "")),
        url=_server(document.root, server),
        authentication=authentication,
        parameters=parameters,
        entities=tuple(entities),
        problems=(*problems, *document.problems),
    )


def _is_needed(drafted: PropertyDraft) -> bool:
    return drafted.keys.get("required") is True


def _plain(text: str) -> str:
    return " ".join(text.split())[:MAX_TITLE] if is_copyable(" ".join(text.split())) else ""


def _listed(routes: Routes | Iterable[str]) -> str:
    paths = list(routes)
    return ", ".join(paths[:30]) + (f" and {len(paths) - 30} more" if len(paths) > 30 else "") if paths else "(none)"  # noqa: PLR2004


def _server(root: Node, chosen: str | None) -> str:
    """Return the URL of the server with its variables' defaults; empty where the document does not say."""
    urls = [_filled(server) for server in root.get("servers").elements()] or _swagger_servers(root)
    if chosen is None:
        return urls[0] if urls else ""
    if "://" in chosen:
        return _without_user(chosen)
    if chosen.isdecimal() and 1 <= int(chosen) <= len(urls):
        return urls[int(chosen) - 1]
    known = ", ".join(f"{n} {url}" for n, url in enumerate(urls, 1)) or "none"
    raise UsageError(f"--server: expected a URL or the number of a server, got {chosen!r}; the document has: {known}")


def _filled(server: Node) -> str:
    variables: Mapping[str, Node] = dict(server.get("variables").members())

    def default(found: re.Match[str]) -> str:
        return variables[found[1]].text("default") if found[1] in variables else found[0]

    url = VARIABLE.sub(default, server.text("url")).rstrip("/")
    return _without_user(url) if "://" in url and is_copyable(url) else ""


def _without_user(url: str) -> str:
    """Return a URL without a user and a password: a draft holds no credentials, whatever a document says."""
    return re.sub(r"(?<=://)[^/?#]*@", "", url)


def _swagger_servers(root: Node) -> list[str]:
    host = root.text("host")
    schemes = [s.value for s in root.get("schemes").elements() if isinstance(s.value, str)]
    scheme = "https" if "https" in schemes or not schemes else schemes[0]
    url = f"{scheme}://{host}{root.text('basePath').rstrip('/')}"
    return [_without_user(url)] if host and is_copyable(url) else []
