"""What to draft: the entities that a user or a spec names, and which of their properties are active."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from qa_sync.dataflow.model import Section
from qa_sync.errors import UnknownName, UsageError
from qa_sync.openapi.deducing.draft import Choice
from qa_sync.openapi.deducing.resources import matches
from qa_sync.openapi.model import PropertyDraft, Resource
from qa_sync.openapi.state import Options

MAX_SHOWN_PATHS = 20


def named_choice(resources: Sequence[Resource], entity: str) -> Choice:
    """Return the resource that `NAME` or `NAME=/path` means; with a path, the name is the one that specs use.

    Raises UnknownName if there is none.
    """
    name, _, path = entity.partition("=")
    found = [r for r in resources if path in {r.path, r.path.rstrip("/")}] if path else []
    found = found or [r for r in resources if not path and (r.name == name or matches(r, name) or r.path == name)]
    if not found:
        known = [r.path for r in resources] if path else [r.name for r in resources]
        raise UnknownName("path" if path else "entity", path or name, known)
    return Choice(found[0], (name,) if path else ())


def choices_for_sections(resources: Sequence[Resource], sections: Sequence[Section]) -> list[Choice]:
    """Return the resources that the sections' entities name, each with the names that the specs use.

    Raises UsageError if there are none.
    """
    names: dict[str, list[str]] = {}
    for section in sections:
        for entity in (section.source, section.target):
            for resource in resources:
                if matches(resource, entity.entity) and entity.entity not in names.setdefault(resource.path, []):
                    names[resource.path].append(entity.entity)
    chosen = [Choice(r, tuple(names[r.path])) for r in resources if names.get(r.path)]
    if not chosen:
        spoken = sorted({entity.entity for section in sections for entity in (section.source, section.target)})
        paths = ", ".join(r.path for r in resources[:MAX_SHOWN_PATHS])
        message = f"no entity of the document is called like one of the spec ({', '.join(spoken)})"
        hint = f"say which is which with --entity 'NAME=/path'; the document has: {paths}"
        raise UsageError(message, hint=hint)
    return chosen


def known_choices(resources: Sequence[Resource], options: Options) -> list[Choice]:
    """Return the resources of an earlier draft that the document still has."""
    return [Choice(r, options.entities[r.path]) for r in resources if r.path in options.entities]


def properties_named(sections: Iterable[Section]) -> tuple[str, ...]:
    """Return the properties that the rows of specs name."""
    pairs = [pair for section in sections for pair in section.pairs]
    return tuple(dict.fromkeys(side for pair in pairs for side in (pair.source, pair.target)))


def property_filter(options: Options) -> Callable[[PropertyDraft], bool]:
    """Return which properties are active; raises UsageError for an invalid regular expression."""
    if options.properties == "all":
        return lambda _: True
    if options.properties == "used":
        named = set(options.named)
        return lambda drafted: drafted.path in named or "concept" in drafted.keys
    try:
        pattern = re.compile(options.properties)
    except re.error as error:
        raise UsageError(f"--properties: expected all, used or a regular expression: {error}") from None
    return lambda drafted: pattern.search(drafted.path) is not None
