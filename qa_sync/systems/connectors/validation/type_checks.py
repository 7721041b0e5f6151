"""Checks the types of JSON objects member by member; invalid members are dropped and reported.

Other code can then rely on the types. Null counts as absent, and so does an empty text if the type is not text, because
the format's own skeleton contains empty texts. Source: docs/explanation/connector-format-facts.rst, "Operations".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from qa_sync.systems.connectors.numbers import number
from qa_sync.systems.connectors.operations import DEFAULTS_TEMPLATE
from qa_sync.systems.connectors.validation.object_types import (
    DEFAULTS,
    NUMBER,
    OPERATION,
    PIPE,
    SHARE,
    TEXT,
    USE,
    WORDS,
    Table,
    Types,
)
from qa_sync.systems.connectors.validation.operation_checks import operation_problems
from qa_sync.systems.templates.references import REFERENCE
from qa_sync.values.form import Json

TypeProblems: TypeAlias = list[tuple[str, str]]
"""Keys with messages."""

OWN_TEMPLATE: Final = (
    "is an object, a template of its own in place of a built-in one, which qa-sync does not support; "
    "name the built-in template, or set payload templates in qa-sync.toml"
)


def type_checked(raw: Json, table: Table, at: str, wrong: TypeProblems) -> dict[str, Json]:
    """Return the members of an object that have a valid type; adds the others to `wrong`.

    Members that are not in the table are not checked. `at` is the path of the object, for messages.
    """
    if not isinstance(raw, dict):
        wrong.append((at, "expected an object"))
        return {}
    fit: dict[str, Json] = {}
    for name, value in raw.items():
        types = table.get(name)
        if types and (value is None or (value == "" and str not in types)):
            continue
        if types and not _fits(value, types):
            wrong.append((f"{at}.{name}".lstrip("."), f"expected {WORDS[types]}, got {value!r}"))
            continue
        fit[name] = value
    return fit


def type_checked_operations(raw: Mapping[str, Json], at: str, wrong: TypeProblems) -> dict[str, dict[str, Json]]:
    """Return type-checked operations by name; also adds problems of their values to `wrong`."""
    operations: dict[str, dict[str, Json]] = {}
    for name, given in raw.items():
        operations[name] = type_checked(given, OPERATION, f"{at}.{name}", wrong)
        if isinstance(given, dict):
            wrong += ((f"{at}.{name}.{key}", words) for key, words in operation_problems(operations[name]))
    return operations


def type_checked_pipe(raw: Mapping[str, Json], at: str, wrong: TypeProblems) -> dict[str, Json]:
    """Return a pipe with its source, transforms and share properties type-checked."""
    pipe = type_checked(raw, PIPE, at, wrong)
    if "source" in pipe:
        pipe["source"] = _use(pipe["source"], f"{at}.source", wrong)
    given = pipe.get("transform", [])
    transforms = given if isinstance(given, list) else [given]
    pipe["transform"] = [_transform(each, f"{at}.transform[{place}]", wrong) for place, each in enumerate(transforms)]
    return pipe


def _use(raw: Json, at: str, wrong: TypeProblems) -> dict[str, Json]:
    use = type_checked(raw, USE, at, wrong)
    if "operations" in use:
        use["operations"] = type_checked_operations(use["operations"], f"{at}.operations", wrong)
    return use


def _transform(raw: Json, at: str, wrong: TypeProblems) -> dict[str, Json]:
    if isinstance(raw, Mapping) and isinstance(raw.get("template"), Mapping):
        wrong.append((f"{at}.template", OWN_TEMPLATE))
        raw = {key: value for key, value in raw.items() if key != "template"}
    transform = _use(raw, at, wrong)
    if "template" in transform:
        table = DEFAULTS if transform["template"] == DEFAULTS_TEMPLATE else SHARE
        transform["properties"] = type_checked(transform.get("properties", {}), table, f"{at}.properties", wrong)
    return transform


def _fits(value: Json, types: Types) -> bool:
    if isinstance(value, list) and str in types + TEXT and dict not in types:
        return list in types and all(isinstance(each, str) for each in value)
    if types == NUMBER and isinstance(value, str):  # with a reference, or a number as text
        return number(value) is not None or REFERENCE.search(value) is not None
    return isinstance(value, types)
