"""Reads YAML 1.2 and JSON texts.

PyYAML's own loaders follow YAML 1.1, where `NO` is false and `2026-01-02` is a date. Built from events, without
recursion, so that neither depth nor aliases can exhaust the memory. Source: https://yaml.org/spec/1.2.2/.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

import yaml
from yaml.events import AliasEvent, Event, MappingStartEvent, ScalarEvent, SequenceStartEvent

from qa_sync.values.form import Json

MAX_DEPTH: Final = 200
"""The deepest nesting that is read."""

MAX_NODES: Final = 3_000_000
"""The most values that one text may have."""

LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
INTEGER: Final = re.compile(r"[-+]?[0-9]+")
BASED: Final = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
WORDS: Final[dict[str, Json]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
MERGE: Final = "<<"


class UnreadableText(ValueError):
    """A text is neither JSON nor YAML, or exceeds a limit; the message says where."""


def read_json_or_yaml(text: str) -> Json:
    """Return the value of a JSON or YAML 1.2 text; keys are texts. Raises UnreadableText."""
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        try:
            return json.loads(text.lstrip("\ufeff"))
        except RecursionError:
            raise UnreadableText(f"nested more than {MAX_DEPTH} levels deep") from None
        except ValueError:
            pass  # YAML's flow style also begins with a brace
    try:
        return _compose(yaml.parse(text, Loader=LOADER))
    except (yaml.YAMLError, RecursionError) as error:
        raise UnreadableText(" ".join(str(error).split())) from None


def _compose(events: Iterator[Event]) -> Json:
    """Build the value of the first document from its events."""
    builder = _Builder()
    for event in events:
        if isinstance(event, ScalarEvent):
            builder.add(_scalar(event), event.anchor)
        elif isinstance(event, AliasEvent):
            builder.add(builder.anchored(event.anchor), None)
        elif isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            builder.open({} if isinstance(event, MappingStartEvent) else [], event.anchor)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            builder.close()
        elif isinstance(event, yaml.DocumentEndEvent):
            break
    return builder.value


class _Builder:
    """Collects values into open containers; counts them and their depth."""

    def __init__(self) -> None:
        self.value: Json = None
        self._open: list[Json] = []
        self._keys: list[str | None] = []
        self._anchors: dict[str, Json] = {}
        self._nodes = 0

    def anchored(self, name: str | None) -> Json:
        if name not in self._anchors:
            raise UnreadableText(f"the alias *{name} has no anchor before it")
        return self._anchors[name]

    def open(self, container: Json, anchor: str | None) -> None:
        self.add(container, anchor)
        self._open.append(container)
        self._keys.append(None)
        if len(self._open) > MAX_DEPTH:
            raise UnreadableText(f"nested more than {MAX_DEPTH} levels deep")

    def close(self) -> None:
        self._open.pop()
        self._keys.pop()

    def add(self, value: Json, anchor: str | None) -> None:
        self._count(1)
        if anchor:
            self._anchors[anchor] = value
        if not self._open:
            self.value = value
            return
        parent = self._open[-1]
        if isinstance(parent, list):
            parent.append(value)
        elif self._keys[-1] is None:
            self._keys[-1] = _key(value)
        else:
            self._set(parent, self._keys[-1], value)
            self._keys[-1] = None

    def _set(self, parent: dict[str, Json], key: str, value: Json) -> None:
        if key != MERGE:
            parent[key] = value
            return
        for merged in value if isinstance(value, list) else [value]:
            if isinstance(merged, dict):
                self._count(len(merged))
                parent.update({name: member for name, member in merged.items() if name not in parent})

    def _count(self, more: int) -> None:
        self._nodes += more
        if self._nodes > MAX_NODES:
            raise UnreadableText(f"more than {MAX_NODES:,} values")


def _key(value: Json) -> str:
    if isinstance(value, (dict, list)):
        raise UnreadableText("a list or an object as a key")
    return value if isinstance(value, str) else json.dumps(value)


def _scalar(event: ScalarEvent) -> Json:
    text: str = event.value
    if not event.implicit[0] or event.tag:  # quoted, a block, or with a tag
        return text
    if text in WORDS:
        return WORDS[text]
    if INTEGER.fullmatch(text):
        return int(text) if len(text) < 100 else text  # noqa: PLR2004 - no number of a document is as long
    if BASED.fullmatch(text):
        return int(text, 0)
    return float(text) if FLOAT.fullmatch(text) else text
