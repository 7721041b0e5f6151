"""A connector folder in the Sesam connector format -> Connector: how a system is spoken to, as frozen data.

Source: facts/SESAM.md 1 and 2. Read here: `manifest.json`, the system's template, the pipe templates of datatypes that
have one, and our `entities.toml` beside them. The built-in connectors have no pipes: their operations are complete.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct, field

from qa_sync.errors import ConnectorError
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.connectors import datatypes
from qa_sync.systems.connectors.auth_options import auth_problems
from qa_sync.systems.connectors.connection_options import connection_problems
from qa_sync.systems.connectors.entities_toml import read_cards
from qa_sync.systems.connectors.folder import (
    MANIFEST_FILE,
    ConnectorFiles,
    Problem,
    Severity,
    fingerprint_of,
    parse_json,
    parse_json_object,
    read_text,
    resolve_inside,
)
from qa_sync.systems.connectors.operations import VERBS, Operation, Service, service_of
from qa_sync.systems.connectors.parameters import KEY as CONDITIONAL
from qa_sync.systems.connectors.parameters import (
    expand_parameters,
    resolve_conditions,
    system_variables,
    unresolved_conditions,
)
from qa_sync.systems.connectors.validation.object_types import DATATYPE, MANIFEST, SYSTEM
from qa_sync.systems.connectors.validation.type_checks import TypeProblems, type_checked, type_checked_operations
from qa_sync.systems.templates.references import REFERENCE
from qa_sync.values.form import Json

__all__ = ["VERBS", "Connector", "Operation", "Service", "check_connector", "load_connector"]

REST: Final = "system:rest"
SECRETS_BY_CALL: Final = r"\bsecret\(\s*\\?[\"']([^\"'\\]+)"

Raw = Mapping[str, Json]


class Connector(Struct, frozen=True):
    """A connector.

    `fingerprint` changes with any of its files; `service` is its (first) system, `further` are the others by name;
    `operations` are keyed `<datatype>-<verb>`; `secrets` and `parameters` are the names that settings must give, but
    for those parameters that have `defaults`.
    """

    name: str
    fingerprint: str
    service: Service
    operations: Mapping[str, Operation]
    cards: Mapping[str, EntityCard]
    secrets: frozenset[str]
    further: Mapping[str, Service]
    parameters: frozenset[str]
    defaults: Mapping[str, Json] = field(default_factory=dict)


def load_connector(
    folder: Path, *, env: Mapping[str, Json] | None = None, payloads: Mapping[str, Json] | None = None
) -> Connector:
    """Read a connector folder.

    `env` are values of parameters, which choose among `$conditional_properties`; `payloads` are payload templates by
    `<datatype>-<verb>`, for writes whose body the pipes do not show. Raises ConnectorError that lists everything that
    is fatally wrong; what is merely missing becomes a reason on the entity's card.
    """
    read = _read(folder, env or {}, payloads or {})
    fatal = [str(problem) for problem in read.problems if problem.severity is Severity.FATAL]
    if fatal:
        raise ConnectorError(f"{folder}: " + "; ".join(fatal))
    return read.connector


def check_connector(
    folder: Path, *, env: Mapping[str, Json], payloads: Mapping[str, Json]
) -> tuple[Connector, Sequence[Problem]]:
    """Read a connector folder and tell all that is wrong with it; raises ConnectorError when it is unreadable."""
    from qa_sync.systems.connectors.validation.warnings import connector_warnings  # noqa: PLC0415 - a run reads connectors without it

    read = _read(folder, env, payloads)
    return read.connector, [*read.problems, *connector_warnings(read.files)]


class _ReadConnector(Struct, frozen=True):
    connector: Connector
    problems: list[Problem]
    files: ConnectorFiles


def _read(folder: Path, env: Mapping[str, Json], payloads: Mapping[str, Json]) -> _ReadConnector:
    raw, manifest, wrong_manifest = _manifest(folder)
    file = str(manifest.get("system-template") or "templates/system.json")
    template = resolve_inside(folder, file)
    text = expand_parameters(read_text(template), system_variables(folder.name, manifest))
    value = parse_json(text, template)
    systems, wrong_systems = _systems(value, template, env)
    cards = read_cards(folder / "entities.toml", folder.name, manifest.get("datatypes") or {})
    found = datatypes.read(folder, manifest, systems, cards, payloads)
    problems = [
        *_fatal(MANIFEST_FILE, wrong_manifest),
        *(_undecided_problems(value, file, env) if CONDITIONAL in text else ()),
        *_fatal(file, wrong_systems),
        *found.problems,
    ]
    main = folder.name if folder.name in systems else next(iter(systems))
    services = {name: service_of(raw) for name, raw in systems.items()}
    asking = (
        f"{services!r}{found.operations!r}" if found.has_pipes else text
    )  # public systems have operations in excess
    connector = Connector(
        name=folder.name,
        fingerprint=fingerprint_of(folder),
        service=services.pop(main),
        operations=found.operations,
        cards=found.cards,
        secrets=frozenset(_names("SECRET", asking)) | _secrets_called(asking),
        further=services,
        parameters=frozenset(_names("ENV", asking)),
        defaults=_defaults(manifest),
    )
    return _ReadConnector(connector, problems, ConnectorFiles(raw, file, value, systems, found.pipes))


def _defaults(manifest: Raw) -> dict[str, Json]:
    """Return the parameters that a manifest gives itself (facts/SESAM.md 2.2, `oauth2`)."""
    token_url = (manifest.get("oauth2") or {}).get("token_url")
    return {"token_url": token_url} if isinstance(token_url, str) and token_url else {}


def _secrets_called(text: str) -> frozenset[str]:
    """Return the secrets that templates ask for by `secret('name')`, which is rare."""
    return frozenset(re.findall(SECRETS_BY_CALL, text)) if "secret(" in text else frozenset()


def _names(kind: str, text: str) -> Iterator[str]:
    return (name for each, name in REFERENCE.findall(text) if each == kind)


def _fatal(file: str, wrong: TypeProblems) -> Iterator[Problem]:
    return (Problem(file, key, words, Severity.FATAL) for key, words in wrong)


def _manifest(folder: Path) -> tuple[Raw, dict[str, Json], TypeProblems]:
    """Return a manifest as it stands, as it fits, and what is wrong in it."""
    wrong: TypeProblems = []
    raw = parse_json_object(read_text(folder / MANIFEST_FILE), folder / MANIFEST_FILE)
    manifest = type_checked(raw, MANIFEST, "", wrong)
    kinds = manifest.get("datatypes", {})
    manifest["datatypes"] = {
        name: type_checked(kind, DATATYPE, f"datatypes.{name}", wrong) for name, kind in kinds.items()
    }
    return raw, manifest, wrong


def _systems(value: Json, template: Path, env: Mapping[str, Json]) -> tuple[dict[str, Raw], TypeProblems]:
    """Return the systems of a template by their ids, one object or a list of them, and what is wrong in them."""
    listed = value if isinstance(value, list) else [value]
    if not listed or not all(isinstance(each, dict) for each in listed):
        raise ConnectorError(f"{template}: expected one JSON object or a list of them")
    wrong: TypeProblems = []
    systems: dict[str, Raw] = {}
    listed = [raw for raw in listed if _is_rest(raw)] or listed  # a microservice may be the server of the REST system
    for raw in listed:
        where = f"{raw.get('_id')}." if len(listed) > 1 else ""
        system = type_checked(resolve_conditions(raw, env), SYSTEM, where.removesuffix("."), wrong)
        wrong += ((f"{where}{key}", words) for key, words in _wrong_system(system))
        system["operations"] = type_checked_operations(system.get("operations", {}), f"{where}operations", wrong)
        systems[system.get("_id", "")] = system
    if len(systems) < len(listed):
        raise ConnectorError(f"{template}: two systems have the same '_id'")
    return systems, wrong


def _undecided_problems(value: Json, file: str, env: Mapping[str, Json]) -> Iterator[Problem]:
    for key, name in unresolved_conditions(value, env):
        yield Problem(file, key, f"needs the parameter {name!r} to choose; nothing is chosen", Severity.MISSING)


def _is_rest(system: Raw) -> bool:
    return system.get("type") in (None, "", REST)  # any JSON may stand there


def _wrong_system(system: Raw) -> Iterator[tuple[str, str]]:
    if not _is_rest(system):
        yield "type", f"{system['type']!r} is no system that is spoken to over REST"
    given = [key for key in ("url_pattern", "base_url") if system.get(key)]
    if len(given) != 1:
        yield "url_pattern", "is missing" if not given else "and 'base_url' cannot both be given"
    yield from auth_problems(system)
    yield from connection_problems(system)
