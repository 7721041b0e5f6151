"""`qa-sync new`: write a spec from a few answers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from qa_sync.cli.confirm import is_interactive
from qa_sync.cli.notice import print_lines
from qa_sync.dataflow.lint import lint
from qa_sync.dataflow.reader import read_dataflow
from qa_sync.dataflow.writing import PROPERTY_TYPES, NewSection, PairLine, spec_text
from qa_sync.errors import SpecError, UsageError
from qa_sync.files import write_atomically

ALLOWED = frozenset(("empty-property-table",))
"""Findings that a new spec may have: without rows, the properties follow from the connectors."""

INTRODUCTION = "What is synchronized between {source} and {target}, and how."


@click.group(invoke_without_command=True)
@click.pass_context
def new(ctx: click.Context) -> None:
    """Write a spec from a few answers.

    \b
    qa-sync new spec shop-crm.txt
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@new.command()
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--from", "source", metavar="SYSTEM", help="The system that is the source, as settings call it.")
@click.option("--to", "target", metavar="SYSTEM", help="The system that is the target.")
@click.option("--entity", "entities", multiple=True, metavar="SOURCE=TARGET", help="A pair of entities. Repeatable.")
@click.option(
    "--pair",
    "pairs",
    multiple=True,
    metavar="[ENTITY:]SOURCE=TARGET[:TYPE]",
    help="Two properties with one value. Repeatable. ENTITY is the source's, where there are several; TYPE is "
    f"{', '.join(PROPERTY_TYPES)} (default string).",
)
@click.option(
    "--match",
    "matches",
    multiple=True,
    metavar="[ENTITY:]SOURCE=TARGET",
    help="Two properties by which records that exist already are linked. Repeatable.",
)
def spec(
    path: Path,
    source: str | None,
    target: str | None,
    entities: Sequence[str],
    pairs: Sequence[str],
    matches: Sequence[str],
) -> int:
    """Write a spec about two systems; what is not given is asked for.

    \b
    qa-sync new spec shop-crm.txt
    qa-sync new spec shop-crm.txt --from Shop --to CRM --entity Customers=Person --pair email=mail
    qa-sync new spec shop-crm.txt --from Shop --to CRM --entity Customers=Person --match email=mail

    Exit codes: 0 written, and `qa-sync lint` accepts it; 2 an answer cannot stand in a spec, or the file exists.
    """
    if path.exists():
        raise UsageError(f"{path} exists already", hint="give the path of a new file")
    if not (source and target and entities) and not is_interactive():
        raise UsageError("--from, --to and --entity are needed", hint="or start it on a terminal, where it asks")
    source = source or click.prompt("The source system, as settings call it", err=True)
    target = target or click.prompt("The target system", err=True)
    sections = _sections(entities, pairs, matches) if entities else _ask_sections(source, target)
    text = spec_text(source, target, sections, INTRODUCTION.format(source=source, target=target))
    _check(text, path, source, target, sections)
    write_atomically(path, text)
    print_lines([f"Wrote {path}", f"Next: qa-sync init {path}"])
    return 0


def _sections(entities: Sequence[str], pairs: Sequence[str], matches: Sequence[str]) -> list[NewSection]:
    both = [_split(entity, "--entity", "SOURCE=TARGET") for entity in entities]
    names = [one for one, _ in both]
    of_pairs = [_owned(pair, names, "--pair") for pair in pairs]
    of_matches = [_owned(match, names, "--match") for match in matches]
    return [
        NewSection(
            one,
            other,
            pairs=tuple(p for name, p in of_pairs if name == one),
            match=tuple(p for name, p in of_matches if name == one),
        )
        for one, other in both
    ]


def _owned(text: str, names: Sequence[str], option: str) -> tuple[str, PairLine]:
    """Return the entity that a pair belongs to, and the pair."""
    owner, colon, rest = text.partition(":")
    if not (colon and owner in names):
        owner, rest = names[0], text
        if len(set(names)) > 1:
            raise UsageError(f"{option} {text}: expected the entity before it: {' or '.join(f'{n}:' for n in names)}")
    return owner, _pair(rest, option)


def _pair(text: str, option: str) -> PairLine:
    before, colon, last = text.rpartition(":")
    kind = last if colon and last in PROPERTY_TYPES else "string"
    return PairLine(*_split(before if colon and last in PROPERTY_TYPES else text, option, "SOURCE=TARGET"), kind)


def _split(text: str, option: str, form: str) -> tuple[str, str]:
    one, equals, other = (part.strip() for part in text.partition("="))
    if not (one and equals and other):
        raise UsageError(f"{option}: expected {form}, got {text!r}")
    return one, other


def _ask_sections(source: str, target: str) -> list[NewSection]:
    sections = []
    while True:
        one = click.prompt(f"An entity of {source}", err=True)
        other = click.prompt(f"The entity of {target} that it becomes", err=True)
        pairs = _ask_pairs("Properties of both, as in email=mail or age=age:integer (empty: no more)")
        match = _ask_pairs("Properties by which existing records are linked, as in email=mail (empty: no more)")
        sections.append(NewSection(one, other, pairs, match))
        if not click.confirm("Another pair of entities?", err=True):
            return sections


def _ask_pairs(question: str) -> tuple[PairLine, ...]:
    pairs = []
    while text := click.prompt(question, default="", show_default=False, err=True):
        try:
            pairs.append(_pair(text, "property"))
        except UsageError as error:
            click.echo(error.message, err=True)
    return tuple(pairs)


def _check(text: str, path: Path, source: str, target: str, sections: Sequence[NewSection]) -> None:
    """Raise UsageError unless a spec says what was asked for, and nothing else."""
    hint = "names are words without the signs of the markup; docs/guides/write-a-spec.rst has the rules"
    try:
        dataflow = read_dataflow(text, str(path))
    except SpecError as error:
        raise UsageError(f"no spec can say this: {error.message}", hint=hint) from None
    findings = [*dataflow.findings, *lint(dataflow), *(f for s in dataflow.sections for f in s.unread)]
    wrong = next((finding for finding in findings if finding.code not in ALLOWED), None)
    read = [
        NewSection(
            section.source.entity,
            section.target.entity,
            tuple(PairLine(p.source, p.target, p.type or "") for p in section.pairs),
            tuple(PairLine(c.source, c.target) for c in section.criteria),
        )
        for section in dataflow.sections
    ]
    if wrong is not None:
        raise UsageError(f"no spec can say this: {wrong.message}", hint=hint)
    if (dataflow.source, dataflow.target, read) != (source, target, list(sections)):
        raise UsageError("no spec can say this: a name would be read as another one", hint=hint)
