"""Writes a draft as the three files of a connector; TOML and JSON are made here so that no text leaves its place."""

from __future__ import annotations

import json
from collections.abc import Iterator

from qa_sync.openapi.marks import GUESSED
from qa_sync.openapi.model import Draft, EntityDraft, PropertyDraft
from qa_sync.openapi.toml_text import comment_text, key_text, mark_text, string_text, value_text
from qa_sync.values.form import Json


def files_of(draft: Draft, source: str) -> dict[str, str]:
    """Return the connector's files by relative path; `source` names the document and its digest."""
    return {
        "manifest.json": _json(_manifest(draft)),
        "templates/system.json": _json(_system(draft)),
        "entities.toml": "\n".join(_entities(draft, source)) + "\n",
    }


def settings_of(draft: Draft, folder: str, name: str) -> list[str]:
    """Return the lines of `qa-sync.toml` for the system."""
    secrets = ", ".join(f"{s} = {string_text('$' + _variable(name, s))}" for s in draft.authentication.secrets)
    lines = [
        f"[systems.{key_text(name)}]",
        f"connector = {string_text(folder)}",
        f"url = {string_text(draft.url)}" if draft.url else 'url = ""  # fill in',
        *([f"secrets = {{ {secrets} }}"] if secrets else []),
    ]
    if draft.parameters:
        lines.append(f"[systems.{key_text(name)}.parameters]")
        lines += [f'{key_text(p)} = ""  # fill in: {comment_text(why)}' for p, why in draft.parameters.items()]
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
    yield f"# Drafted from {comment_text(source)}"
    yield f"# {comment_text(draft.title)} {comment_text(draft.version)}".rstrip()
    yield "# `guessed` marks what the document does not say for certain: check it, then delete the mark."
    for entity in draft.entities:
        yield ""
        yield f"[{key_text(entity.name)}]"
        yield f"names = {value_text(list(entity.names))}"
        for key, value in entity.card.items():
            yield f"{key} = {value_text(value)}{mark_text(entity.guesses.get(key))}"
        yield ""
        yield f"[{key_text(entity.name)}.properties]"
        yield from (_property(drafted) for drafted in entity.properties)
        if entity.left_out:
            yield f"# left out: {comment_text('; '.join(entity.left_out), 2_000)}"


def _property(drafted: PropertyDraft) -> str:
    line = f"{key_text(drafted.path)} = {value_text(drafted.keys)}{mark_text('; '.join(drafted.guesses))}"
    return line if drafted.is_used else f"# {line}"


def _variable(name: str, secret: str) -> str:
    plain = "".join(c if c.isascii() and c.isalnum() else "_" for c in name).strip("_")
    return f"{plain or 'SYSTEM'}_{secret}".upper()
