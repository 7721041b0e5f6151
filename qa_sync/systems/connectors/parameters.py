"""`{{@ x @}}` in a connector's files -> plain JSON text, before any run. Source: facts/SESAM.md 2.3.

A parameter of the environment becomes `$ENV(x)`, and so does a name that every environment knows; any other name that
nobody declares becomes empty, and a quoted truth value becomes a bare one. The parameters of a datatype stay known to
the datatypes after it in the manifest, as upstream.
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
    """Return the value with each choice made: the alternative's members replace those beside it, never merged deeper.

    Where no alternative stands for the condition's value, nothing is replaced.
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
    """Yield every choice that cannot be made: its key in the file, and the parameter that nobody gave."""
    if isinstance(value, list):
        for place, item in enumerate(value):
            yield from unresolved_conditions(item, env, f"{at}[{place}]")
    if not isinstance(value, dict):
        return
    for name, member in value.items():
        here = f"{at}.{name}".lstrip(".")
        if name == KEY and isinstance(member, dict):
            condition = str(member.get("condition"))
            asked = (found for kind, found in REFERENCE.findall(condition) if kind == "ENV")
            yield from ((here, parameter) for parameter in asked if parameter not in env)
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
"""Parameters that manifests need not declare: where a connector is deployed they are there."""
TRUTH: Final = '"?\ue000(true|false)\ue000"?'
"""A truth value on its way through the text; the private character occurs in no connector. Rare: compiled late."""


def expand_parameters(text: str, variables: Mapping[str, Json]) -> str:
    """Return a file's text with everything between `{{@` and `@}}` filled in.

    Raises ConnectorError when what stands there cannot be rendered.
    """
    known = {name: f"\ue000{str(v).lower()}\ue000" if isinstance(v, bool) else v for name, v in variables.items()}
    filled = NAME.sub(lambda m: str(known.get(m[1], "")), text)
    # Names are all that occurs in practice; what is more than a name is given to the template engine, which is slow.
    if "{{@" in filled or any(opener in text for opener in MORE_THAN_NAMES):
        filled = expand(text, known)
    return re.sub(TRUTH, _unquote_whole, filled) if "\ue000" in filled else filled


def _unquote_whole(match: re.Match[str]) -> str:
    whole = match[0]
    if whole[0] == whole[-1]:
        return match[1]  # quoted on both sides, or on neither
    return whole.replace(f"\ue000{match[1]}\ue000", match[1])


def system_variables(name: str, manifest: Mapping[str, Json]) -> dict[str, Json]:
    """Return what the system's template knows: the system's own name, and the parameters of the environment."""
    declared = manifest.get("additional_parameters") or {}
    return {"system": name, **{key: f"$ENV({key})" for key in (*BUILTIN_PARAMETERS, *declared)}}


def datatype_variables(name: str, manifest: Mapping[str, Json]) -> Iterator[tuple[str, dict[str, Json]]]:
    """Yield each datatype with what its template knows, in the order of the manifest: parameters leak onwards."""
    common = system_variables(name, manifest)
    leaking: dict[str, Json] = {}
    for datatype, raw in (manifest.get("datatypes") or {}).items():
        leaking.update(raw.get("parameters") or {})
        parent = {"parent": raw["parent"]} if raw.get("parent") else {}
        yield datatype, {**common, "datatype": datatype, **parent, **leaking}
