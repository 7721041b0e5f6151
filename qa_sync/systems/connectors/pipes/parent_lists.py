"""Finds lists in pipes that are read once per record of a parent, and the variables of each read.

Such a pipe has another datatype's dataset as source and a REST transform.

Source: docs/explanation/connector-format-facts.rst, "Which operation a datatype uses".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from msgspec import Struct

from qa_sync.systems.connectors.operations import ENTITY_PAYLOAD, ChildList
from qa_sync.systems.connectors.pipes.dtl import SOURCE, added_members, can_evaluate, rules_of, value
from qa_sync.values.form import Json

NOT_READ_BY: Final = ("-share", "-event", "-event2", "-registerwebhook", "-wipe", "-preshare", "-transform")
"""Suffixes of the ids of pipes that do not read a datatype."""
MAKERS: Final = ("create", "create-child", "merge")
"""The steps that create entities from a response."""


class ParentReading(Struct, frozen=True):
    """A pipe that reads a datatype through its parent: the transform that calls the operation, and its inputs.

    `rows` is the path of the entities in the response (empty: the whole response); `why_not` is the reason why it is
    not supported, or None.
    """

    transform: Mapping[str, Json]
    children: ChildList
    rows: str
    why_not: str | None = None


def parent_variables(children: ChildList, parent: Mapping[str, Json]) -> dict[str, object]:
    """Return the variables of a list's templates for one record of the parent."""
    made = {name: value(expression, parent) for name, expression in children.adds.items()}
    properties = {"properties": made["properties"]} if isinstance(made.get("properties"), Mapping) else {}
    payload = {ENTITY_PAYLOAD: made["payload"]} if "payload" in made else {}
    return {"entity": {**parent, **made}, "source_entity": parent, **properties, **payload}


def transforms_of(pipe: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    """Return a pipe's transforms."""
    transforms: list[Mapping[str, Json]] = pipe.get("transform", [])
    return transforms


def find_parent_reading(
    pipes: Iterable[Mapping[str, Json]], datatype: str, parent: str | None, known: Iterable[str]
) -> ParentReading | None:
    """Return the first pipe that reads a datatype once per record of its parent, or None if there is none."""
    known = [name for name in known if name != datatype]
    for pipe in pipes:
        if str(pipe.get("_id", "")).endswith(NOT_READ_BY):
            continue
        transforms = transforms_of(pipe)
        places = (n for n, t in enumerate(transforms) if t.get("type") == "rest")
        at = next(places, None)
        feeder = _feeding_datatype(pipe, known) or (parent if parent in known else None)
        if at is not None and feeder is not None:
            return _reading(transforms, at, feeder)
    return None


def entity_member(pipes: Iterable[Mapping[str, Json]]) -> str | None:
    """Return the member of each row that the pipes' first rule uses as the entity, or None for the whole row."""
    reading = (pipe for pipe in pipes if not str(pipe.get("_id", "")).endswith(NOT_READ_BY))
    for steps in (rules_of(t).get("default") for pipe in reading for t in transforms_of(pipe)):
        match steps:
            case [["merge", str(path)], *rest] if path.startswith(SOURCE) and ["copy", "*"] not in rest:
                return path.removeprefix(SOURCE) or None
            case [*_]:
                return None
            case _:
                pass
    return None


def _reading(transforms: list[Mapping[str, Json]], at: int, parent: str) -> ParentReading:
    call = transforms[at]
    adds = {name: e for t in transforms[:at] for steps in rules_of(t).values() for name, e in added_members(steps)}
    lost = [name for name in ("properties", "payload") if name in adds and not can_evaluate(adds[name])]
    why_not = f"a rule builds its {lost[0]!r} in a way that qa-sync does not support" if lost else None
    place = (
        "" if call.get("replace_entity") else _rows(transforms[at + 1 :], call.get("response_property") or "response")
    )
    return ParentReading(call, ChildList(parent, {n: e for n, e in adds.items() if can_evaluate(e)}), place, why_not)


def _feeding_datatype(pipe: Mapping[str, Json], known: list[str]) -> str | None:
    """Return the datatype whose dataset feeds a pipe; the longest matching name."""
    dataset = pipe.get("source", {}).get("dataset", "")
    fitting = [name for name in known if any(dataset.endswith(f"-{name}-{end}") for end in ("collect", "all", "all2"))]
    return max(fitting, key=len, default=None)


def _rows(after: list[Mapping[str, Json]], member: str) -> str:
    """Return the path of the entities in the response, from the rule that creates entities."""
    at = f"_S.{member}"
    for transform in after:
        for steps in rules_of(transform).values():
            for text in _source_texts(steps):
                if text == at or text.startswith(f"{at}."):
                    return text.removeprefix(at).removeprefix(".")
    return ""


def _source_texts(steps: Json, *, making: bool = False) -> Iterator[str]:
    """Yield the texts within the steps that create entities."""
    if isinstance(steps, str) and making:
        yield steps
    if isinstance(steps, list):
        making = making or (bool(steps) and steps[0] in MAKERS)
        for part in steps:
            yield from _source_texts(part, making=making)
