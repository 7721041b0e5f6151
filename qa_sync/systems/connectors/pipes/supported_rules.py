"""Finds the first part of a rule that qa-sync cannot apply, to quote it; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from qa_sync.systems.connectors.pipes.rule_functions import FUNCTIONS
from qa_sync.systems.connectors.pipes.rules import PER_ITEM, STEPS, VARIABLE, Rules, each_step
from qa_sync.values.form import Json

LIKE_VARIABLE: Final = re.compile(r"_[A-Z](\._[A-Z])*\.")
"""A variable, perhaps one that is not supported."""

NEEDED: Final[Mapping[str, int]] = {
    "copy": 1,
    "add": 2,
    "add-if": 2,
    "default": 2,
    "remove": 1,
    "rename": 2,
    "merge": 1,
    "if": 2,
    "filter": 1,
}
"""How many arguments a step needs."""


def unsupported_part(rules: Rules, name: str) -> Json:
    """Return the first step or expression of a rule, or of those that it applies, that is not supported, else None."""
    return next(_unsupported(rules, name, set()), None)


def _unsupported(rules: Rules, name: str, seen: set[str]) -> Iterator[Json]:
    if name in seen:
        return
    seen.add(name)
    if name not in rules:
        yield ["apply", name]
        return
    for step in each_step(rules[name]):
        yield from _in_step(step, rules, seen)


def _in_step(step: list[Json], rules: Rules, seen: set[str]) -> Iterator[Json]:
    if step[0] not in STEPS or len(step) <= NEEDED.get(step[0], 0):
        yield step
    elif step[0] == "if":
        yield from _in_expression(step[1], rules, seen)
        for branch in step[2:]:
            for inner in each_step(branch):
                yield from _in_step(inner, rules, seen)
    elif step[0] != "comment":
        for part in step[1:]:
            yield from _in_expression(part, rules, seen)


def _in_expression(expression: Json, rules: Rules, seen: set[str]) -> Iterator[Json]:
    if isinstance(expression, str):
        if LIKE_VARIABLE.match(expression) and not VARIABLE.fullmatch(expression):
            yield expression
        return
    if not isinstance(expression, list) or not expression:
        return
    name = expression[0]
    if not isinstance(name, str) or (name not in FUNCTIONS and name not in PER_ITEM):
        yield expression
        return
    if name == "apply":
        yield from _unsupported(rules, str(expression[1]), seen)
    for part in expression[2 if name == "apply" else 1 :]:
        yield from _in_expression(part, rules, seen)
