"""Expressions that are nothing but names (`orders/{{ entity.id }}`, `{{ page + 1 }}`), filled in without Jinja.

Most of a connector's expressions are like this, and a replay that needs no other need not load Jinja, which takes
longer than replaying a section. Whatever could mean something else in Jinja is left to it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

NAME: Final = re.compile(r"\{\{ *([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(?: *\+ *(0|[1-9][0-9]{0,8}))? *\}\}", re.ASCII)
OPENERS: Final = ("{{", "{%", "{#")

_ABSENT: Final = object()


def fill(template: str, variables: Mapping[str, object]) -> str | None:
    """Return the text; None when the template says more than names, or a name has no text or whole number.

    A whole number may be added to a name that has one.
    """
    pieces = NAME.split(template)
    if template.endswith("\n") or "\r" in template:
        return None  # Jinja has its own way with line ends
    if any(opener in literal for literal in pieces[::3] for opener in OPENERS):
        return None
    values = [_value(name.split("."), added, variables) for name, added in zip(pieces[1::3], pieces[2::3], strict=True)]
    if not all(type(value) in {str, int} for value in values):
        return None
    filled = [str(value) for value in values]
    return "".join(literal + value for literal, value in zip(pieces[::3], [*filled, ""], strict=True))


def _value(steps: list[str], added: str | None, variables: Mapping[str, object]) -> object:
    value: object = variables
    for step in steps:
        # To Jinja a dictionary's own methods come before its members.
        if not isinstance(value, Mapping) or hasattr(value, step):
            return _ABSENT
        value = value.get(step, _ABSENT)
    if added is None:
        return value
    return value + int(added) if type(value) is int else _ABSENT
