"""Reads entity cards from `entities.toml`; reports all problems of a file at once.

The file has a table per datatype, with a table per property path below it. The `defaults` of a datatype apply to its
properties without `writable`. The table `"*"` applies to every datatype that does not override it. Source:
docs/explanation/design.rst, "Systems and connectors".
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from qa_sync.errors import ConnectorError, UsageError, did_you_mean
from qa_sync.systems.cards import EntityCard, PropertyCard, Revision, Writable
from qa_sync.systems.connectors.card_keys import (
    COMMANDS,
    CONVERSIONS,
    DOUBLED,
    EMPTY,
    EMPTY_LISTS,
    ENTITY_KEYS,
    PROPERTY_KEYS,
    TAGGED,
    TYPES,
    CardKey,
)
from qa_sync.systems.connectors.folder import read_text
from qa_sync.toml_text import parse_toml
from qa_sync.values.form import Form
from qa_sync.values.path_grammar import parse
from qa_sync.values.regions import RegionCodes

SHARED: Final = "*"
"""The table that applies to every datatype; no datatype can have that name."""


def read_cards(path: Path, system: str, datatypes: Mapping[str, Any] | None = None) -> dict[str, EntityCard]:
    """Read the cards of a connector by datatype; returns none if the file does not exist, as in public connectors.

    `datatypes` are those of the manifest (None: any). Raises ConnectorError that lists every problem with its key.
    """
    if not path.exists():
        return {}
    try:
        document = parse_toml(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise ConnectorError(f"{path}: not TOML: {error}") from None
    problems = list(_wrong_shared(document.get(SHARED, {})))
    if not problems:
        document = _with_shared_values(document)
        known = document if datatypes is None else datatypes
        problems = [*_problems(document, known), *_missing_files(document, path.parent)]
    if problems:
        raise ConnectorError(f"{path} has {len(problems)} problem(s):\n  " + "\n  ".join(problems))
    return {name: _entity(system, name, raw, path.parent) for name, raw in document.items()}


def _missing_files(document: Mapping[str, Any], folder: Path) -> Iterator[str]:
    for name, raw in document.items():
        properties = raw.get("properties") if isinstance(raw, dict) else None
        for path, card in (properties if isinstance(properties, dict) else {}).items():
            file = card.get("codes", "") if isinstance(card, dict) else ""
            if file and not (isinstance(file, str) and file == Path(file).name and (folder / file).is_file()):
                where = f'{name}.properties."{path}".codes'
                yield f"{where}: expected the name of a file next to entities.toml, got {file!r}"


def _wrong_shared(shared: Any) -> Iterator[str]:
    known = {key: kind for key, kind in ENTITY_KEYS.items() if key not in {"names", "properties"}}
    if isinstance(shared, dict):
        yield from _wrong_keys(f'["{SHARED}"]', shared, known)
    else:
        yield f'["{SHARED}"]: expected a table'


def _with_shared_values(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tables of the datatypes, each with the shared values."""
    shared = document.get(SHARED, {})
    tables = {name: raw for name, raw in document.items() if name != SHARED}
    return {name: {**shared, **raw} if isinstance(raw, dict) else raw for name, raw in tables.items()}


def _problems(document: Mapping[str, Any], datatypes: Mapping[str, Any]) -> Iterator[str]:
    for name, raw in document.items():
        if name not in datatypes:
            yield f"[{name}]: manifest.json has no such datatype{_suggestion(name, datatypes)}"
        if not isinstance(raw, dict):
            yield f"{name}: expected a table"
            continue
        yield from _wrong_keys(name, raw, ENTITY_KEYS)
        yield from (
            f"{name}: {key!r} is missing" for key, card in ENTITY_KEYS.items() if card.required and key not in raw
        )
        yield from _wrong_word(f"{name}.send", raw.get("send", "changed"), ("changed", "whole"))
        for word in raw.get("empty_list", ()) if isinstance(raw.get("empty_list", ()), list) else ():
            yield from _wrong_word(f"{name}.empty_list", word, EMPTY_LISTS)
        yield from _wrong_revision(name, raw.get("revision"))
        yield from (problem for key in PATH_LISTS for problem in _wrong_paths(f"{name}.{key}", raw.get(key)))
        yield from _wrong_forms(name, raw)
        yield from _wrong_properties(name, raw, document)


def _wrong_forms(name: str, raw: Mapping[str, Any]) -> Iterator[str]:
    commands, tagged = raw.get("list_commands"), raw.get("tagged_values")
    if isinstance(commands, dict):
        yield from _wrong_keys(f"{name}.list_commands", commands, COMMANDS)
        if "element_key" not in raw:
            yield f"{name}.list_commands: 'element_key' is missing; a command must identify its element"
    if isinstance(tagged, dict):
        yield from _wrong_keys(f"{name}.tagged_values", tagged, TAGGED)
        yield from (
            f"{name}.tagged_values: {key!r} is missing"
            for key, card in TAGGED.items()
            if card.required and key not in tagged
        )


def _wrong_properties(name: str, entity: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[str]:
    defaults, properties = entity.get("defaults", {}), entity.get("properties")
    if not isinstance(properties, dict) or not isinstance(defaults, dict):
        return
    concepts: dict[str, str] = {}
    for path, raw in properties.items():
        where = f'{name}.properties."{path}"'
        if not isinstance(raw, dict):
            yield f"{where}: expected a table"
            continue
        yield from _wrong_property(where, raw, defaults)
        if (referred := raw.get("references", name)) not in document:
            yield f"{where}: references {referred!r}, which has no table here{_suggestion(str(referred), document)}"
        concept = raw.get("concept")
        if concept in concepts:
            yield f"{where}: the concept {concept!r} is already used by {concepts[concept]!r}"
        elif concept:
            concepts[concept] = path


def _wrong_property(where: str, raw: Mapping[str, Any], defaults: Mapping[str, Any]) -> Iterator[str]:
    raw = {**(defaults if "writable" not in raw else {}), **raw}  # the default reason does not fit another `writable`
    convert = raw.get("convert", "text")
    conversion = CONVERSIONS.get(convert) if isinstance(convert, str) else None
    options = frozenset({EMPTY, DOUBLED, *(conversion.options if conversion else ())})
    yield from _wrong_keys(where, {k: v for k, v in raw.items() if k not in options}, PROPERTY_KEYS, options)
    yield from _wrong_word(f"{where}.convert", convert, CONVERSIONS)
    yield from _wrong_word(f"{where}.type", raw.get("type", "string"), TYPES)
    yield from _wrong_word(f"{where}.writable", raw.get("writable", "always"), list(Writable))
    if raw.get("writable", "always") != Writable.ALWAYS and not raw.get("why"):
        yield f"{where}: 'why' is missing; it says why the property cannot always be written"


def _wrong_keys(
    where: str, raw: Mapping[str, Any], known: Mapping[str, CardKey], options: frozenset[str] = frozenset()
) -> Iterator[str]:
    for key, value in raw.items():
        if key not in known:
            yield f"{where}: unknown key {key!r}{_suggestion(key, [*known, *options])}"
        elif type(value) is not known[key].type:
            yield f"{where}.{key}: expected {known[key].type.__name__}, got {value!r}"


def _wrong_word(where: str, word: object, known: Mapping[str, Any] | list[Any] | tuple[str, ...]) -> Iterator[str]:
    if word not in list(known):
        yield f"{where}: {word!r} is not one of {', '.join(known)}{_suggestion(str(word), known)}"


def _wrong_revision(name: str, revision: object) -> Iterator[str]:
    if isinstance(revision, dict) and ("read" not in revision or len(revision.keys() & {"write", "header"}) != 1):
        yield f"{name}.revision: expected 'read' and exactly one of 'write' and 'header', got {', '.join(revision)}"


def _wrong_paths(where: str, given: object) -> Iterator[str]:
    for path in given if isinstance(given, list) else ():
        try:
            steps = parse(path) if isinstance(path, str) else ()
        except UsageError as error:
            yield f"{where}: {error.message}"
            continue
        if not steps:
            yield f"{where}: expected paths of members, got {path!r}"


def _suggestion(name: str, known: Mapping[str, Any] | list[Any] | tuple[str, ...]) -> str:
    hint = did_you_mean(name, known)
    return f"; {hint}" if hint else ""


PATH_LISTS: Final = ("volatile", "update_always", "omit")
"""The keys of an entity that are lists of paths."""

COMPUTED_MEMBERS: Final = frozenset(
    {"names", "properties", "defaults", "modified_form", "revision", "empty_list", *PATH_LISTS}
)
"""The members of an entity's table that are converted; the card takes the others unchanged."""


def _entity(system: str, datatype: str, raw: Mapping[str, Any], folder: Path) -> EntityCard:
    plain = {name: member for name, member in raw.items() if name not in COMPUTED_MEMBERS}
    return EntityCard(
        system=system,
        datatype=datatype,
        names=tuple(raw["names"]),
        properties={
            path: _property(path, {**raw.get("defaults", {}), **p}, folder) for path, p in raw["properties"].items()
        },
        modified_form=_form({"convert": "instant", **raw.get("modified_form", {})}, folder),
        revision=Revision(**raw["revision"]) if "revision" in raw else None,
        volatile=tuple(raw.get("volatile", ())),
        update_always=tuple(raw.get("update_always", ())),
        empty_list=tuple(raw.get("empty_list", ())),
        omit=tuple(raw.get("omit", ())),
        **plain,
    )


CASTS: Final[Mapping[str, Callable[[Any], Any]]] = {"writable": Writable, "also": tuple}


def _property(path: str, raw: Mapping[str, Any], folder: Path) -> PropertyCard:
    if raw.get("writable") == Writable.ALWAYS:
        raw = {k: v for k, v in raw.items() if k != "why"}
    own = {k: CASTS.get(k, _same)(v) for k, v in raw.items() if k in PROPERTY_KEYS and k not in {"type", "convert"}}
    return PropertyCard(path=path, form=_form(raw, folder), **own)


def _form(raw: Mapping[str, Any], folder: Path) -> Form:
    convert = raw.get("convert", "text")
    return Form(
        type=raw.get("type", "string"),
        convert=convert,
        options={
            name: RegionCodes(folder / value) if name == "codes" else value
            for name, value in raw.items()
            if name in CONVERSIONS[convert].options or name in {EMPTY, DOUBLED}
        },
    )


def _same(value: Any) -> Any:
    return value
