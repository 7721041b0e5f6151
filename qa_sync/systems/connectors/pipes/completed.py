"""A datatype before and after its operations are completed from its pipes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from qa_sync.systems.connectors.folder import Problem
from qa_sync.systems.connectors.operations import Operation
from qa_sync.values.form import Form, Json


class IncompleteDatatype(Struct, frozen=True):
    """A datatype to complete: its expanded pipes, their file, and its key if it has its own card.

    `card_shapes_body` is true if that card says how a body is built; otherwise the share pipe does, as far as it can.
    """

    name: str
    pipes: Sequence[Mapping[str, Json]]
    file: str
    parent: str | None = None
    card_key: str | None = None
    card_shapes_body: bool = False


@dataclass
class CompletedDatatype:
    """The completed datatype: operations by verb, the reason for each missing verb, the key, and problems.

    `unsupported` are the missing verbs that the connector defines in a way that qa-sync does not support; `modified` is
    the path of the time of a record's last change, and its form.
    """

    operations: dict[str, Operation] = field(default_factory=dict)
    cannot: dict[str, str] = field(default_factory=dict)
    unsupported: set[str] = field(default_factory=set)
    key: tuple[str, ...] = ()
    problems: list[Problem] = field(default_factory=list)
    modified: tuple[str, Form] | None = None

    def leave_out(self, verb: str, reason: str) -> None:
        """Remove an operation that the connector defines, because qa-sync does not support how."""
        self.operations.pop(verb, None)
        self.cannot[verb] = reason
        self.unsupported.add(verb)
