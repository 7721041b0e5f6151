"""Reads a few pages and records of a live system, to settle what its connector guesses; writes nothing to it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.errors import InvalidResponse, QaSyncError, RequestRejected, UsageError
from qa_sync.files import read_limited, write_atomically
from qa_sync.modes.live_systems.connections import open_system_connection
from qa_sync.modes.live_systems.ping import RETRY_POLICY
from qa_sync.openapi.learning.applying import applied_to_cards, applied_to_operations, is_effective
from qa_sync.openapi.learning.missing import learn_missing, missing_id
from qa_sync.openapi.learning.model import Proposal, Reading
from qa_sync.openapi.learning.pages import (
    BY_OFFSET,
    Trials,
    learn_pages,
    learn_size,
    page_parameter,
    with_better_base,
    with_other_base,
    with_parameter,
    without_end,
)
from qa_sync.openapi.learning.records import learn_records
from qa_sync.openapi.learning.values import learn_properties
from qa_sync.settings.model import Settings
from qa_sync.systems.connectors.capabilities import capabilities_of
from qa_sync.systems.connectors.find import LABELS, connector_folder, load_with_settings
from qa_sync.systems.connectors.load import Connector
from qa_sync.systems.connectors.operations import Operation
from qa_sync.systems.http.retrying.waits import Notify, ignore_notice
from qa_sync.systems.redaction import Redactor
from qa_sync.systems.rest.live_connection import LiveConnection
from qa_sync.systems.system import Record

CARDS: Final = "entities.toml"
OPERATIONS: Final = "templates/system.json"
MAX_BYTES: Final = 16_000_000
PAGES: Final = 2


class Learned(Struct, frozen=True):
    """What was read of a system, a line for each datatype, and the proposals that would change its connector.

    `remarks` are what was seen and cannot be written into a file by itself; `unread` says which lists could not be
    read, and why.
    """

    folder: Path
    read: tuple[str, ...]
    proposals: tuple[Proposal, ...]
    remarks: tuple[str, ...]
    unread: tuple[str, ...] = ()


def learn(settings: Settings, label: str, redact: Redactor, notify: Notify = ignore_notice) -> Learned:
    """Read a system, and return what it says about its connector; raises what a read raises."""
    own = settings.system(label)
    folder = connector_folder(settings, label, own.location if own else None)
    connector = load_with_settings(folder, own)
    connection = open_system_connection(settings, label, connector, redact, retry_policy=RETRY_POLICY, notify=notify)
    try:
        read: list[str] = []
        found: list[Proposal] = []
        unread: list[str] = []
        for datatype in _listed(connector):
            try:
                line, proposals = _learn_datatype(connection, datatype)
            except (InvalidResponse, RequestRejected) as problem:
                unread.append(f"{datatype}: {problem}")
                continue
            read.append(line)
            found += proposals
    finally:
        connection.close()
    texts = _texts(folder)
    effective = tuple(p for p in found if (p.keys or p.settles) and is_effective(p, texts))
    remarks = [f"{p.entity}: {p.why}" for p in found if not p.keys and not p.settles]
    by_hand = applied_to_cards(texts[0], [p for p in effective if not p.operation])[1]
    remarks += [f"{p.where}: {'.'.join(p.keys)} is not on a line of its own, edit it by hand: {p.why}" for p in by_hand]
    writable = tuple(p for p in effective if p not in by_hand)
    return Learned(folder, tuple(read), writable, tuple(map(redact, remarks)), tuple(map(redact, unread)))


def write_learned(learned: Learned) -> list[str]:
    """Write the proposals into the connector's files, and return the names of those that changed.

    Raises UsageError for a built-in connector, and for a file that cannot be written.
    """
    if learned.folder.name in LABELS and learned.folder.parent.name == "builtin":
        raise UsageError(f"the connector {learned.folder.name} is built in", hint="copy its folder, and edit the copy")
    cards, operations = _texts(learned.folder)
    texts = {
        CARDS: (cards, applied_to_cards(cards, learned.proposals)[0]),
        OPERATIONS: (operations, applied_to_operations(operations, [p for p in learned.proposals if p.operation])),
    }
    changed = [name for name, (before, after) in texts.items() if after != before]
    for name in changed:
        write_atomically(learned.folder / name, texts[name][1])
    return changed


def _texts(folder: Path) -> tuple[str, str]:
    def text(name: str) -> str:
        with suppress(FileNotFoundError):
            return read_limited(folder / name, MAX_BYTES).decode("utf-8")
        return "{}" if name == OPERATIONS else ""

    return text(CARDS), text(OPERATIONS)


def _listed(connector: Connector) -> Iterator[str]:
    for abilities in capabilities_of(connector):
        if "list" in abilities.can and "list" not in abilities.cannot and not abilities.parent:
            yield abilities.datatype


def _learn_datatype(connection: LiveConnection, datatype: str) -> tuple[str, list[Proposal]]:
    operation = connection.connector.operations[f"{datatype}-list"]
    read = _reader(connection, datatype)
    pages = read(without_end(operation), PAGES)
    trials = _trials(operation, pages, read)
    found = list(learn_pages(datatype, operation, trials))
    if (better := with_better_base(operation, trials)) is not None:
        operation, pages = better, read(without_end(better), PAGES)
        trials = _trials(operation, pages, read)
    sizes = list(learn_size(datatype, operation, trials))
    found += sizes
    for size in (p.value for p in sizes if p.keys == ("page_size",)):
        pages = read(without_end(replace(operation, page_size=size)), PAGES)  # by offsets, records were left out
    rows = [*(pages[0] if pages else ()), *(pages[1] if len(pages) > 1 else ())]
    looked_up = _look_up(connection, datatype, rows[0].id) if rows else ()
    if looked_up and (status := _status_of_missing(connection, datatype, rows[0].id)):
        found += learn_missing(datatype, connection.connector.operations, status)
    reading = Reading(connection.connector.cards[datatype], tuple(r.data for r in rows), looked_up)
    found += [*learn_records(reading), *learn_properties(reading)]
    return f"{datatype}: {len(rows)} records read, {len(looked_up)} lookups", found


Read = Callable[[Operation, int], list[list[Record]]]


def _reader(connection: LiveConnection, datatype: str) -> Read:
    def read(operation: Operation, most: int) -> list[list[Record]]:
        operations = {**connection.connector.operations, operation.name: operation}
        system = replace(connection, connector=replace(connection.connector, operations=operations)).system()
        try:
            pages: list[list[Record]] = []
            for rows, _ in system.list_pages(datatype):
                pages.append(list(rows))
                if len(pages) >= most:
                    break
            return pages
        finally:
            system.close()

    return read


def _trials(operation: Operation, pages: list[list[Record]], read: Read) -> Trials:
    first = _ids(pages, 0) or ()
    trials = Trials(first, _ids(pages, 1))
    other = with_other_base(operation)
    if other is not None:
        trials = replace(trials, other_base=_tried(other, read))
    found = page_parameter(operation)
    if found and found[1] == BY_OFFSET and first:
        trials = replace(trials, after_first=_tried(with_parameter(operation, found[0], str(len(first))), read))
    return trials


def _tried(operation: Operation, read: Read) -> tuple[str, ...] | None:
    """Return the ids of the first page of a list that may be rejected, or None."""
    try:
        return _ids(read(operation, 1), 0)
    except QaSyncError:
        return None


def _ids(pages: list[list[Record]], number: int) -> tuple[str, ...] | None:
    return tuple(record.id for record in pages[number]) if number < len(pages) else None


def _look_up(connection: LiveConnection, datatype: str, id: str) -> tuple[dict[str, object], ...]:
    """Return a record as two lookups return it; none where it cannot be looked up."""
    if "lookup" in connection.connector.cards[datatype].cannot:
        return ()
    system = connection.system()
    try:
        found = [system.lookup(datatype, id) for _ in range(2)]
    except QaSyncError:
        return ()
    finally:
        system.close()
    return tuple(dict(record.data) for record in found if record is not None)


def _status_of_missing(connection: LiveConnection, datatype: str, known: str) -> int | None:
    """Return the status with which a lookup of a record that does not exist is rejected, or None."""
    system = connection.system()
    try:
        system.lookup(datatype, missing_id(known))
    except RequestRejected as rejected:
        return rejected.status
    except QaSyncError:
        return None
    finally:
        system.close()
    return None


def redactor_of(settings: Settings) -> Redactor:
    """Return a redactor of all secrets of the settings."""
    variables = {name for each in settings.systems.values() for name in each.secrets.values()}
    return Redactor(os.environ.get(name, "") for name in variables)
