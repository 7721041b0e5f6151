"""Deduces the operations of a datatype: URL, parameters, headers, envelope and body."""

from __future__ import annotations

import re
from typing import Final

from qa_sync.openapi.deducing.envelopes import find_key, record_of
from qa_sync.openapi.deducing.pagination import pagination_of, since_of
from qa_sync.openapi.deducing.shapes import Shape, response_of
from qa_sync.openapi.deducing.updates import MATCH, needs_match, revision_member
from qa_sync.openapi.properties.members import EMPTY
from qa_sync.openapi.reading.routes import FORM, Parameter, Route
from qa_sync.openapi.spelling import expression, is_copyable, words_of
from qa_sync.values.form import Json
from qa_sync.values.path_grammar import member_names

PARAMETER: Final = re.compile(r"\{([^{}]+)\}")


def operation_of(  # noqa: PLR0917 - the pieces of one operation
    shape: Shape,
    verb: str,
    route: Route,
    parameters: dict[str, str],
    headers: frozenset[str],
    guesses: dict[str, str],
) -> dict[str, Json]:
    """Return an operation; adds to the parameters of the settings and to the guesses by verb."""
    url = _url(route.path, shape, parameters)
    operation: dict[str, Json] = {"method": route.method, "url": url}
    envelope = shape.rows if verb == "list" else shape.answer(verb, route)
    if verb == "list":
        if envelope is None:
            guesses["list"] = "the document does not show the rows of the list"
        operation |= _pages(route, url, guesses)
    if envelope and envelope.member and verb in {"list", "lookup", "insert"}:
        operation["payload_property"] = envelope.member
    if why := (envelope and envelope.guess) or (verb == "insert" and _unclear_id(shape, route)):
        guesses[verb] = "; ".join(filter(None, (guesses.get(verb), why)))
    operation |= _body(shape, verb, route)
    params, sent = _further(route, parameters, headers)
    if params:
        operation["params"] = {**params, **operation.get("params", {})}
    if needs_match(route) and not (verb == "update" and revision_member(shape)):
        sent["If-Match"] = "*"
        guesses.setdefault(verb, "any revision is accepted, because the record shows none")
    if sent:
        operation["headers"] = {**operation.get("headers", {}), **sent}
    return operation


def _unclear_id(shape: Shape, route: Route) -> str:
    """Return why it is not certain where an insert's response has the new record's id."""
    schema = response_of(route)
    if schema is None or not schema.types:
        return "the response has no body, so the id is the last part of the Location header"
    if not schema.properties and not schema.is_a("array"):
        return "the response is a bare id"
    found = record_of(shape.resource, schema).record
    return "" if find_key(shape.resource, found)[0] or shape.nested else "the response does not show the new id"


def _pages(route: Route, url: str, guesses: dict[str, str]) -> dict[str, Json]:
    members: dict[str, Json] = {}
    pagination = pagination_of(route, response_of(route) or EMPTY, url)
    if pagination:
        members |= {**pagination.members, **({"params": dict(pagination.params)} if pagination.params else {})}
        if pagination.guesses:
            guesses.setdefault("list", "; ".join(pagination.guesses))
    return {**members, **since_of(route)}


def _url(path: str, shape: Shape, parameters: dict[str, str]) -> str:
    """Return the URL of an operation: the item's parameter is the key, others are parameters of the connector."""

    def filled(found: re.Match[str]) -> str:
        name = found[1]
        if name == shape.resource.parameter:
            return f"{{{{ {expression('entity', member_names(shape.key) or ())} }}}}"
        known = "_".join(words_of(name)) or "parameter"
        parameters.setdefault(known, f"part of the path {path}")
        return f"{{{{@ {known} @}}}}"

    return PARAMETER.sub(filled, path.lstrip("/"))


def _body(shape: Shape, verb: str, route: Route) -> dict[str, Json]:
    """Return what makes the body of a write where it is not the record itself, or not plain JSON."""
    envelope = shape.sent.get(verb)
    if envelope is None or route.body is None:
        return {}
    members: dict[str, Json] = {}
    kind = route.body.content_type.split(";")[0].strip().lower()
    if kind == FORM:
        members["payload-type"] = "form"
    elif kind not in {"application/json", "*/*"} and kind.endswith("+json") and is_copyable(kind):
        members["headers"] = {"Content-Type": kind}
    if envelope.is_list:
        record = "{{ entity.payload | tojson }}sesam:markjson"
        members["payload"] = {envelope.member: [record]} if envelope.member else [record]
    return members


def _further(
    route: Route, parameters: dict[str, str], authentication_headers: frozenset[str]
) -> tuple[dict[str, Json], dict[str, Json]]:
    """Return the required query parameters and headers: a constant, or a parameter of the settings."""
    query: dict[str, Json] = {}
    headers: dict[str, Json] = {}
    for parameter in route.parameters:
        is_known = parameter.name.lower() in {*authentication_headers, "accept", "content-type", MATCH}
        if not parameter.required or parameter.location not in {"query", "header"} or is_known:
            continue
        if not is_copyable(parameter.name) or parameter.schema.properties:
            continue
        target = query if parameter.location == "query" else headers
        target[parameter.name] = _given(parameter, parameters)
    return query, headers


def _given(parameter: Parameter, parameters: dict[str, str]) -> str:
    values = [v for v in parameter.schema.enum if isinstance(v, str) and is_copyable(v)]
    if len(values) == 1:
        return values[0]
    name = "_".join(words_of(parameter.name)) or "parameter"
    parameters.setdefault(name, f"one of: {', '.join(values)}" if values else f"the {parameter.location} parameter")
    return f"{{{{@ {name} @}}}}"
