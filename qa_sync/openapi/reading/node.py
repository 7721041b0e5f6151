"""Nodes of an OpenAPI document: values that know their file, and follow `$ref` to other places and files.

Only files in the folder of the document or below it are read, and nothing is fetched. Source:
https://spec.openapis.org/oas/v3.1.1.html, "Reference Object", and RFC 6901.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from qa_sync.errors import UsageError
from qa_sync.files import UnsuitableFile, read_limited
from qa_sync.openapi.reading.yaml12 import UnreadableText, read_json_or_yaml
from qa_sync.values.form import Json

MAX_BYTES: Final = 64_000_000
"""The largest document that is read."""

MAX_CHAIN: Final = 50
"""The most references that follow one another."""

MAX_STEPS: Final = 5_000_000
"""The most nodes that are visited for one document."""


class Document:
    """An OpenAPI document and the files that its references name; each file is read once."""

    def __init__(self, text: str, name: str, folder: Path | None) -> None:
        """`folder` is the folder of the document; None (standard input) allows no references to files."""
        self.name = name
        self.digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        self._folder = folder.resolve() if folder else None
        self._files: dict[str, Json] = {}
        self._steps = 0
        self.problems: dict[str, None] = {}
        self._files[name] = _parsed(text, name)
        root = self._files[name]
        self._own = root.get("$self") if isinstance(root, dict) else None
        self.root = Node(root, self, name)

    def count(self) -> None:
        """Count a visited node; raises UsageError where a document leads to too many."""
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise UsageError(
                f"the document leads to more than {MAX_STEPS:,} values", hint="draft fewer entities at once"
            )

    def target(self, reference: str, file: str) -> tuple[Json, str]:
        """Return the value of a reference and its file; None for one that cannot be followed, which is a problem."""
        path, _, pointer = reference.partition("#")
        path = "" if path and path == self._own else path
        try:
            file = self._read(path, file) if path else file
            return _at(self._files[file], pointer), file
        except (LookupError, OSError, UnreadableText, ValueError) as error:
            self.problems.setdefault(f"$ref {reference!r} cannot be followed: {_reason(error)}")
            return None, file

    def _read(self, path: str, file: str) -> str:
        if "://" in path or path.startswith("//"):
            raise ValueError("nothing is fetched; save the file next to the document")
        if self._folder is None:
            raise ValueError("a document from standard input has no files next to it")
        full = (self._folder / file).parent.joinpath(unquote(path)).resolve()
        if not full.is_relative_to(self._folder):
            raise ValueError("it is outside the folder of the document")
        name = str(full.relative_to(self._folder))
        if name not in self._files:
            self._files[name] = _parsed(_text(full), name)
        return name


class Node:
    """A value of a document, never a reference; `place` is where it was referred to, `file#pointer`, or empty."""

    __slots__ = ("_file", "document", "place", "value")

    def __init__(self, value: Json, document: Document, file: str, place: str = "") -> None:
        """Follow references at once; `value` is None for one that leads nowhere."""
        chain = 0
        while isinstance(value, dict) and isinstance(reference := value.get("$ref"), str):
            chain += 1
            if chain > MAX_CHAIN:
                document.problems.setdefault(f"$ref {reference!r} is part of a chain without end")
                value = None
                break
            siblings = {name: member for name, member in value.items() if name != "$ref"}
            value, file = document.target(reference, file)
            place = f"{file}#{reference.partition('#')[2]}"
            if siblings and isinstance(value, dict):  # 3.1 allows members next to a reference
                value = {**value, **siblings}
        document.count()
        self.value: Json = value
        self.document = document
        self.place = place
        self._file = file

    def __bool__(self) -> bool:
        """Whether the document has such a value."""
        return self.value is not None

    def get(self, *names: str) -> Node:
        """Return the member at a path of names; a node without a value where there is none."""
        node = self
        for name in names:
            value = node.value.get(name) if isinstance(node.value, dict) else None
            node = Node(value, node.document, node._file)
        return node

    def members(self) -> Iterator[tuple[str, Node]]:
        """Yield the members of an object by name."""
        if isinstance(self.value, dict):
            for name, value in list(self.value.items()):
                yield name, Node(value, self.document, self._file)

    def elements(self) -> Iterator[Node]:
        """Yield the elements of a list."""
        if isinstance(self.value, list):
            for value in self.value:
                yield Node(value, self.document, self._file)

    def made(self, value: Json) -> Node:
        """Return a node of a value that was made from this one, at the same place."""
        return Node(value, self.document, self._file, self.place)

    def text(self, name: str) -> str:
        """Return a member that is a text, else an empty one."""
        value = self.get(name).value
        return value if isinstance(value, str) else ""

    def true(self, name: str) -> bool:
        """Return whether a member is true."""
        return self.get(name).value is True


def load_document(path: str, text: str | None = None) -> Document:
    """Read an OpenAPI document from a file, or from `text` with `path` as its name.

    Raises UsageError if it is unreadable or no OpenAPI document.
    """
    folder = None if text is not None else Path(path).parent
    name = path if text is not None else Path(path).name
    try:
        document = Document(_text(Path(path)) if text is None else text, name, folder)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from None
    except UnreadableText as error:
        raise UsageError(f"{path}: not JSON or YAML: {error}") from None
    if not (document.root.text("openapi") or document.root.get("swagger")):
        raise UsageError(f"{path}: expected an OpenAPI document: it has no member 'openapi' or 'swagger'")
    return document


def _text(path: Path) -> str:
    try:
        return read_limited(path, MAX_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableText("it is not UTF-8") from None
    except UnsuitableFile as error:
        raise OSError(0, error.strerror) from None


def _parsed(text: str, name: str) -> Json:
    try:
        return read_json_or_yaml(text)
    except UnreadableText as error:
        raise UnreadableText(f"{name}: {error}") from None


def _reason(error: Exception) -> str:
    if isinstance(error, LookupError):
        return "it leads nowhere"
    return (error.strerror if isinstance(error, OSError) else "") or str(error)


def _at(value: Json, pointer: str) -> Json:
    for part in pointer.split("/")[1:]:
        name = unquote(part).replace("~1", "/").replace("~0", "~")
        value = value[int(name)] if isinstance(value, list) else value[name]
    return value
