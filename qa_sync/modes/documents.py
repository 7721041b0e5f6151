"""Reads the specs of the command line and loads their connectors; reports all problems at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain
from os.path import abspath, isdir
from pathlib import Path
from typing import TypeVar

from qa_sync.dataflow.find_specs import find_specs
from qa_sync.dataflow.load import STDIN, load_dataflow
from qa_sync.dataflow.model import Dataflow
from qa_sync.errors import SpecError, UnknownName, UsageError
from qa_sync.location import Location
from qa_sync.settings.model import Settings
from qa_sync.systems.connectors.find import connector_folder, load_for_exports, load_with_settings
from qa_sync.systems.connectors.load import Connector
from qa_sync.systems.names_from_settings import with_configured_names
from qa_sync.systems.pairs_from_settings import pair_problems, with_configured_pairs

A = TypeVar("A")
B = TypeVar("B")


def read_all(given: Sequence[str]) -> tuple[Dataflow, ...]:
    """Read all specs of the given paths; raises one error with the problems of all of them."""
    dataflows, problems = read_each(given)
    _raise(problems)
    return dataflows


def read_named(given: Sequence[str]) -> tuple[Dataflow, ...]:
    """Read the specs to run; rejects folders, because a run creates records in systems."""
    _collect_errors(_no_folder, given)
    return read_all(given)


def _no_folder(given: str) -> None:
    if isdir(given):  # noqa: PTH112 - Path raises about names that no file system takes
        raise SpecError(
            "this is a folder, expected a spec",
            location=Location(given),
            hint=f"name each spec to run, for example {given.rstrip('/')}/*.txt; show and lint accept folders",
        )


def read_each(given: Sequence[str]) -> tuple[tuple[Dataflow, ...], tuple[UsageError, ...]]:
    """Read the specs of the given paths, each once; returns the readable ones and the errors of the others."""
    found, nowhere = _try_each(find_specs, given)
    once: dict[str, str] = {}
    for path in chain.from_iterable(found):
        # Symbolic links are not resolved: two links to one file are two specs with their own names.
        once.setdefault(path if path == STDIN else abspath(path), path)  # noqa: PTH100
    dataflows, unreadable = _try_each(load_dataflow, once.values())
    return tuple(dataflows), (*nowhere, *unreadable)


NO_SETTINGS = Settings()
"""The default settings, for a run without `qa-sync.toml`."""


def connectors_of(
    dataflows: Iterable[Dataflow], settings: Settings = NO_SETTINGS, exported: Collection[str] = ()
) -> Mapping[str, Connector]:
    """Return the connector of every system in the specs, by label; raises one error for all unknown ones.

    Of those in `exported` only the entity cards are needed.
    """
    dataflows = tuple(dataflows)
    places = {label: place for dataflow in dataflows for label, place in _labels(dataflow)}
    folders = dict(
        zip(places, _collect_errors(lambda at: connector_folder(settings, *at), places.items()), strict=True)
    )
    ends = {label: (folder, _completed_by(settings, label), label in exported) for label, folder in folders.items()}
    once = dict.fromkeys(ends.values())

    def load(end: tuple[Path, str | None, bool]) -> Connector:
        folder, label, cards_only = end
        own = settings.system(label) if label else None
        return load_for_exports(folder, own) if cards_only else load_with_settings(folder, own)

    loaded = dict(zip(once, _collect_errors(load, once), strict=True))
    _reject_same_names(dict.fromkeys(folders.values()))
    found = {label: loaded[end] for label, end in ends.items()}
    return _with_known_properties(found, dataflows, settings)


def _completed_by(settings: Settings, label: str) -> str | None:
    """Return the label when its settings change the connector, so that no other system can share it."""
    own = settings.system(label)
    return label if own and (own.parameters or own.payloads) else None


def known_connectors_of(dataflows: Iterable[Dataflow], settings: Settings = NO_SETTINGS) -> Mapping[str, Connector]:
    """Return the connectors of the systems that have one, by label."""
    dataflows = tuple(dataflows)
    found: dict[str, Connector] = {}
    for label in {label: None for dataflow in dataflows for label, _ in _labels(dataflow)}:
        own = settings.system(label)
        try:
            found[label] = load_with_settings(connector_folder(settings, label), own)
        except UnknownName:
            if own is not None and own.connector is not None:
                raise
    return _with_known_properties(found, dataflows, settings)


def _with_known_properties(
    found: Mapping[str, Connector], dataflows: Iterable[Dataflow], settings: Settings
) -> Mapping[str, Connector]:
    """Return the connectors with the settings' names of entities, and the properties that the specs mention.

    Properties are added where a connector does not list them.
    """
    found = with_configured_names(found, settings) if settings.entities else found
    if not settings.properties:
        return _completed(found, dataflows, settings)
    from qa_sync.systems.knowledge.configured import with_configured_properties  # noqa: PLC0415 - rarely needed

    completed = _completed(with_configured_properties(found, settings), dataflows, settings)
    return with_configured_properties(completed, settings)


def _completed(
    found: Mapping[str, Connector], dataflows: Iterable[Dataflow], settings: Settings
) -> Mapping[str, Connector]:
    if all(card.complete for connector in found.values() for card in connector.cards.values()):
        return found
    from qa_sync.systems.knowledge.connectors import with_known_properties  # noqa: PLC0415 - not for built-in systems

    return with_known_properties(found, dataflows, settings)


def apply_configured_pairs(
    dataflows: Iterable[Dataflow], connectors: Mapping[str, Connector], settings: Settings
) -> tuple[Dataflow, ...]:
    """Return the dataflows with the settings' pairs where a spec lists none; raises one error for all problems."""
    if not settings.pairs:
        return tuple(dataflows)
    cards = {label: connector.cards for label, connector in connectors.items()}
    dataflows = tuple(dataflows)
    _raise(tuple(pair_problems(dataflows, cards, settings)))
    return tuple(with_configured_pairs(dataflow, settings.pairs) for dataflow in dataflows)


def _reject_same_names(folders: Collection[Path]) -> None:
    """Raise UsageError for two connectors with the same name, because recordings refer to them by name."""
    by_name = {folder.name: folder for folder in folders}
    for folder in folders:
        if by_name[folder.name] != folder:
            raise UsageError(
                f"{folder} and {by_name[folder.name]} are two connectors with the same name", hint="rename one"
            )


def _labels(dataflow: Dataflow) -> Iterable[tuple[str, Location]]:
    seen: dict[str, Location] = {}
    for section in dataflow.sections:
        for entity in (section.source, section.target):
            seen.setdefault(entity.system, Location(dataflow.path, section.line))
    return seen.items()


def _collect_errors(work: Callable[[A], B], items: Iterable[A]) -> list[B]:
    """Call `work` for each item; raises one error with the problems of all items."""
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
