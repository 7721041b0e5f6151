"""YAML of plain data, made of libyaml's events with no tree of nodes in between.

Loading its recordings is a good part of what a replay takes, and the safe loader takes as long again as libyaml: it
makes a tree first, and then looks each node up in it. What an alias stands for is the very value that was noted under
its anchor, so that a few lines cannot fill the memory.
"""

from __future__ import annotations

from typing import Any, Final

import yaml
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from qa_sync.values.form import Json

SAFE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where it is there, ten times as fast; safe in both cases: a text can make nothing but plain data."""
UNTAGGED: Final = "!"
MAPPING: Final = "tag:yaml.org,2002:map"
SEQUENCE: Final = "tag:yaml.org,2002:seq"
MERGE: Final = "tag:yaml.org,2002:merge"


class UnsupportedYaml(Exception):
    """A text is YAML, but of more than plain data."""


def read_plain_yaml(text: str) -> Json:
    """Return what a text's document stands for, None for no document; raises NotPlain and yaml.YAMLError."""
    try:
        return Reader(text).document()
    # A text that is no number, a list for a key, lists within lists without end: each has an error of its own.
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError) as error:
        raise UnsupportedYaml(str(error)) from error


class Reader(SAFE):  # type: ignore[misc]  # either of the two
    """Reads a text event by event; of a quoted text, as nearly everything is, without any bookkeeping."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._anchored: dict[str, Json] = {}
        self._unquoted: dict[str, Json] = {}  # what was met before; most are keys, of which there are few

    def document(self) -> Json:
        """Return what the one document stands for."""
        self.get_event()
        if isinstance(self.get_event(), StreamEndEvent):
            return None
        value = self._value(self.get_event())
        self.get_event()
        if isinstance(self.get_event(), StreamEndEvent):
            return value
        raise ValueError("it holds several documents")

    def _value(self, event: Event) -> Json:
        if isinstance(event, ScalarEvent):
            return self._scalar(event)
        if isinstance(event, CollectionStartEvent):
            return self._mapping(event) if isinstance(event, MappingStartEvent) else self._sequence(event)
        if isinstance(event, AliasEvent) and event.anchor in self._anchored:
            return self._anchored[event.anchor]
        raise ValueError("it refers to what it does not hold")

    def _mapping(self, start: CollectionStartEvent) -> Json:
        made: dict[Json, Json] = {}
        self._begin(start, MAPPING, made)
        while not isinstance(event := self.get_event(), MappingEndEvent):
            key = self._value(event)
            made[key] = self._value(self.get_event())
        return made

    def _sequence(self, start: CollectionStartEvent) -> Json:
        made: list[Json] = []
        self._begin(start, SEQUENCE, made)
        while not isinstance(event := self.get_event(), SequenceEndEvent):
            made.append(self._value(event))
        return made

    def _begin(self, start: CollectionStartEvent, tag: str, made: Json) -> None:
        if start.tag not in {None, UNTAGGED, tag}:
            raise ValueError(f"it holds what it calls {start.tag}")
        if start.anchor:  # noted before it is filled, for it may hold itself
            self._anchored[start.anchor] = made

    def _scalar(self, event: ScalarEvent) -> Json:
        if event.tag is not None:
            made = self._constructed(event)
        elif not event.implicit[0]:
            made = event.value
        elif event.value in self._unquoted:
            made = self._unquoted[event.value]
        else:
            made = self._unquoted[event.value] = self._constructed(event)
        if event.anchor:
            self._anchored[event.anchor] = made
        return made

    def _constructed(self, event: ScalarEvent) -> Json:
        tag = event.tag or UNTAGGED
        if tag == UNTAGGED:
            tag = self.resolve(yaml.ScalarNode, event.value, event.implicit)
        if tag == MERGE:  # a few lines that merge mappings can stand for more than any memory holds
            raise ValueError("it merges mappings, which no recording does")
        return self.construct_object(yaml.ScalarNode(tag, event.value), deep=True)
