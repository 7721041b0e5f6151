"""Writes a draft as the three files of a connector; TOML and JSON are made here so that no text leaves its place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final

from qa_sync.openapi.marks import GUESSED
from qa_sync.openapi.model import Draft, EntityDraft, PropertyDraft
from qa_sync.values.form import Json

MAX_COMMENT: Final = 200


def files_of(draft: Draft, source: str) -> dict[str, str]:
    """Return the connector's files by relative path; `source` names the document and its digest."""
    return {
        "manifest.json": _json(_manifest(draft)),
        "templates/system.json": _json(_system(draft)),
        "entities.toml": "\n".join(_entities(draft, source)) + "\n",
    }


def settings_of(draft: Draft, folder: str, name: str) -> list[str]:
    """Return the lines of `qa-sync.toml` for the system."""
    secrets = ", ".join(f"{s} = {_string('$' + _variable(name, s))}" for s in draft.authentication.secrets)
    lines = [
        f"[systems.{_key(name)}]",
        f"connector = {_string(folder)}",
        f"url = {_string(draft.url)}" if draft.url else 'url = ""  # fill in',
        *([f"secrets = {{ {secrets} }}"] if secrets else []),
    ]
    if draft.parameters:
        lines.append(f"[systems.{_key(name)}.parameters]")
        lines += [f'{_key(p)} = ""  # fill in: {_comment(why)}' for p, why in draft.parameters.items()]
    return lines


def guesses_of(draft: Draft) -> list[str]:
    """Return all guesses, a line each."""
    found = [f"authentication: {draft.authentication.guess}"] if draft.authentication.guess else []
    for entity in draft.entities:
        found += [f"{entity.name}.{key}: {why}" for key, why in entity.guesses.items()]
        found += [f"{entity.name}.{p.path}: {why}" for p in entity.properties if p.is_used for why in p.guesses]
    return found


def _manifest(draft: Draft) -> dict[str, Json]:
    return {
        "additional_parameters": {"base_url": {}, **{name: {} for name in draft.parameters}},
        "datatypes": {entity.name: {} for entity in draft.entities},
    }


def _system(draft: Draft) -> dict[str, Json]:
    system: dict[str, Json] = {
        "type": "system:rest",
        "url_pattern": "{{@ base_url @}}/%s",
        **draft.authentication.system,
    }
    if draft.authentication.guess:
        system["description"] = GUESSED + draft.authentication.guess
    system["operations"] = {
        f"{entity.name}-{verb}": {**operation, **_description(entity, verb)}
        for entity in draft.entities
        for verb, operation in entity.operations.items()
    }
    return system


def _description(entity: EntityDraft, verb: str) -> dict[str, str]:
    return {"description": GUESSED + entity.guesses[verb]} if verb in entity.guesses else {}


def _json(value: Json) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _entities(draft: Draft, source: str) -> Iterator[str]:
    yield f"# Drafted from {_comment(source)}"
    yield f"# {_comment(draft.title)} {_comment(draft.version)}".rstrip()
    yield "# `guessed` marks what the document does not say for certain: check it, then delete the mark."
    for entity in draft.entities:
        yield ""
        yield f"[{_key(entity.name)}]"
        yield f"names = {_value(list(entity.names))}"
        for key, value in entity.card.items():
            yield f"{key} = {_value(value)}{_mark(entity.guesses.get(key))}"
        yield ""
        yield f"[{_key(entity.name)}.properties]"
        yield from (_property(drafted) for drafted in entity.properties)
        if entity.left_out:
            yield f"# left out: {_comment('; '.join(entity.left_out), 2_000)}"


def _property(drafted: PropertyDraft) -> str:
    line = f"{_key(drafted.path)} = {_value(drafted.keys)}{_mark('; '.join(drafted.guesses))}"
    return line if drafted.is_used else f"# {line}"


def _mark(why: str | None) -> str:
    return f"  # {GUESSED}{_comment(why)}" if why else ""


def _comment(text: str, longest: int = MAX_COMMENT) -> str:
    """Return a text that stays on its line: no control characters, not too long."""
    return "".join(c if c.isprintable() else " " for c in text)[:longest]


def _variable(name: str, secret: str) -> str:
    plain = "".join(c if c.isascii() and c.isalnum() else "_" for c in name).strip("_")
    return f"{plain or 'SYSTEM'}_{secret}".upper()


def _key(name: str) -> str:
    is_bare = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if is_bare else _string(name)


def _string(text: str) -> str:
    """Return a basic string of TOML; its escapes are those of JSON, with DEL in addition."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Json) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(str(k))} = {_value(v)}" for k, v in value.items()) + " }" if value else "{}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(v) for v in value) + "]"
    return str(value) if isinstance(value, (int, float)) else _string(str(value))
