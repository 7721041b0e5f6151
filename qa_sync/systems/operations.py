"""What a `system:rest` says: the service, and its operations as templates still to be rendered; frozen data.

Source: facts/SESAM.md 1.1 and 1.2. An empty text stands for an absent key: the format's own skeleton writes those.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Final

from qa_sync.errors import did_you_mean
from qa_sync.frozen import dataclass
from qa_sync.systems.auth.kinds import AUTH_SETTINGS, CUSTOM, custom_operations, kind_of
from qa_sync.systems.connections import CONNECTION_SETTINGS
from qa_sync.systems.figures import OF_SERVICE, left_open, number, whole
from qa_sync.values.form import Json

VERBS: Final = ("list", "lookup", "insert", "update", "delete")
"""What can be done with a datatype."""

DEFAULT_TERMINATION: Final = ("next-page-link-empty", "same-next-page-request", "same-response")
TERMINATION: Final = (*DEFAULT_TERMINATION, "same-next-page-link", "empty-result", "not-full-page")
ENTITY_PAYLOAD: Final = "entity_payload"
"""The variable that holds a payload of the entity's own, which wins over the operation's."""
ASKS_SINCE: Final = r"\{[{%][^}]*\bsince\b"
"""A template that asks for the time of the last change; compiled when it is needed, which is rare."""

SETTINGS: Final = (*AUTH_SETTINGS, *CONNECTION_SETTINGS, *OF_SERVICE)
METHODS: Final = ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD")
PAYLOAD_TYPES: Final = ("json", "json-transit", "form", "text", "multipart-form")
SINCE_LOCATIONS: Final = ("query", "header", "manual")


@dataclass(frozen=True, slots=True)
class Body:
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


@dataclass(frozen=True, slots=True)
class Children:
    """A list that is read once per record of another datatype. Source: facts/SESAM.md 2.5 (1).

    `parent` is that datatype; `adds` are members that the parent's record gets before the operation sees it, as
    expressions of the pipe's language.
    """

    parent: str
    adds: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a `system:rest`, completed by the pipe that uses it.

    `system` is the service that it belongs to (empty: the only one); `payload_property` is the member of the answer
    that holds the entity or the list of entities, and `rows` where in that the entities are; `one_is_list` takes an
    answer that is one object as a list of it; `termination` are the strategies of which any one ends the paging that
    `next_page_link` switches on; `supports_since` sends the time of the last change under `since_name` in
    `since_location` (`query`, `header`, `manual`: nowhere), and `since_initial` when there is none yet; `allowed` and
    `ignored` are inclusive ranges of status codes; `left_open` are the numbers that parameters will fill in;
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
    left_open: Mapping[str, str] = field(default_factory=dict)
    primary_key: tuple[str, ...] = ()
    new_key: tuple[str, ...] = ()
    children: Children | None = None
    body: Body | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """What all operations share: where the service is and how one shows who one is.

    `authentication` is a kind of `qa_sync.systems.auth.kinds`; `settings` are the properties that say how to get
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
        url_pattern=raw.get("url_pattern") or _joined(raw.get("base_url") or ""),
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


def _joined(base_url: str) -> str:
    """Return the pattern that the old `base_url` means: an operation's url is joined to it."""
    return base_url and f"{base_url.rstrip('/')}/%s"


def operation_of(name: str, raw: Mapping[str, Json], system: str = "") -> Operation:
    """Return the operation that a JSON object describes; see `wrong_operation` for what can be wrong with it."""
    strategy = raw.get("next_page_termination_strategy") or DEFAULT_TERMINATION
    return Operation(
        name=name,
        method=raw.get("method") or "",
        url=raw.get("url") or "",
        system=system,
        headers=raw.get("headers") or {},
        params=raw.get("params") or {},
        payload=None if raw.get("payload") == "" else raw.get("payload"),
        payload_type=raw.get("payload-type") or "json",
        properties=raw.get("properties") or {},
        payload_property=raw.get("payload_property") or None,
        response_property=raw.get("response_property") or None,
        response_headers_property=raw.get("response_headers_property") or None,
        response_status_property=raw.get("response_status_property") or None,
        id_expression=raw.get("id_expression") or None,
        updated_expression=raw.get("updated_expression") or None,
        error_expression=raw.get("error_expression") or None,
        next_page_link=raw.get("next_page_link") or None,
        termination=(strategy,) if isinstance(strategy, str) else tuple(strategy),
        page_size=whole(raw.get("page_size")) or None,
        supports_since=bool(raw.get("supports_since")),
        since_initial=raw.get("initial_since_value") or None,
        since_name=raw.get("since_property_name") or "since",
        since_location=raw.get("since_property_location") or "query",
        allowed=_codes(raw.get("allowed_status_codes")),
        ignored=_codes(raw.get("ignored_status_codes")),
        rate_limiting_retries=whole(raw.get("rate_limiting_retries")),
        rate_limiting_delay=number(raw.get("rate_limiting_delay")),
        left_open=left_open(raw),
    )


def status_codes(text: str) -> tuple[tuple[int, int], ...]:
    """Return `200-299,404` as inclusive ranges; raises ValueError when it is none."""
    ends = (part.partition("-") for part in str(text).split(",") if part)
    return tuple((int(low), int(high or low)) for low, _, high in ends)


def _codes(given: Json) -> tuple[tuple[int, int], ...]:
    return status_codes(given) if given and _are_codes(given) else ()


def one_of(status: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    """Whether a status is in one of the ranges."""
    return any(low <= status <= high for low, high in ranges)


WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "method": METHODS,
    "payload-type": PAYLOAD_TYPES,
    "since_property_location": SINCE_LOCATIONS,
}
STATUSES: Final = ("allowed_status_codes", "ignored_status_codes")
SLIPS: Final[Mapping[str, str]] = {"payload_type": "payload-type", "payload-property": "payload_property"}
"""Keys that are easily written the wrong way round, and that nothing would read."""


def wrong_operation(raw: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the values of an operation, whose types fit: the key and the words."""
    if not raw.get("method"):
        yield "method", "is missing"
    yield from _wrong_words(raw)
    yield from _wrong_strategies(raw.get("next_page_termination_strategy") or ())
    yield from ((key, _not_codes(raw[key])) for key in STATUSES if raw.get(key) and not _are_codes(raw[key]))
    yield from overlapping(raw)
    yield from ((slip, f"is not read; did you mean {right!r}?") for slip, right in SLIPS.items() if slip in raw)


def overlapping(raw: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with statuses that stand in both lists: whether such an answer counts, nobody could tell."""
    allowed, ignored = (_codes(raw.get(key)) for key in STATUSES)
    for low, high in ignored:
        if any(low <= end and start <= high for start, end in allowed):
            yield "ignored_status_codes", f"{raw['ignored_status_codes']!r} and 'allowed_status_codes' must not overlap"
            return


def _wrong_words(raw: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    for key, words in WORDS.items():
        if raw.get(key) and raw[key] not in words:
            yield key, f"{raw[key]!r} is not one of {', '.join(words)}"


def _are_codes(given: Json) -> bool:
    try:
        return bool(status_codes(given))
    except ValueError:
        return False


def _not_codes(given: Json) -> str:
    return f"{given!r} is no list of status codes such as 200-299,404"


def _wrong_strategies(given: Json) -> Iterator[tuple[str, str]]:
    for strategy in [given] if isinstance(given, str) else given:
        if strategy not in TERMINATION:
            near = did_you_mean(str(strategy), TERMINATION)
            yield "next_page_termination_strategy", f"unknown strategy {strategy!r}" + (f"; {near}" if near else "")
