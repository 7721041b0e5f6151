"""The values in a URL: quoted, and rejected if the URL would leave the collection of its operation.

A value that is empty or consists of dots would name the collection instead of a record. Source: RFC 3986, 5.2.4.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from qa_sync.errors import ConnectorError
from qa_sync.systems.requests.record_ids import DOTS, is_path_segment

ABSOLUTE: Final = ("http://", "https://")

SUSPECT: Final = re.compile(r"//|/$|^/|[.;%\\]")
"""Characters of a path that may change its segments; other paths need no further check."""

ORIGIN: Final = re.compile(r"^[A-Za-z][\w+.-]*://[^/?#]*")
BLOCKS: Final = re.compile(r"\{%.*%\}", re.DOTALL)
TAG: Final = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)
EXPRESSION: Final = re.compile(r"\{\{.*?\}\}", re.DOTALL)
NOT_SENT: Final = "nothing was sent; check the URL template of the operation and the values of the record"
FILLED: Final = "x"
"""The placeholder for the value of an expression."""


def names_record(variables: Mapping[str, object]) -> bool:
    """Return whether a request is about one record, not the whole collection."""
    entity = variables.get("entity")
    return "source_entity" in variables or (isinstance(entity, Mapping) and "_id" in entity)


def reject_other_place(template: str, url: str, absolute: str, *, hosts: Iterable[str], of_record: bool) -> None:
    """Raise ConnectorError if a rendered URL leaves the collection of its template.

    `absolute` is the absolute URL; `hosts` are URLs of the hosts that the connector names, the service's own first.
    Only with `of_record` must the last value be non-empty.
    """
    origin = _origin(absolute)
    home, *others = map(_origin, hosts)
    problem = _path_problem(template, url, of_record=of_record)
    if problem is None and home and origin != home and origin not in others:
        problem = "names another host"
    if problem:
        raise ConnectorError(f"invalid URL {url!r}: a value in it {problem}", hint=NOT_SENT)


def _origin(url: str) -> str:
    """Return the scheme and host of a URL, or an empty text."""
    found = ORIGIN.match(url)
    return found[0].lower() if found else ""


def _path_problem(template: str, url: str, *, of_record: bool) -> str | None:
    path = _path(url)
    if not SUSPECT.search(path) and path:
        return None
    written, least = _template_paths(template)
    if _dotted(path) != _dotted(written):
        return "is '.' or '..', which leaves the collection"
    if not of_record:
        path, written, least = (_without_end(each) for each in (path, written, least))
    if _empty(path) > max(_empty(written), _empty(least)) or _filled(path) < min(_filled(written), _filled(least)):
        return "is empty, so that it does not name a record"
    return None


@lru_cache(maxsize=500)
def _template_paths(template: str) -> tuple[str, str]:
    """Return the path of a template with all of its blocks, and with none of them."""
    return _filled_path(TAG.sub("", template)), _filled_path(BLOCKS.sub("", template))


def _filled_path(template: str) -> str:
    return _path(EXPRESSION.sub(FILLED, template))


def _path(url: str) -> str:
    return re.split(r"[?#]", ORIGIN.sub("", url), maxsplit=1)[0]


def dotted_segments(url: str) -> list[str]:
    """Return the segments of a URL that lead to another place than the path says, such as `..`."""
    return _dotted(_path(url))


def _dotted(path: str) -> list[str]:
    """Return the segments that no value may produce; the template itself may contain `..`."""
    return [segment for segment in path.split("/") if segment and not _stays(segment)]


def _stays(segment: str) -> bool:
    return is_path_segment(segment) and segment not in DOTS


def _without_end(path: str) -> str:
    return path.rstrip("/").removesuffix(f"/{FILLED}")


def _empty(path: str) -> int:
    """Return the number of empty segments; the leading slash does not count."""
    return path.removeprefix("/").split("/").count("")


def _filled(path: str) -> int:
    return sum(bool(segment) for segment in path.split("/"))


def safe_in_url(variables: Mapping[str, object], names: frozenset[str] | None = None) -> dict[str, object]:
    """Return the variables with the entity's members quoted, so that an id stays one segment of a path.

    The entity's members are also available by their bare names, unless another variable has that name. Only those in
    `names` are quoted and returned (None: all).
    """
    entity = variables.get("entity")
    if not isinstance(entity, Mapping):
        return dict(variables)
    safe = {name: _quoted(member) for name, member in entity.items() if names is None or name in names}
    parent = {"source_entity": _quoted(variables["source_entity"])} if "source_entity" in variables else {}
    return {**safe, **variables, **parent, "entity": safe}


def _quoted(value: object) -> object:
    if isinstance(value, str):
        try:
            return quote(value, safe="")
        except UnicodeEncodeError:
            raise ConnectorError("invalid URL: a value in it contains a lone surrogate", hint=NOT_SENT) from None
    if isinstance(value, list):
        return [_quoted(each) for each in value]
    return {k: _quoted(v) for k, v in value.items()} if isinstance(value, Mapping) else value
