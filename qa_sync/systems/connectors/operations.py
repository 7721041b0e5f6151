"""The service and the operations of a `system:rest`, as templates to render; frozen data.

An empty text counts as an absent key, because the format's own skeleton contains empty texts. Source:
docs/explanation/connector-format-facts.rst, "The system" and "Operations".
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
"""The operations of a datatype."""

DEFAULTS_TEMPLATE: Final = "transform-defaults-rest"
DEFAULTS: Final = "defaults"
"""The operation that reads the default values of a new record; few datatypes have one."""

DEFAULT_TERMINATION: Final = ("next-page-link-empty", "same-next-page-request", "same-response")
ENTITY_PAYLOAD: Final = "entity_payload"
"""The variable with the entity's own payload, which overrides the operation's."""
USES_SINCE: Final = r"\{[{%][^}]*\bsince\b"
"""A template that uses the time of the last change; compiled only when needed, which is rare."""

SETTINGS: Final = (*AUTH_SETTINGS, *CONNECTION_SETTINGS, *SERVICE_NUMBERS)


NEVER_SENT: Final = ("_", "$", "sesam_")
"""Prefixes of members that belong to the pipes, which no body contains."""


class BodyRules(Struct, frozen=True):
    """The rules that build a body: those of the transforms before the share template, in order, then the rewrite.

    `defaults_at` is the number of stages before the system's default values are added (None: they are not). `rewrite`
    has the template's own rules, of which `rewrite_rule` builds the body (empty: none).
    """

    stages: tuple[Mapping[str, Json], ...] = ()
    rewrite: Mapping[str, Json] = field(default_factory=dict)
    rewrite_rule: str = ""
    defaults_at: int | None = None


class WriteBody(Struct, frozen=True):
    """How the body of a write is built from an entity.

    `rules` build it (None: it is the entity without the members of the pipes); `member` is the entity's property that
    holds the body (any other than `payload` leaves the body to the operation's own payload, which uses that property);
    `whole` sends the whole record with the changes; `template` is a payload template from the settings, which replaces
    all of this. Source: docs/explanation/connector-format-facts.rst, "Request bodies".
    """

    member: str = "payload"
    whole: bool = False
    template: Json = None
    rules: BodyRules | None = None


class ChildList(Struct, frozen=True):
    """A list that is read once per record of a parent datatype.

    `parent` is that datatype; `adds` are members that are added to the parent's record before the operation uses it, as
    expressions of the pipe language.
    """

    parent: str
    adds: Mapping[str, Json] = field(default_factory=dict)


class Operation(Struct, frozen=True):
    """One operation of a `system:rest`, completed by the pipe that uses it.

    `system` is its service (empty: the only one). `payload_property` is the member of the response that holds the
    entity or the list of entities, `rows` the path of the entities within it; `one_is_list` treats a single object as a
    list; `empty_list` is what the system answers instead of an empty list (`missing`, `null`, `object`). `termination`
    are the strategies, any of which ends the pagination that `next_page_link` enables. `supports_since` sends the time
    of the last change as `since_name` in `since_location` (`query`, `header`, `manual`: not at all), and
    `since_initial` if there is none yet. `allowed` and `ignored` are inclusive ranges of status codes.
    `unresolved_numbers` are numbers with unresolved references. `primary_key` are the members of an id (empty: the
    card's key), `new_key` those in the response to an insert. `body` is None if the entity card defines the body.
    `looks_up_rows` is true if the rows of a list are keys, or parts of records, and each record is looked up.
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
    empty_list: tuple[str, ...] = ()
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
    looks_up_rows: bool = False


class Service(Struct, frozen=True):
    """What all operations share: the location of the service and its authentication.

    `authentication` is a method of `qa_sync.systems.connectors.auth_options`; `settings` are the properties for
    credentials, connections and retries, as written.
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
    """Return the pattern for the old `base_url`, to which an operation's URL is joined."""
    return base_url and f"{base_url.rstrip('/')}/%s"


def operation_of(name: str, raw: Mapping[str, Json], system: str = "") -> Operation:
    """Return the operation that a JSON object describes; `operation_problems` checks its values."""
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
"""The members of an operation that are copied: the key and the default of each."""


def with_template(body: WriteBody | None, template: Json) -> WriteBody:
    """Return the body that a payload template of the settings defines."""
    return replace(body or WriteBody(), template=template)
