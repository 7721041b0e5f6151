"""The list in a response; nothing in its place is an empty list only where the card or the paging says so.

Source: docs/explanation/connector-format-facts.rst, "Operations" and "Paging".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import httpx

from qa_sync.systems.connectors.operations import Operation
from qa_sync.systems.requests.rendering import RequestRenderer
from qa_sync.systems.responses.exchange import HttpExchange
from qa_sync.systems.responses.parsing import OperationResponse, SentRequest, select_entities
from qa_sync.values import paths
from qa_sync.values.form import Json

SHOWN_MEMBERS: Final = 10
"""How many names of members an error shows."""

EMPTY_RESULT: Final = "empty-result"
"""The termination strategy by which a missing or empty list ends the paging."""


def list_entities(
    operation: Operation,
    renderer: RequestRenderer,
    exchange: HttpExchange,
    reply: OperationResponse,
    variables: Mapping[str, object],
    *,
    is_first_page: bool = True,
) -> list[Json]:
    """Return the entities in the response of a list operation; raises InvalidResponse if it contains no list.

    Nothing in the place of a list is an empty list only where the card says so (`empty_list`), or where it ends the
    paging (`empty-result`).
    """
    if reply.is_ignored or reply.response.status_code == httpx.codes.NO_CONTENT:
        return []
    entities = reply.body if _is_plain_text(operation, reply) else select_entities(operation, reply.body)
    if entities == [] and missing_member(operation, reply.body):
        entities = None  # a path through an empty list, which has no such member
    if operation.rows:
        entities = paths.read(entities, operation.rows)
    ends = not is_first_page and EMPTY_RESULT in operation.termination
    if (ends and entities is None) or is_empty_list(operation, reply.body, entities):
        entities = []
    if operation.one_is_list and isinstance(entities, Mapping) and entities:
        entities = [entities]
    if not isinstance(entities, list):
        problem, hint = no_list(operation, reply.body, entities)
        exchange.raise_invalid(reply.request, reply.response, problem, hint)
    return list(_with_added_members(operation, renderer, reply, entities, variables))


def found_nothing(operation: Operation, exchange: HttpExchange, sent: SentRequest, body: Json, found: Json) -> bool:
    """Return whether a look-up that is a search has no result; raises InvalidResponse for a response without a list."""
    if found == []:
        return True
    if not operation.primary_key or found not in (None, {}):
        return False
    if sent.response.status_code == httpx.codes.NO_CONTENT or is_empty_list(operation, body, found):
        return True
    problem, hint = no_list(operation, body, found)
    return exchange.raise_invalid(sent.request, sent.response, problem, hint)


def is_empty_list(operation: Operation, body: Json, found: Json) -> bool:
    """Return whether the system answers this for an empty list, as its card says; `found` is what is there instead."""
    return found in (None, {}) and _instead(operation, body, found) in operation.empty_list


def no_list(operation: Operation, body: Json, found: Json) -> tuple[str, str | None]:
    """Return why a response contains no list, and the hint where it may mean that there are no records."""
    name = ".".join(filter(None, (operation.payload_property, operation.rows)))
    problem = missing_member(operation, body) or f"expected a list{f' in {name!r}' if name else ''}"
    if found not in (None, {}):
        return problem, None
    instead = _instead(operation, body, found)
    problem += {"null": ", got null", "object": ", got an empty object"}.get(instead, "")
    wrong = "correct payload_property, or, " if instead == "missing" else ""
    return problem, f'{wrong}if this means that there are no records: empty_list = ["{instead}"] in entities.toml'


def _instead(operation: Operation, body: Json, found: Json) -> str:
    """Return the word for what is in the place of a list."""
    if found is not None:
        return "object"
    return "missing" if operation.rows or missing_member(operation, body) else "null"


def missing_member(operation: Operation, body: Json) -> str | None:
    """Return the problem when an object lacks the member that contains the list, None without a problem.

    Otherwise a wrong name would look like an empty system.
    """
    name = operation.payload_property
    if not name or not isinstance(body, Mapping) or name in body:
        return None
    parent, _, last = name.rpartition(".")
    within = paths.read(body, parent) if parent else body
    if isinstance(within, Mapping) and last in within:
        return None
    found = within if isinstance(within, Mapping) else body
    return f"the response has no `{name}`; it has: {', '.join(list(found)[:SHOWN_MEMBERS]) or 'no members'}"


def _is_plain_text(operation: Operation, reply: OperationResponse) -> bool:
    """Return whether the body is a text wrapped in an entity."""
    first = reply.body[0] if isinstance(reply.body, list) and len(reply.body) == 1 else None
    return isinstance(first, Mapping) and first.keys() == {operation.response_property, "content-type"}


def _with_added_members(
    operation: Operation,
    renderer: RequestRenderer,
    reply: OperationResponse,
    rows: list[Json],
    variables: Mapping[str, object],
) -> Iterator[Json]:
    """Add the operation's members to each entity: `_id`, the headers and the status of the response."""
    adds = {
        operation.response_headers_property: dict(reply.response.headers),
        operation.response_status_property: reply.response.status_code,
    }
    common = {name: value for name, value in adds.items() if name}
    if not common and not operation.id_expression:
        yield from rows
        return
    known = {**variables, **reply.variables}
    for row in rows:
        if not isinstance(row, Mapping):
            yield row
        elif operation.id_expression and "_id" not in row:
            key = renderer.text(operation, operation.id_expression, {**known, **row, "entity": row})
            yield {**row, **common, "_id": key}
        else:
            yield {**row, **common}
