"""`$conditional_properties`: members that depend on a parameter of the environment. Source: facts/SESAM.md 1.1."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from qa_sync.systems.templates.references import REFERENCE
from qa_sync.values.form import Json

KEY: Final = "$conditional_properties"


def resolved(value: Json, env: Mapping[str, Json]) -> Json:
    """Return the value with each choice made: the alternative's members replace those beside it, never merged deeper.

    Where no alternative stands for the condition's value, nothing is replaced.
    """
    if isinstance(value, list):
        return [resolved(item, env) for item in value]
    if not isinstance(value, dict):
        return value
    plain = {name: resolved(member, env) for name, member in value.items() if name != KEY}
    if KEY not in value:
        return plain
    choice = value[KEY] if isinstance(value[KEY], dict) else {}
    alternatives = choice.get("alternatives")
    chosen = alternatives.get(_condition(choice, env)) if isinstance(alternatives, dict) else None
    return {**plain, **resolved(chosen, env)} if isinstance(chosen, dict) else plain


def undecided(value: Json, env: Mapping[str, Json], at: str = "") -> Iterator[tuple[str, str]]:
    """Yield every choice that cannot be made: its key in the file, and the parameter that nobody gave."""
    if isinstance(value, list):
        for place, item in enumerate(value):
            yield from undecided(item, env, f"{at}[{place}]")
    if not isinstance(value, dict):
        return
    for name, member in value.items():
        here = f"{at}.{name}".lstrip(".")
        if name == KEY and isinstance(member, dict):
            condition = str(member.get("condition"))
            asked = (found for kind, found in REFERENCE.findall(condition) if kind == "ENV")
            yield from ((here, parameter) for parameter in asked if parameter not in env)
        yield from undecided(member, env, here)


def _condition(choice: Mapping[str, Json], env: Mapping[str, Json]) -> str:
    condition = choice.get("condition")
    if isinstance(condition, str):
        return REFERENCE.sub(lambda m: _spelled(env.get(m[2], "")), condition)
    return _spelled(condition)


def _spelled(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
