"""Reads a connector folder in the Sesam connector format into a `Connector`, which is frozen data.

Reads `manifest.json`, the system's template, the pipe templates of datatypes that have one, and `entities.toml`, an
extension of qa-sync. The built-in connectors have no pipes, because their operations are complete. Source:
docs/explanation/connector-format-facts.rst.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

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

__all__ = ["VERBS", "Connector", "Operation", "Service", "check_connector", "load_cards", "load_connector"]

REST: Final = "system:rest"
CARDS_FILE: Final = "entities.toml"
SECRETS_BY_CALL: Final = r"\bsecret\(\s*\\?[\"']([^\"'\\]+)"

Raw = Mapping[str, Json]


class Connector(Struct, frozen=True):
    """A connector.

    `fingerprint` changes with any of its files; `service` is its (first) system, `further` are the others by name;
    `operations` are keyed `<datatype>-<verb>`; `secrets` and `parameters` are the names that the settings must define,
    except for parameters with `defaults`. `folder` is where it was read (None: from no folder).
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
    folder: Path | None = None


def load_connector(
    folder: Path, *, env: Mapping[str, Json] | None = None, payloads: Mapping[str, Json] | None = None
) -> Connector:
    """Read a connector folder.

    `env` are values of parameters, which select among `$conditional_properties`; `payloads` are payload templates by
    `<datatype>-<verb>`, for writes whose body cannot be derived from the pipes. Raises ConnectorError that lists all
    fatal problems; a missing operation becomes a reason on the entity's card.
    """
    read = _read(folder, env or {}, payloads or {})
    fatal = [str(problem) for problem in read.problems if problem.severity is Severity.FATAL]
    if fatal:
        raise ConnectorError(f"{folder}: " + "; ".join(fatal))
    return read.connector


def load_cards(folder: Path) -> Connector:
    """Read only the entity cards of a connector folder, which may have no manifest and no operations.

    Raises ConnectorError if there are no cards, or invalid ones.
    """
    cards = read_cards(folder / CARDS_FILE, folder.name)
    if not cards:
        raise ConnectorError(f"{folder / CARDS_FILE}: no entity cards")
    return Connector(folder.name, "", Service(""), {}, cards, frozenset(), {}, frozenset())


def check_connector(
    folder: Path, *, env: Mapping[str, Json], payloads: Mapping[str, Json]
) -> tuple[Connector, Sequence[Problem]]:
    """Read a connector folder and return all its problems; raises ConnectorError if it is unreadable."""
    from qa_sync.systems.connectors.validation.warnings import connector_warnings  # noqa: PLC0415 - not needed by runs

    read = _read(folder, env, payloads)
    return read.connector, [*read.problems, *connector_warnings(read.files)]


class _ReadConnector(Struct, frozen=True):
    connector: Connector
    problems: list[Problem]
    files: ConnectorFiles


def _read(folder: Path, env: Mapping[str, Json], payloads: Mapping[str, Json]) -> _ReadConnector:
    raw, manifest, wrong_manifest = _manifest(folder)
    file = str(manifest.get("system-template") or manifest.get("system_template") or "templates/system.json")
    template = resolve_inside(folder, file)
    text = expand_parameters(read_text(template), system_variables(folder.name, manifest))
    value = parse_json(text, template)
    systems, wrong_systems = _systems(value, template, env)
    cards = read_cards(folder / CARDS_FILE, folder.name, manifest.get("datatypes") or {})
    found = datatypes.read(folder, manifest, systems, cards, payloads)
    problems = [
        *_fatal(MANIFEST_FILE, wrong_manifest),
        *(_undecided_problems(value, file, env) if CONDITIONAL in text else ()),
        *_fatal(file, wrong_systems),
        *found.problems,
    ]
    main = folder.name if folder.name in systems else next(iter(systems))
    services = {name: service_of(raw) for name, raw in systems.items()}
    text_with_references = (
        f"{services!r}{found.operations!r}" if found.has_pipes else text
    )  # public systems have operations that are not used
    connector = Connector(
        name=folder.name,
        fingerprint=fingerprint_of(folder),
        service=services.pop(main),
        operations=_with_empty_lists(found.operations, found.cards),
        cards=_with_page_sizes(found.cards, found.operations),
        secrets=frozenset(_names("SECRET", text_with_references)) | _secrets_called(text_with_references),
        further=services,
        parameters=frozenset(_names("ENV", text_with_references)),
        defaults=_defaults(manifest),
        folder=folder,
    )
    return _ReadConnector(connector, problems, ConnectorFiles(raw, file, value, systems, found.pipes))


def _with_page_sizes(cards: Mapping[str, EntityCard], operations: Mapping[str, Operation]) -> Mapping[str, EntityCard]:
    sizes = {name: operations[key].page_size for name in cards if (key := f"{name}-list") in operations}
    return {name: replace(card, page_size=sizes.get(name)) for name, card in cards.items()}


def _with_empty_lists(operations: Mapping[str, Operation], cards: Mapping[str, EntityCard]) -> Mapping[str, Operation]:
    """Return the operations; reads know what the system answers instead of an empty list."""
    said = {f"{name}-{verb}": card.empty_list for name, card in cards.items() for verb in ("list", "lookup")}
    return {key: replace(one, empty_list=said[key]) if said.get(key) else one for key, one in operations.items()}


def _defaults(manifest: Raw) -> dict[str, Json]:
    """Return the parameters that a manifest sets itself: `oauth2.token_url`, and each `default` of a parameter."""
    token_url = (manifest.get("oauth2") or {}).get("token_url")
    declared = manifest.get("additional_parameters") or {}
    defaults = {name: raw["default"] for name, raw in declared.items() if isinstance(raw, dict) and "default" in raw}
    return defaults | ({"token_url": token_url} if isinstance(token_url, str) and token_url else {})


def _secrets_called(text: str) -> frozenset[str]:
    """Return the secrets that templates read by `secret('name')`, which is rare."""
    return frozenset(re.findall(SECRETS_BY_CALL, text)) if "secret(" in text else frozenset()


def _names(kind: str, text: str) -> Iterator[str]:
    return (name for each, name in REFERENCE.findall(text) if each == kind)


def _fatal(file: str, wrong: TypeProblems) -> Iterator[Problem]:
    return (Problem(file, key, words, Severity.FATAL) for key, words in wrong)


def _manifest(folder: Path) -> tuple[Raw, dict[str, Json], TypeProblems]:
    """Return a manifest as written, the same type-checked, and its problems."""
    wrong: TypeProblems = []
    raw = parse_json_object(read_text(folder / MANIFEST_FILE), folder / MANIFEST_FILE)
    manifest = type_checked(raw, MANIFEST, "", wrong)
    kinds = manifest.get("datatypes", {})
    manifest["datatypes"] = {
        name: type_checked(kind, DATATYPE, f"datatypes.{name}", wrong) for name, kind in kinds.items()
    }
    return raw, manifest, wrong


def _systems(value: Json, template: Path, env: Mapping[str, Json]) -> tuple[dict[str, Raw], TypeProblems]:
    """Return the systems of a template (one object or a list) by id, and their problems."""
    listed = value if isinstance(value, list) else [value]
    if not listed or not all(isinstance(each, dict) for each in listed):
        raise ConnectorError(f"{template}: expected one JSON object or a list of them")
    wrong: TypeProblems = []
    systems: dict[str, Raw] = {}
    listed = [
        raw for raw in listed if _is_rest(raw)
    ] or listed  # others may be microservices that serve the REST system
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
        yield Problem(
            file, key, f"needs the parameter {name!r} to select an alternative; none is selected", Severity.MISSING
        )


def _is_rest(system: Raw) -> bool:
    return system.get("type") in (None, "", REST)  # may be any JSON value


def _wrong_system(system: Raw) -> Iterator[tuple[str, str]]:
    if not _is_rest(system):
        yield "type", f"{system['type']!r} is not supported; expected {REST!r}"
    given = [key for key in ("url_pattern", "base_url") if system.get(key)]
    if len(given) != 1:
        yield "url_pattern", "is missing" if not given else "and 'base_url' exclude each other"
    yield from auth_problems(system)
    yield from connection_problems(system)
