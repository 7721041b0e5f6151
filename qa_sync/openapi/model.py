"""What a draft consists of: frozen data between reading, deducing and writing."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from qa_sync.openapi.reading.routes import Route
from qa_sync.openapi.reading.schema import Schema
from qa_sync.values.form import Json


class Resource(Struct, frozen=True):
    """A resource of an API: a collection and the path of an item.

    `routes` are by verb (`list`, `lookup`, `insert`, `update`, `delete`); `guesses` say by verb why a route is not
    certain; `parameter` is the name of the item's path parameter.
    """

    name: str
    path: str
    item_path: str
    parameter: str
    routes: Mapping[str, Route]
    guesses: Mapping[str, str] = field(default_factory=dict)


class Envelope(Struct, frozen=True):
    """Where a record is in a body: `member` is the path to it (empty: the body itself), and whether it is in a list."""

    member: str
    record: Schema
    is_list: bool = False
    guess: str = ""


class PropertyDraft(Struct, frozen=True):
    """A line of `entities.toml` for a property.

    `keys` are the members of its table; `is_used` is false for a property that is written as a comment only; `guesses`
    say which keys are not certain.
    """

    path: str
    keys: Mapping[str, Json]
    is_used: bool = True
    guesses: tuple[str, ...] = ()


class EntityDraft(Struct, frozen=True):
    """A datatype: its operations, and its card without the properties. `left_out` says what is missing and why."""

    name: str
    names: tuple[str, ...]
    operations: Mapping[str, Mapping[str, Json]]
    card: Mapping[str, Json]
    properties: tuple[PropertyDraft, ...]
    guesses: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()


class Authentication(Struct, frozen=True):
    """How requests authenticate: members of `system.json`, the secrets they need, and the token's URL, if any."""

    system: Mapping[str, Json]
    secrets: tuple[str, ...] = ()
    token_url: str = ""
    guess: str = ""


class Draft(Struct, frozen=True):
    """A connector: its system, its entities, and what the settings must say."""

    title: str
    version: str
    url: str
    authentication: Authentication
    parameters: Mapping[str, str]
    entities: tuple[EntityDraft, ...]
    problems: tuple[str, ...] = ()
