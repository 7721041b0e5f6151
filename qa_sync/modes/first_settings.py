"""The first `qa-sync.toml` for the systems of specs: what is known is written, what is not is marked `fill in`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct, field

from qa_sync.openapi.toml_text import comment_text, key_text, string_text, value_text
from qa_sync.settings.model import Trigger

SCHEMA: Final = Path(__file__).parent.parent / "schemas" / "settings-1.json"
FILL_IN: Final = "# fill in"

TRIGGERS: Final[Mapping[Trigger, str]] = {
    Trigger.WAIT: "it runs by itself",
    Trigger.HTTP: "a URL runs it once",
    Trigger.COMMAND: "a program runs it once",
    Trigger.SESAM: "the pipes of a Sesam node",
    Trigger.BUILTIN: "the built-in sync, to try the checks",
}
"""The ways to start the sync under test, in the words of a question."""


class FirstSystem(Struct, frozen=True):
    """What is known of a system; an empty text is not known.

    `connector` is a built-in name or a folder as the settings have it, `why` says how it was found. `secrets` and
    `parameters` are the names that the connector needs.
    """

    label: str
    connector: str = ""
    why: str = ""
    url: str = ""
    writes: bool = False
    secrets: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()

    def variables(self) -> dict[str, str]:
        """Return the environment variables of the secrets, by the connector's names."""
        plain = "".join(c if c.isascii() and c.isalnum() else "_" for c in self.label).strip("_") or "SYSTEM"
        start = plain if not plain[0].isdecimal() else f"_{plain}"
        return {secret: f"{start}_{secret}".upper() for secret in self.secrets}


class FirstSync(Struct, frozen=True):
    """How the sync under test is started: the trigger, with its further keys."""

    trigger: Trigger = Trigger.WAIT
    keys: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)


NEEDED: Final[Mapping[Trigger, Mapping[str, str]]] = {
    Trigger.HTTP: {"url": '"https://..."'},
    Trigger.COMMAND: {"command": '["program", "argument"]'},
    Trigger.SESAM: {"url": '"https://.../api"', "pipes": '["pipe"]'},
}
"""The further keys of each trigger, with what their values look like."""


def first_settings(systems: Iterable[FirstSystem], sync: FirstSync, specs: Iterable[str]) -> str:
    """Return the text of `qa-sync.toml`."""
    lines = [f"#:schema {SCHEMA.as_uri()}", f"# For {comment_text(', '.join(specs))}", ""]
    for system in systems:
        lines += [*_system(system), ""]
    return "\n".join([*lines, *_sync(sync)]) + "\n"


def to_fill_in(text: str) -> list[tuple[int, str]]:
    """Return the lines that are to be filled in, with their numbers from 1."""
    return [(n, line) for n, line in enumerate(text.splitlines(), 1) if FILL_IN in line]


def _system(system: FirstSystem) -> Iterator[str]:
    yield f"[systems.{key_text(system.label)}]"
    if system.connector:
        why = f"  # {comment_text(system.why)}" if system.why else ""
        yield f"connector = {string_text(system.connector)}{why}"
    else:
        yield f'# connector = "..."  {FILL_IN}: a folder; `qa-sync connectors new` drafts one from an OpenAPI document'
    yield f"url = {string_text(system.url)}" if system.url else f'# url = "https://..."  {FILL_IN}'
    allowed = "" if system.writes else "# "
    yield f"{allowed}writes = true  # allows qa-sync to create, change and delete test records"
    if system.secrets:
        yield f"secrets = {value_text({name: f'${variable}' for name, variable in system.variables().items()})}"
    if system.parameters:
        yield f"[systems.{key_text(system.label)}.parameters]"
        yield from (f'# {key_text(name)} = "..."  {FILL_IN}' for name in system.parameters)


def _sync(sync: FirstSync) -> Iterator[str]:
    needed = NEEDED.get(sync.trigger, {})
    missing = [name for name in needed if not sync.keys.get(name)]
    # The settings are invalid with a trigger that lacks a key.
    yield "[sync]"
    yield f'{"# " if missing else ""}trigger = "{sync.trigger}"  # {TRIGGERS[sync.trigger]}'
    for name, example in needed.items():
        value = sync.keys.get(name)
        yield f"{'# ' if missing else ''}{name} = {value_text(value)}" if value else f"# {name} = {example}  {FILL_IN}"
