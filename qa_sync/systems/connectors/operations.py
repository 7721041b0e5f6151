"""What a `system:rest` says: the service, and its operations as templates still to be rendered; frozen data.

Source: facts/SESAM.md 1.1 and 1.2. An empty text stands for an absent key: the format's own skeleton writes those.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from qa_sync.systems.connectors.auth_options import AUTH_SETTINGS, CUSTOM, custom_operations, kind_of
from qa_sync.systems.connectors.connection_options import CONNECTION_SETTINGS
from qa_sync.systems.connectors.numbers import SERVICE_NUMBERS, number, parse_status_ranges, unresolved_numbers, whole
from qa_sync.values.form import Json

VERBS: Final = ("list", "lookup", "insert", "update", "delete")
"""What can be done with a datatype."""

DEFAULT_TERMINATION: Final = ("next-page-link-empty", "same-next-page-request", "same-response")
ENTITY_PAYLOAD: Final = "entity_payload"
"""The variable that holds a payload of the entity's own, which wins over the operation's."""
USES_SINCE: Final = r"\{[{%][^}]*\bsince\b"
"""A template that asks for the time of the last change; compiled when it is needed, which is rare."""

SETTINGS: Final = (*AUTH_SETTINGS, *CONNECTION_SETTINGS, *SERVICE_NUMBERS)


class WriteBody(Struct, frozen=True):
    """How the body of a write is made of an entity. Source: facts/SESAM.md 2.6.

    `form` is `object` or `patch` (a JSON-Patch list); `key` wraps it, `many` puts it into a list; `drop` are patterns
    of members that do not go along; `member` is the entity's property that carries it (any other than `payload` leaves
    the body to the operation's own payload, which asks for that property); `whole` sends the record as it was read with
    the changes in it; `template` is a payload from outside the connector, which replaces all of this.
    """

    form: str = "object"
    key: str | None = None
    many: bool = False
    drop: tuple[str, ...] = ("_*", "$*", "sesam_*")
    member: str = "payload"
    whole: bool = False
    template: Json = None


class ChildList(Struct, frozen=True):
    """A list that is read once per record of another datatype. Source: facts/SESAM.md 2.5 (1).

    `parent` is that datatype; `adds` are members that the parent's record gets before the operation sees it, as
    expressions of the pipe's language.
    """

    parent: str
    adds: Mapping[str, Json] = field(default_factory=dict)


class Operation(Struct, frozen=True):
    """One operation of a `system:rest`, completed by the pipe that uses it.

    `system` is the service that it belongs to (empty: the only one); `payload_property` is the member of the answer
    that holds the entity or the list of entities, and `rows` where in that the entities are; `one_is_list` takes an
    answer that is one object as a list of it; `termination` are the strategies of which any one ends the paging that
    `next_page_link` switches on; `supports_since` sends the time of the last change under `since_name` in
    `since_location` (`query`, `header`, `manual`: nowhere), and `since_initial` when there is none yet; `allowed` and
    `ignored` are inclusive ranges of status codes; `unresolved_numbers` are the numbers that parameters will fill in;
    `primary_key` are the members that make an id (empty: the card's key), `new_key` those of the answer to an insert;
    `body` is None where the entity card says how a body is made.
    """

    name: str
    method: str
    url: str
    system: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, Json] = field(default_factory=dict)
    payload: Json = None
    payload_type: str = "json"
    properties: Mapping[str, Json] = field(default_factory=dict)
    payload_property: str | None = None
    response_property: str | None = None
    response_headers_property: str | None = None
    response_status_property: str | None = None
    id_expression: str | None = None
    updated_expression: str | None = None
    error_expression: str | None = None
    next_page_link: str | None = None
    termination: tuple[str, ...] = DEFAULT_TERMINATION
    page_size: int | None = None
    rows: str = ""
    one_is_list: bool = False
    supports_since: bool = False
    since_initial: Json = None
    since_name: str = "since"
    since_location: str = "query"
    allowed: tuple[tuple[int, int], ...] = ()
    ignored: tuple[tuple[int, int], ...] = ()
    rate_limiting_retries: int | None = None
    rate_limiting_delay: float | None = None
    unresolved_numbers: Mapping[str, str] = field(default_factory=dict)
    primary_key: tuple[str, ...] = ()
    new_key: tuple[str, ...] = ()
    children: ChildList | None = None
    body: WriteBody | None = None


class Service(Struct, frozen=True):
    """What all operations share: where the service is and how one shows who one is.

    `authentication` is a kind of `qa_sync.systems.connectors.auth_options`; `settings` are the properties that say how
    to get
    credentials and how patient to be, as they stand in the file.
    """

    url_pattern: str
    headers: Mapping[str, str] = field(default_factory=dict)
    authentication: str | None = None
    username: str = ""
    password: str = ""
    settings: Mapping[str, Json] = field(default_factory=dict)
    json_content_types: tuple[str, ...] = ()


def service_of(raw: Mapping[str, Json]) -> Service:
    """Return the service that a system's JSON object describes."""
    return Service(
        url_pattern=raw.get("url_pattern") or _joined_pattern(raw.get("base_url") or ""),
        headers=raw.get("headers") or {},
        authentication=kind_of(raw),
        username=raw.get("username") or "",
        password=raw.get("password") or "",
        settings=_settings(raw),
        json_content_types=tuple(raw.get("json_content_types") or ()),
    )


def _settings(raw: Mapping[str, Json]) -> dict[str, Json]:
    settings = {name: raw[name] for name in SETTINGS if raw.get(name) not in (None, "", {})}
    return {**settings, CUSTOM: custom_operations(raw)} if CUSTOM in settings else settings


def _joined_pattern(base_url: str) -> str:
    """Return the pattern that the old `base_url` means: an operation's url is joined to it."""
    return base_url and f"{base_url.rstrip('/')}/%s"


def operation_of(name: str, raw: Mapping[str, Json], system: str = "") -> Operation:
    """Return the operation that a JSON object describes; `operation_problems` tells what can be wrong with it."""
    strategy = raw.get("next_page_termination_strategy") or DEFAULT_TERMINATION
    return Operation(
        name=name,
        system=system,
        **{own: raw.get(key) or default for own, (key, default) in MEMBERS.items()},
        payload=None if raw.get("payload") == "" else raw.get("payload"),
        termination=(strategy,) if isinstance(strategy, str) else tuple(strategy),
        page_size=whole(raw.get("page_size")) or None,
        supports_since=bool(raw.get("supports_since")),
        allowed=parse_status_ranges(raw.get("allowed_status_codes")),
        ignored=parse_status_ranges(raw.get("ignored_status_codes")),
        rate_limiting_retries=whole(raw.get("rate_limiting_retries")),
        rate_limiting_delay=number(raw.get("rate_limiting_delay")),
        unresolved_numbers=unresolved_numbers(raw),
    )


MEMBERS: Final[Mapping[str, tuple[str, Json]]] = {
    "method": ("method", ""),
    "url": ("url", ""),
    "headers": ("headers", {}),
    "params": ("params", {}),
    "payload_type": ("payload-type", "json"),
    "properties": ("properties", {}),
    "since_initial": ("initial_since_value", None),
    "since_name": ("since_property_name", "since"),
    "since_location": ("since_property_location", "query"),
    **{
        name: (name, None)
        for name in (
            "payload_property",
            "response_property",
            "response_headers_property",
            "response_status_property",
            "id_expression",
            "updated_expression",
            "error_expression",
            "next_page_link",
        )
    },
}
"""The members of an operation that are taken as they stand: the key of each, and what it is when that is absent."""


def with_template(body: WriteBody | None, template: Json) -> WriteBody:
    """Return the body that a payload template from outside the connector makes."""
    return replace(body or WriteBody(), template=template)
