"""Paths on the command line -> Dataflows, and the connectors of the systems that they name; all problems at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain
from os.path import abspath, isdir
from pathlib import Path
from typing import TypeVar

from qa_sync.dataflow.find_documents import find_documents
from qa_sync.dataflow.load import STDIN, load_dataflow
from qa_sync.dataflow.model import Dataflow
from qa_sync.errors import SpecError, UnknownName, UsageError
from qa_sync.location import Location
from qa_sync.settings.model import Settings
from qa_sync.systems.connectors.find import connector_folder, load_with_settings
from qa_sync.systems.connectors.load import Connector
from qa_sync.systems.pairs_from_settings import pair_problems, with_configured_pairs, with_configured_properties

A = TypeVar("A")
B = TypeVar("B")


def read_all(given: Sequence[str]) -> tuple[Dataflow, ...]:
    """Read every document that the words mean; raises one error that tells what is wrong with all of them."""
    dataflows, problems = read_each(given)
    _raise(problems)
    return dataflows


def read_named(given: Sequence[str]) -> tuple[Dataflow, ...]:
    """Read documents that are to be carried out, which makes records in systems: a folder is refused, not searched."""
    _collect_errors(_no_folder, given)
    return read_all(given)


def _no_folder(given: str) -> None:
    if isdir(given):  # noqa: PTH112 - Path raises about names that no file system takes
        raise SpecError(
            "this is a folder, expected a document",
            location=Location(given),
            hint=f"what is carried out is named document by document, {given.rstrip('/')}/*.txt for instance; "
            "show and lint take folders",
        )


def read_each(given: Sequence[str]) -> tuple[tuple[Dataflow, ...], tuple[UsageError, ...]]:
    """Read the documents that the words mean, each once: what could be read, and what is wrong with the rest."""
    found, nowhere = _try_each(find_documents, given)
    once: dict[str, str] = {}
    for path in chain.from_iterable(found):
        # Not resolved: two links to one document are two documents, as their names may say.
        once.setdefault(path if path == STDIN else abspath(path), path)  # noqa: PTH100
    dataflows, unreadable = _try_each(load_dataflow, once.values())
    return tuple(dataflows), (*nowhere, *unreadable)


NO_SETTINGS = Settings()
"""The settings of somebody who has none."""


def connectors_of(dataflows: Iterable[Dataflow], settings: Settings = NO_SETTINGS) -> Mapping[str, Connector]:
    """Return the connector of every system that the documents name, by label; raises for all unknown ones at once."""
    dataflows = tuple(dataflows)
    places = {label: place for dataflow in dataflows for label, place in _labels(dataflow)}
    folders = dict(
        zip(places, _collect_errors(lambda at: connector_folder(settings, *at), places.items()), strict=True)
    )
    ends = {label: (folder, _completed_by(settings, label)) for label, folder in folders.items()}
    once = dict.fromkeys(ends.values())
    loaded = dict(zip(once, _collect_errors(lambda end: _load(settings, *end), once), strict=True))
    _reject_same_names(dict.fromkeys(folders.values()))
    found = {label: loaded[end] for label, end in ends.items()}
    return with_configured_properties(found, dataflows, settings.pairs) if settings.pairs else found


def _completed_by(settings: Settings, label: str) -> str | None:
    """Return the label when the settings complete its connector, so that nobody else can share it."""
    own = settings.system(label)
    return label if own and (own.parameters or own.payloads) else None


def _load(settings: Settings, folder: Path, label: str | None) -> Connector:
    return load_with_settings(folder, settings.system(label) if label else None)


def known_connectors_of(dataflows: Iterable[Dataflow], settings: Settings = NO_SETTINGS) -> Mapping[str, Connector]:
    """Return the connectors of the systems that have one; the others are left out."""
    dataflows = tuple(dataflows)
    found: dict[str, Connector] = {}
    for label in {label: None for dataflow in dataflows for label, _ in _labels(dataflow)}:
        own = settings.system(label)
        try:
            found[label] = load_with_settings(connector_folder(settings, label), own)
        except UnknownName:
            if own is not None and own.connector is not None:
                raise
    return with_configured_properties(found, dataflows, settings.pairs) if settings.pairs else found


def apply_configured_pairs(
    dataflows: Iterable[Dataflow], connectors: Mapping[str, Connector], settings: Settings
) -> tuple[Dataflow, ...]:
    """Return the dataflows with the settings' pairs where the documents list none; all problems at once."""
    if not settings.pairs:
        return tuple(dataflows)
    cards = {label: connector.cards for label, connector in connectors.items()}
    dataflows = tuple(dataflows)
    _raise(tuple(pair_problems(dataflows, cards, settings)))
    return tuple(with_configured_pairs(dataflow, settings.pairs) for dataflow in dataflows)


def _reject_same_names(folders: Collection[Path]) -> None:
    """Raise for two different connectors of one name, because recordings know them by name."""
    by_name = {folder.name: folder for folder in folders}
    for folder in folders:
        if by_name[folder.name] != folder:
            raise UsageError(f"{folder} and {by_name[folder.name]} are two connectors of one name", hint="rename one")


def _labels(dataflow: Dataflow) -> Iterable[tuple[str, Location]]:
    seen: dict[str, Location] = {}
    for section in dataflow.sections:
        for entity in (section.source, section.target):
            seen.setdefault(entity.system, Location(dataflow.path, section.line))
    return seen.items()


def _collect_errors(work: Callable[[A], B], items: Iterable[A]) -> list[B]:
    """Do the work for each item; raise what went wrong with all of them as one."""
    done, problems = _try_each(work, items)
    _raise(problems)
    return done


def _try_each(work: Callable[[A], B], items: Iterable[A]) -> tuple[list[B], list[UsageError]]:
    done: list[B] = []
    problems: list[UsageError] = []
    for item in items:
        try:
            done.append(work(item))
        except UsageError as problem:
            problems.append(problem)
    return done, problems


def _raise(problems: Sequence[UsageError]) -> None:
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise SpecError("\n".join([f"{len(problems)} problems:", *(str(p) for p in problems)]))
