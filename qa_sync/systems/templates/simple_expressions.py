"""Renders simple expressions without Jinja: `orders/{{ entity.id }}`, `{{ page + 1 }}`.

Most expressions of connectors are simple, and importing Jinja takes longer than replaying a section. An expression that
could mean something else in Jinja is left to Jinja.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

NAME: Final = re.compile(
    r"\{\{ *([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(?: *([+*]) *(0|[1-9][0-9]{0,8}|[A-Za-z_]\w*))? *\}\}", re.ASCII
)
"""A name, or two of them (or one and an integer) added or multiplied."""

GIVEN: Final = re.compile(
    r"\{% if ([A-Za-z_]\w*) is defined and \1 is not none %\}(.*?)\{% else %\}(.*?)\{% endif %\}", re.ASCII | re.DOTALL
)
"""The usual form of a condition on `since`: one text if the name has a value, else another."""

OPENERS: Final = ("{{", "{%", "{#")
UNCLEAR: Final = ("\r", "{{{", "{{%", "{{#")
"""Line ends that Jinja changes, and braces that it may parse differently."""

TEMPLATES: Final = 1000
"""The size of the caches: more templates than a connector has."""

CALCULATIONS: Final = {"+": operator.add, "*": operator.mul}

_ABSENT: Final = object()


def render_simple(template: str, variables: Mapping[str, object]) -> str | None:
    """Return the rendered text; None if the template is not simple, or a name has neither a text nor an integer.

    Integers may be added and multiplied, and a text may depend on whether a name has a value.
    """
    if not _has_only_names(template):
        return None
    if "{%" in template:
        template = GIVEN.sub(lambda m: m[2] if variables.get(m[1]) is not None else m[3], template)
    pieces = _pieces(template)
    values = [_value(*pieces[at : at + 3], variables=variables) for at in range(1, len(pieces), 4)]
    if not all(type(value) in {str, int} for value in values):
        return None
    filled = [str(value) for value in values]
    return "".join(literal + value for literal, value in zip(pieces[::4], [*filled, ""], strict=True))


@lru_cache(TEMPLATES)
def names_in(template: str) -> frozenset[str] | None:
    """Return the names, and the members behind dots, that a template uses; None if it is not simple."""
    if not _has_only_names(template):
        return None
    asked = (match[1] for match in GIVEN.finditer(template))
    pieces = _pieces(GIVEN.sub(r"\2\3", template))
    named = (name for at in (1, 3) for name in pieces[at::4] if name)
    return frozenset(step for name in (*asked, *named) for step in name.split("."))


@lru_cache(TEMPLATES)
def _has_only_names(template: str) -> bool:
    if template.endswith("\n") or any(unclear in template for unclear in UNCLEAR):
        return False
    # Both branches of a condition must be simple, because the unused one could be an error in Jinja.
    literals = _pieces(GIVEN.sub(r"\2\3", template))[::4]
    return not any(opener in literal for literal in literals for opener in OPENERS)


@lru_cache(TEMPLATES)
def _pieces(template: str) -> Sequence[str]:
    """Return the literals between the expressions, and for each expression the two names and the sign (or None)."""
    return NAME.split(template)


def _value(name: str, sign: str | None, operand: str | None, *, variables: Mapping[str, object]) -> object:
    value = _named(name, variables)
    if sign is None or operand is None:
        return value
    other = int(operand) if operand.isdecimal() else _named(operand, variables)
    return CALCULATIONS[sign](value, other) if type(value) is int and type(other) is int else _ABSENT


def _named(name: str, variables: Mapping[str, object]) -> object:
    value: object = variables
    for step in name.split("."):
        # To Jinja a dictionary's own methods come before its members.
        if not isinstance(value, (dict, Mapping)) or hasattr(value, step):
            return _ABSENT
        value = value.get(step, _ABSENT)
    return value
