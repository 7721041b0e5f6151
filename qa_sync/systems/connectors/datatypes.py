"""Reads the datatypes of a connector, each with its card, its operations and its problems.

A datatype with a card in `entities.toml` and without pipes uses the operations `<datatype>-<verb>`. Any other is
completed from its pipes; without a card it gets a minimal one, so that its records can be read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from qa_sync.errors import ConnectorError
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.connectors.folder import MANIFEST_FILE, Problem, Severity, parse_json, read_text, resolve_inside
from qa_sync.systems.connectors.operations import VERBS, Operation, operation_of
from qa_sync.systems.connectors.parameters import datatype_variables, expand_parameters
from qa_sync.systems.connectors.validation.type_checks import TypeProblems, type_checked_pipe
from qa_sync.values.form import Json

if TYPE_CHECKING:
    from qa_sync.systems.connectors.pipes.completed import CompletedDatatype

Raw = Mapping[str, Json]


class ReadDatatypes(Struct):
    """Operations by `<datatype>-<verb>`, cards by datatype, and problems; `has_pipes` is true if pipes were read.

    `pipes` are the pipes as written, by file; for datatypes that share a file, those of the first one.
    """

    operations: dict[str, Operation] = field(default_factory=dict)
    cards: dict[str, EntityCard] = field(default_factory=dict)
    has_pipes: bool = False
    problems: list[Problem] = field(default_factory=list)
    pipes: dict[str, Sequence[Json]] = field(default_factory=dict)


def read(
    folder: Path,
    manifest: Raw,
    systems: Mapping[str, Raw],
    cards: Mapping[str, EntityCard],
    payloads: Mapping[str, Json],
) -> ReadDatatypes:
    """Read the datatypes of a manifest; never raises for one of them, but adds a problem."""
    found = ReadDatatypes(cards=dict(cards))
    datatypes = manifest["datatypes"]
    if not datatypes:
        found.problems.append(Problem(MANIFEST_FILE, "datatypes", "no datatypes", Severity.FATAL))
    plain = {name for name in cards if not datatypes[name].get("template")}
    for name in plain:
        found.operations |= dict(_read_exact(name, systems))
    if plain < datatypes.keys():
        found.has_pipes = True
        _read_pipes(folder, manifest, systems, payloads, found)
    for card in cards.values():
        found.problems += _missing_operations(card, found.operations)
    return found


def _read_exact(datatype: str, systems: Mapping[str, Raw]) -> Iterator[tuple[str, Operation]]:
    for system, raw in systems.items():
        for verb in VERBS:
            name = f"{datatype}-{verb}"
            if name in (raw.get("operations") or {}):
                yield name, operation_of(name, raw["operations"][name], system)


def _read_pipes(
    folder: Path, manifest: Raw, systems: Mapping[str, Raw], payloads: Mapping[str, Json], into: ReadDatatypes
) -> None:
    # Only connectors with pipes need these modules; the built-in ones load faster without them.
    from qa_sync.systems.connectors.pipes.complete import DatatypeCompleter  # noqa: PLC0415  see above
    from qa_sync.systems.connectors.pipes.completed import IncompleteDatatype  # noqa: PLC0415  see above
    from qa_sync.systems.connectors.pipes.operation_names import OperationsByName  # noqa: PLC0415  see above

    datatypes = manifest["datatypes"]
    operations_by_name = OperationsByName({system: raw.get("operations") or {} for system, raw in systems.items()})
    completer: DatatypeCompleter = DatatypeCompleter(operations_by_name, tuple(datatypes), payloads)
    with_card = frozenset(into.cards)
    for name, variables in datatype_variables(folder.name, manifest):
        raw = datatypes[name]
        if name in with_card and not raw.get("template"):
            continue
        file = str(raw.get("template") or MANIFEST_FILE)
        pipes = _pipes(folder, file, variables, into) if raw.get("template") else []
        own = into.cards[name].key if name in with_card else None
        shapes = name in with_card and _shapes_body(into.cards[name])
        done = completer.complete(IncompleteDatatype(name, pipes, file, raw.get("parent"), own, shapes))
        into.operations |= {f"{name}-{verb}": operation for verb, operation in done.operations.items()}
        into.problems += [*done.problems, *_cannot_list(file, name, done)]
        if own is None:
            into.cards[name] = _minimal_card(folder.name, name, raw, done)
        else:
            into.cards[name] = _with_reasons(into.cards[name], done)


def _shapes_body(card: EntityCard) -> bool:
    """Return whether a card says itself how the body of a write is built."""
    said = (card.wrap, card.merge_depth, card.element_key, card.list_commands, card.revision, card.always)
    return card.send != "changed" or any(said)


def _with_reasons(card: EntityCard, done: CompletedDatatype) -> EntityCard:
    """Return a card that adds to pipes, with what they say: the last change, and why operations are missing."""
    if done.modified and card.modified is None:
        card = replace(card, modified=done.modified[0], modified_form=done.modified[1])
    return replace(
        card,
        complete=False,
        cannot={**done.cannot, **card.cannot},
        unsupported=frozenset(done.unsupported - {*card.cannot}),
    )


def _pipes(folder: Path, file: str, variables: Mapping[str, Json], into: ReadDatatypes) -> Sequence[Raw]:
    """Return the pipes of a datatype's template; adds a problem if it cannot be read."""
    try:
        path = resolve_inside(folder, file)
        text = expand_parameters(read_text(path), variables)
        value = parse_json(text, path)
    except ConnectorError as error:
        key = f"datatypes.{variables['datatype']}.template"
        into.problems.append(Problem(MANIFEST_FILE, key, error.message, Severity.MISSING))
        return []
    wrong: TypeProblems = []
    listed = value if isinstance(value, list) else [value]
    into.pipes.setdefault(file, listed)
    pipes = [type_checked_pipe(pipe, f"[{place}]", wrong) for place, pipe in enumerate(listed)]
    into.problems += (Problem(file, key, words, Severity.MISSING) for key, words in wrong)
    return [pipe for pipe in pipes if pipe.get("type", "pipe") == "pipe"]


def _minimal_card(system: str, name: str, raw: Raw, done: CompletedDatatype) -> EntityCard:
    names = dict.fromkeys([name, *([raw["label"]] if raw.get("label") else [])])
    key = done.key[0] if len(done.key) == 1 else "_id"
    card = EntityCard(system, name, tuple(names), key, properties={}, complete=False)
    return _with_reasons(card, done)


def _cannot_list(file: str, name: str, done: CompletedDatatype) -> Iterator[Problem]:
    if "list" in done.cannot:
        yield Problem(file, name, f"cannot be listed: {done.cannot['list']}", Severity.MISSING)


def _missing_operations(card: EntityCard, operations: Mapping[str, Operation]) -> Iterator[Problem]:
    for verb in VERBS:
        name = f"{card.datatype}-{verb}"
        if verb not in card.cannot and name not in operations:
            text = f"no operation {name!r}, and entities.toml gives no reason in 'cannot'"
            yield Problem("templates/system.json", "operations", text, Severity.FATAL)
