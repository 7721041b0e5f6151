"""Expands `{{@ x @}}` in a connector's files, before any run.

A parameter of the environment becomes `$ENV(x)`, and so does a name that every environment has. Any other undeclared
name becomes empty, and a quoted Boolean loses its quotes. The parameters of a datatype also apply to the datatypes
after it in the manifest, as in Sesam. Source: docs/explanation/connector-format-facts.rst, "Expansion".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from qa_sync.systems.templates.jinja import expand
from qa_sync.systems.templates.references import REFERENCE
from qa_sync.values.form import Json

KEY: Final = "$conditional_properties"


def resolve_conditions(value: Json, env: Mapping[str, Json]) -> Json:
    """Return the value with all conditions resolved: an alternative's members replace their siblings (no deep merge).

    If no alternative matches the condition's value, nothing is replaced.
    """
    if isinstance(value, list):
        return [resolve_conditions(item, env) for item in value]
    if not isinstance(value, dict):
        return value
    plain = {name: resolve_conditions(member, env) for name, member in value.items() if name != KEY}
    if KEY not in value:
        return plain
    choice = value[KEY] if isinstance(value[KEY], dict) else {}
    alternatives = choice.get("alternatives")
    chosen = alternatives.get(_condition(choice, env)) if isinstance(alternatives, dict) else None
    return {**plain, **resolve_conditions(chosen, env)} if isinstance(chosen, dict) else plain


def unresolved_conditions(value: Json, env: Mapping[str, Json], at: str = "") -> Iterator[tuple[str, str]]:
    """Yield every condition that cannot be resolved: its key in the file, and the missing parameter."""
    if isinstance(value, list):
        for place, item in enumerate(value):
            yield from unresolved_conditions(item, env, f"{at}[{place}]")
    if not isinstance(value, dict):
        return
    for name, member in value.items():
        here = f"{at}.{name}".lstrip(".")
        if name == KEY and isinstance(member, dict):
            condition = str(member.get("condition"))
            parameters = (found for kind, found in REFERENCE.findall(condition) if kind == "ENV")
            yield from ((here, parameter) for parameter in parameters if parameter not in env)
        yield from unresolved_conditions(member, env, here)


def _condition(choice: Mapping[str, Json], env: Mapping[str, Json]) -> str:
    condition = choice.get("condition")
    if isinstance(condition, str):
        return REFERENCE.sub(lambda m: _to_text(env.get(m[2], "")), condition)
    return _to_text(condition)


def _to_text(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


NAME: Final = re.compile(r"\{\{@\s*(\w+)\s*@\}\}")
MORE_THAN_NAMES: Final = ("{{%", "{#")
BUILTIN_PARAMETERS: Final = ("account_id", "base_url", "token_url", "service_url")
"""Parameters that manifests need not declare, because every deployment has them."""
TRUTH: Final = '"?\ue000(true|false)\ue000"?'
"""A Boolean during expansion, marked by a private-use character that no connector contains. Rare, so compiled late."""


def expand_parameters(text: str, variables: Mapping[str, Json]) -> str:
    """Return a file's text with everything between `{{@` and `@}}` expanded.

    Raises ConnectorError if an expression cannot be rendered.
    """
    known = {name: f"\ue000{str(v).lower()}\ue000" if isinstance(v, bool) else v for name, v in variables.items()}
    filled = NAME.sub(lambda m: str(known.get(m[1], "")), text)
    # In practice there are only names; anything else needs the template engine, which is slow to load.
    if "{{@" in filled or any(opener in text for opener in MORE_THAN_NAMES):
        filled = expand(text, known)
    return re.sub(TRUTH, _unquote_whole, filled) if "\ue000" in filled else filled


def _unquote_whole(match: re.Match[str]) -> str:
    whole = match[0]
    if whole[0] == whole[-1]:
        return match[1]  # quoted on both sides, or on neither
    return whole.replace(f"\ue000{match[1]}\ue000", match[1])


def system_variables(name: str, manifest: Mapping[str, Json]) -> dict[str, Json]:
    """Return the variables of the system's template: the system's name and the parameters of the environment."""
    declared = manifest.get("additional_parameters") or {}
    return {"system": name, **{key: f"$ENV({key})" for key in (*BUILTIN_PARAMETERS, *declared)}}


def datatype_variables(name: str, manifest: Mapping[str, Json]) -> Iterator[tuple[str, dict[str, Json]]]:
    """Yield each datatype with its template's variables, in manifest order; parameters apply to later ones too."""
    common = system_variables(name, manifest)
    leaking: dict[str, Json] = {}
    for datatype, raw in (manifest.get("datatypes") or {}).items():
        leaking.update(raw.get("parameters") or {})
        parent = {"parent": raw["parent"]} if raw.get("parent") else {}
        yield datatype, {**common, "datatype": datatype, **parent, **leaking}
