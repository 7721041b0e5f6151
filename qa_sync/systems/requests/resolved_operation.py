"""An operation's templates with their references resolved, and what can be known about them before rendering.

Source: docs/explanation/connector-format-facts.rst, "Operations" and "Expressions".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct, field

from qa_sync.systems.connectors.operations import Operation, Service
from qa_sync.systems.requests.request import RenderedRequest
from qa_sync.systems.templates.jinja import is_constant, render_tree
from qa_sync.systems.templates.references import ReferenceResolver
from qa_sync.systems.templates.simple_expressions import names_in
from qa_sync.values.form import Json

USES_PARAMS: Final = re.compile(r"\{[{%][^}]*\bparams\b")

REPEATED_VARIABLES: Final = frozenset({"entity", "since", "page", "is_first_page"})
"""The variables of requests that occur often: lookups and deletions of a record, and first pages of a list."""

MAX_REPEATED: Final = 500
"""The number of rendered requests kept for an operation."""


class TemplateTree(Struct, frozen=True):
    """Templates in a JSON value; most are constant, and then there is nothing to render."""

    value: Json
    constant: bool

    def render(self, variables: Mapping[str, object]) -> Json:
        """Return the value with its templates filled in."""
        return self.value if self.constant else render_tree(self.value, variables)


def template_tree(value: Json) -> TemplateTree:
    """Return the templates in a value."""
    return TemplateTree(value, is_constant(value))


class ResolvedOperation(Struct, frozen=True):
    """An operation's templates with their references resolved.

    `is_pure` is true if the same variables always give the same request: no template calls a function.
    """

    operation: Operation
    url: str
    url_pattern: str
    properties: Json
    headers: TemplateTree
    params: TemplateTree
    payload: TemplateTree
    uses_params: bool
    is_pure: bool
    _repeated: dict[str, RenderedRequest] = field(default_factory=dict)

    def repeat_key(self, variables: Mapping[str, object]) -> str | None:
        """Return the key under which a request with these variables is kept, None if it is not kept."""
        return repr(variables) if self.is_pure and variables.keys() <= REPEATED_VARIABLES else None

    def repeated(self, key: str | None) -> RenderedRequest | None:
        """Return the request that was kept under a key, if there is one."""
        return None if key is None else self._repeated.get(key)

    def keep(self, key: str | None, request: RenderedRequest) -> RenderedRequest:
        """Keep a request under a key, and return it."""
        if key is not None:
            if len(self._repeated) == MAX_REPEATED:
                self._repeated.clear()
            self._repeated[key] = request
        return request


def resolve_operation(
    operation: Operation, service: Service, references: ReferenceResolver, functions: Mapping[str, object]
) -> ResolvedOperation:
    """Return an operation's templates with `$ENV` and `$SECRET` resolved; `functions` are those templates can call."""
    tree = references.tree
    url = references.text(operation.url)
    headers = tree(_merged_headers(service.headers, operation.headers))
    parts = (template_tree(headers), template_tree(tree(operation.params)), template_tree(tree(operation.payload)))
    templates = (text for part in parts if not part.constant for text in _texts(part.value))
    names = [names_in(text) for text in (url, *templates)]
    return ResolvedOperation(
        operation,
        url,
        references.text(service.url_pattern),
        tree(operation.properties),
        *parts,
        uses_params=bool(USES_PARAMS.search(str(headers))),
        is_pure=all(used is not None and used.isdisjoint(functions) for used in names),
    )


def _texts(value: Json) -> Iterator[str]:
    """Yield all texts of a JSON value, names included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, member in value.items():
            yield name
            yield from _texts(member)
    elif isinstance(value, list):
        for element in value:
            yield from _texts(element)


def _merged_headers(headers: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """Return a service's headers, overridden by an operation's own; header names are case-insensitive."""
    named = {name.lower() for name in own}
    return {**{name: text for name, text in headers.items() if name.lower() not in named}, **own}
