"""Renders connector expressions with Jinja, sandboxed and strict; the only module that imports jinja2.

A rendered template is text, unless it ends with `sesam:markjson`; `sesam:markskip` drops its member. Two exceptions to
strictness: an undefined name can be subscripted (`previous_headers['X'] is defined`), and an undefined error in a link
means that there is no next page.

Source: docs/explanation/connector-format-facts.rst, "Expressions" and "Expansion".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from qa_sync.errors import ConnectorError
from qa_sync.systems.templates.simple_expressions import OPENERS, render_simple
from qa_sync.values.form import Json

if TYPE_CHECKING:
    from jinja2 import Template
    from jinja2.sandbox import SandboxedEnvironment

SKIP_MARKER: Final = "sesam:markskip"
JSON_MARKERS: Final = ("sesam:markjson", "system:markjson")

FAULTS: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What an invalid expression raises in addition to the engine's own errors."""

NULLS: Final = frozenset({"", "None", "null"})
"""Rendered links that mean that there is none: empty, or null as Jinja or `tojson` writes it."""

SKIP: Final = object()
"""The placeholder of a member that its template drops."""


def render(template: str, variables: Mapping[str, object]) -> str:
    """Render one template to text; returns a literal unchanged.

    Raises ConnectorError with the expression and the problem.
    """
    if not _is_template(template):
        return template
    filled = render_simple(template, variables)
    return _rendered(template, variables) if filled is None else filled


def render_optional(template: str, variables: Mapping[str, object]) -> str | None:
    """Render an optional value of a response; None if it is empty, null or undefined.

    Raises ConnectorError with the expression and the problem.
    """
    from jinja2 import UndefinedError  # noqa: PLC0415  jinja2 is slow to import and many templates are literals

    try:
        found = render(template, variables).strip()
    except ConnectorError as error:
        if isinstance(error.__cause__, UndefinedError):
            return None
        raise
    return None if found in NULLS else found


def _rendered(template: str, variables: Mapping[str, object]) -> str:
    from jinja2 import TemplateError  # noqa: PLC0415  as above

    try:
        return _compiled(template).render(variables)
    except (TemplateError, *FAULTS) as error:
        raise ConnectorError(f"the expression {template!r} cannot be rendered: {error}") from error


def expand(text: str, variables: Mapping[str, object]) -> str:
    """Render the expressions between `{{@` and `@}}` in a connector's file; an unknown name is empty.

    Raises ConnectorError with the problem.
    """
    from jinja2 import TemplateError  # noqa: PLC0415  as above

    try:
        return _parameter_environment().from_string(text).render(variables)
    except (TemplateError, *FAULTS) as error:
        raise ConnectorError(f"cannot be expanded: {error}") from error


def render_tree(value: Json, variables: Mapping[str, object]) -> Json:
    """Render every text of a JSON value, in keys and values; drops members that are marked with `sesam:markskip`."""
    if isinstance(value, str):
        return _keep_json_type(render(value, variables))
    if isinstance(value, Mapping):
        pairs = ((_keep_json_type(render(k, variables)), render_tree(v, variables)) for k, v in value.items())
        return {k: v for k, v in pairs if k is not SKIP and v is not SKIP}
    if isinstance(value, list):
        return [v for v in (render_tree(item, variables) for item in value) if v is not SKIP]
    return value


def render_present(value: Json, variables: Mapping[str, object]) -> Json:
    """Render a JSON value as `render_tree` does, but leave out a member whose template uses a name without a value."""
    from jinja2 import UndefinedError  # noqa: PLC0415  as above

    if isinstance(value, Mapping):
        pairs = ((render_tree(key, variables), render_present(each, variables)) for key, each in value.items())
        return {k: v for k, v in pairs if k is not SKIP and v is not SKIP}
    if isinstance(value, list):
        return [v for v in (render_present(item, variables) for item in value) if v is not SKIP]
    try:
        return render_tree(value, variables)
    except ConnectorError as error:
        if isinstance(error.__cause__, UndefinedError):
            return SKIP
        raise


def is_constant(value: Json) -> bool:
    """Return whether `render_tree` returns the value unchanged for any variables."""
    if isinstance(value, str):
        return not _is_template(value) and not any(mark in value for mark in (SKIP_MARKER, *JSON_MARKERS))
    if isinstance(value, Mapping):
        return all(is_constant(part) for pair in value.items() for part in pair)
    return not isinstance(value, list) or all(map(is_constant, value))


def _keep_json_type(text: str) -> Json:
    if SKIP_MARKER in text:
        return SKIP
    plain = text.rstrip()
    for mark in JSON_MARKERS:
        if plain.endswith(mark):
            try:
                return json.loads(plain.removesuffix(mark))
            except ValueError as error:
                raise ConnectorError(f"an expression marked as JSON rendered {text!r}: {error}") from None
    return text


def _is_template(text: str) -> bool:
    return any(opener in text for opener in OPENERS)


@cache
def _compiled(template: str) -> Template:
    return _environment().from_string(template)


@cache
def _environment() -> SandboxedEnvironment:
    from jinja2 import ChainableUndefined, StrictUndefined, pass_context  # noqa: PLC0415  as above
    from jinja2.sandbox import SandboxedEnvironment  # noqa: PLC0415  as above

    from qa_sync.systems.templates.filters import FILTERS, decode_jwt, json_number  # noqa: PLC0415  needed only with Jinja

    class Missing(ChainableUndefined, StrictUndefined):
        """An undefined value that can be subscripted and tested with `is defined`, but not used."""

    class Environment(SandboxedEnvironment):
        """Reads `entity['items']` as a member, never as a method of dict."""

        def getitem(self, obj: Any, argument: Any) -> Any:
            if isinstance(obj, Mapping) and argument not in obj:
                return self.undefined(obj=obj, name=argument)
            return super().getitem(obj, argument)

    environment = Environment(undefined=Missing)
    environment.filters.update(FILTERS, decode_jwt=pass_context(decode_jwt))
    environment.policies["json.dumps_kwargs"] = {"sort_keys": True, "default": json_number}
    return environment


@cache
def _parameter_environment() -> SandboxedEnvironment:
    from jinja2.sandbox import SandboxedEnvironment  # noqa: PLC0415  as above

    return SandboxedEnvironment(
        variable_start_string="{{@", variable_end_string="@}}", block_start_string="{{%", block_end_string="%}}"
    )
