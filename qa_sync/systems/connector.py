"""A connector folder in the Sesam connector format -> Connector: how a system is spoken to, as frozen data.

Source: facts/SESAM.md 1.1, 1.2, 2.1 to 2.3. Read here: `manifest.json`, `templates/system.json`, and our
`entities.toml` beside them. Keys of the format that nothing uses yet are kept out, not refused.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from qa_sync.errors import ConnectorError
from qa_sync.systems.auth.kinds import AUTH_SETTINGS, auth_problems, kind_of
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.confidential import REFERENCE
from qa_sync.systems.entities import read_cards
from qa_sync.values.form import Json

VERBS: Final = ("list", "lookup", "insert", "update", "delete")
EXPANSION: Final = re.compile(r"\{\{@\s*(\w+)\s*@\}\}")
MANNER_SETTINGS: Final = (
    "connect_timeout",
    "read_timeout",
    "rate_limiting_retries",
    "rate_limiting_delay",
    "retry_strategy",
)
DEFAULT_TERMINATION: Final = ("next-page-link-empty", "same-next-page-request", "same-response")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a `system:rest`; texts are templates, still to be rendered.

    `payload_property` is the member of the answer that holds the entity or the list of entities; `termination` are the
    strategies of which any one ends the paging that `next_page_link` switches on.
    """

    name: str
    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, Json] = field(default_factory=dict)
    payload: Json = None
    payload_property: str | None = None
    id_expression: str | None = None
    next_page_link: str | None = None
    termination: tuple[str, ...] = DEFAULT_TERMINATION
    page_size: int | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """What all operations share: where the service is and how one shows who one is.

    `authentication` is a kind of `qa_sync.systems.auth.kinds`; `settings` are the properties that it and the manners
    read, as they stand in the file.
    """

    url_pattern: str
    headers: Mapping[str, str] = field(default_factory=dict)
    authentication: str | None = None
    username: str = ""
    password: str = ""
    settings: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Connector:
    """A connector: `fingerprint` changes with any of its files, `secrets` are the names that settings must give."""

    name: str
    fingerprint: str
    service: Service
    operations: Mapping[str, Operation]
    cards: Mapping[str, EntityCard]
    secrets: frozenset[str]


def load_connector(folder: Path) -> Connector:
    """Read a connector folder; raises ConnectorError that lists everything that is wrong with it."""
    manifest = _parsed(_text(folder / "manifest.json"), folder / "manifest.json")
    template = folder / str(manifest.get("system-template") or "templates/system.json")
    text = _expanded(_text(template), manifest)
    system = _parsed(text, template)
    operations = {name: _operation(name, raw) for name, raw in (system.get("operations") or {}).items()}
    cards = read_cards(folder / "entities.toml", folder.name, manifest.get("datatypes") or {})
    problems = [*_missing_operations(cards, operations), *_misshapen(system, operations)]
    if problems:
        raise ConnectorError(f"{template}: " + "; ".join(problems))
    return Connector(
        name=folder.name,
        fingerprint=_fingerprint(folder),
        service=_service(system),
        operations=operations,
        cards=cards,
        secrets=frozenset(name for kind, name in REFERENCE.findall(text) if kind == "SECRET"),
    )


def _expanded(text: str, manifest: Mapping[str, Json]) -> str:
    """Expand `{{@ x @}}`: a parameter of the environment becomes `$ENV(x)`, an undeclared name becomes empty."""
    declared = manifest.get("additional_parameters") or {}
    return EXPANSION.sub(lambda m: f"$ENV({m[1]})" if m[1] in declared else "", text)


def _service(system: Mapping[str, Json]) -> Service:
    return Service(
        url_pattern=system["url_pattern"],
        headers=system.get("headers") or {},
        authentication=kind_of(system),
        username=system.get("username") or "",
        password=system.get("password") or "",
        settings={name: system[name] for name in (*AUTH_SETTINGS, *MANNER_SETTINGS) if name in system},
    )


def _operation(name: str, raw: Mapping[str, Json]) -> Operation:
    strategy = raw.get("next_page_termination_strategy") or DEFAULT_TERMINATION
    return Operation(
        name=name,
        method=raw.get("method") or "",
        url=raw.get("url") or "",
        headers=raw.get("headers") or {},
        params=raw.get("params") or {},
        payload=raw.get("payload"),
        payload_property=raw.get("payload_property") or None,
        id_expression=raw.get("id_expression") or None,
        next_page_link=raw.get("next_page_link") or None,
        termination=(strategy,) if isinstance(strategy, str) else tuple(strategy),
        page_size=raw.get("page_size") or None,
    )


def _missing_operations(cards: Mapping[str, EntityCard], operations: Mapping[str, Operation]) -> Iterator[str]:
    for card in cards.values():
        for verb in VERBS:
            if verb not in card.cannot and f"{card.datatype}-{verb}" not in operations:
                yield f"no operation '{card.datatype}-{verb}', and entities.toml does not say why it cannot be"


def _misshapen(system: Mapping[str, Json], operations: Mapping[str, Operation]) -> Iterator[str]:
    if not isinstance(system.get("url_pattern"), str):
        yield "'url_pattern' is missing"
    yield from auth_problems(system)
    yield from (f"operation {o.name!r} has no 'method'" for o in operations.values() if not o.method)


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    files = (p for p in folder.rglob("*") if p.is_file() and not p.name.startswith("."))
    for path in sorted(files, key=lambda p: p.relative_to(folder).as_posix()):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _parsed(text: str, path: Path) -> Mapping[str, Json]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise ConnectorError(f"{path}: not JSON: {error}") from None
    if not isinstance(value, dict):
        raise ConnectorError(f"{path}: expected one JSON object, got {type(value).__name__}")
    return value


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")  # some editors leave a byte order mark
    except OSError as error:
        raise ConnectorError(
            f"{path}: {error.strerror or error}", hint="a connector folder holds manifest.json and templates/"
        ) from None
    except UnicodeDecodeError as error:
        raise ConnectorError(f"{path}: not UTF-8: {error.reason}") from None
