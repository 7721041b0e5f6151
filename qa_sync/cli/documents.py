"""Paths on the command line -> Dataflows, and the connectors of the systems that they name; all problems at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from qa_sync.dataflow.files import load_dataflow
from qa_sync.dataflow.model import Dataflow
from qa_sync.errors import SpecError, UnknownName, UsageError
from qa_sync.location import Location
from qa_sync.systems.builtin import builtin_folder, connector_for
from qa_sync.systems.connector import Connector, load_connector

A = TypeVar("A")
B = TypeVar("B")


def read_all(paths: Sequence[str]) -> tuple[Dataflow, ...]:
    """Read every document; raises one error that tells what is wrong with all of them."""
    return tuple(_each(load_dataflow, paths))


def connectors_of(dataflows: Iterable[Dataflow]) -> Mapping[str, Connector]:
    """Return the connector of every system that the documents name, by label; raises for all unknown ones at once."""
    places = {label: place for dataflow in dataflows for label, place in _labels(dataflow)}
    names = dict(zip(places, _each(lambda at: connector_for(*at), places.items()), strict=True))
    loaded = {name: load_connector(builtin_folder(name)) for name in set(names.values())}
    return {label: loaded[name] for label, name in names.items()}


def known_connectors_of(dataflows: Iterable[Dataflow]) -> Mapping[str, Connector]:
    """Return the connectors of the systems that have one; the others are left out."""
    found: dict[str, Connector] = {}
    for dataflow in dataflows:
        for label, place in _labels(dataflow):
            try:
                found[label] = load_connector(builtin_folder(connector_for(label, place)))
            except UnknownName:
                continue
    return found


def _labels(dataflow: Dataflow) -> Iterable[tuple[str, Location]]:
    seen: dict[str, Location] = {}
    for section in dataflow.sections:
        for entity in (section.source, section.target):
            seen.setdefault(entity.system, Location(dataflow.path, section.line))
    return seen.items()


def _each(work: Callable[[A], B], items: Iterable[A]) -> list[B]:
    """Do the work for each item; raise what went wrong with all of them as one."""
    done: list[B] = []
    problems: list[UsageError] = []
    for item in items:
        try:
            done.append(work(item))
        except UsageError as problem:
            problems.append(problem)
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise SpecError("\n".join([f"{len(problems)} problems:", *(str(p) for p in problems)]))
    return done
