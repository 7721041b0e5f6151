"""The options that select checks."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import reduce, wraps
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from qa_sync.checklist.kinds import KINDS
from qa_sync.checklist.model import Checklist
from qa_sync.checklist.selection import CheckId, Selection, narrow_checklist, select
from qa_sync.cli.options.shell_completion import complete_from, complete_sections
from qa_sync.dataflow.model import Dataflow
from qa_sync.errors import UsageError
from qa_sync.modes.job import PreparedRun
from qa_sync.settings.model import Settings
from qa_sync.spill import change_items

if TYPE_CHECKING:
    from qa_sync.checklist.keyword_expression import Matcher

Command = Callable[..., Any]

section_option: Callable[[Callable[..., Any]], Any] = click.option(
    "--section",
    "sections",
    multiple=True,
    metavar="NAME",
    help="Only the section with this number, key or heading, or a unique part of it.",
    shell_complete=complete_sections,
)
"""`--section`, with one meaning in every command that has it; the command takes it as `sections`."""

OPTIONS = (
    click.option(
        "-k",
        "words",
        metavar="EXPR",
        help="Only checks whose id, title, kind or section matches, such as 'create and not orders'.",
    ),
    section_option,
    click.option(
        "--kind",
        "kinds",
        multiple=True,
        metavar="KIND",
        help=f"Only checks of this kind: {', '.join(KINDS)}.",
        shell_complete=complete_from(lambda: KINDS),
    ),
    click.option("--shard", metavar="I/N", help="Only the I-th of N fixed shares of the sections."),
    click.option(
        "--changed-since",
        metavar="REV",
        help="Only specs that changed since the git revision REV, or whose connectors did.",
    ),
)


def selection_options(command: Command) -> Command:
    """Add the options to a command, which takes them as `selection` and `changed_since`."""

    @wraps(command)
    def selecting(
        *args: Any,
        words: str | None,
        sections: tuple[str, ...],
        kinds: tuple[str, ...],
        shard: str | None,
        **kept: Any,
    ) -> Any:
        selection = Selection(_matcher(words) if words else None, sections, kinds, _shard(shard), words or None)
        return command(*args, selection=selection, **kept)

    return reduce(lambda taking, option: option(taking), reversed(OPTIONS), selecting)


def _matcher(words: str) -> Matcher:
    from qa_sync.checklist.keyword_expression import keyword_matcher  # noqa: PLC0415 - most runs do not select

    return keyword_matcher(words)


def changed_only(dataflows: Sequence[Dataflow], settings: Settings, revision: str | None) -> tuple[Dataflow, ...]:
    """Return the dataflows that changed since a git revision; all without a revision."""
    if revision is None:
        return tuple(dataflows)
    from qa_sync.cli.options.changed_files import changed_documents, changed_since  # noqa: PLC0415 - rarely used, and startup must be fast

    return changed_documents(dataflows, settings, changed_since(revision))


def apply_selection(
    prepared: PreparedRun, selection: Selection, *, recorded: bool
) -> tuple[PreparedRun, frozenset[CheckId] | None]:
    """Return the run reduced to the selection, and the ids of the selected checks (None: all).

    With `recorded`, whole sections run, because a recording is of whole sections. Raises UsageError when no check is
    selected.
    """
    if selection.selects_all:
        return prepared, None
    ids = select(prepared.checklists, selection)
    if not ids:
        what = f"no check matches -k {selection.words!r}" if selection.words else "no check is selected"
        raise UsageError(what, hint="qa-sync show SPEC lists every check with its id and kind")
    return replace(prepared, checklists=_narrowed(prepared.checklists, ids, whole_sections=recorded)), ids


def narrow_by(selection: Selection) -> Callable[[Sequence[Checklist]], Sequence[Checklist]] | None:
    """Return a function that reduces checklists to the selected sections, None when every check is selected."""
    if selection.selects_all:
        return None
    return lambda checklists: _narrowed(checklists, select(checklists, selection), whole_sections=True)


def _narrowed(checklists: Sequence[Checklist], ids: frozenset[CheckId], *, whole_sections: bool) -> Sequence[Checklist]:
    def narrow(checklist: Checklist) -> Checklist | None:
        kept = narrow_checklist(checklist, ids, whole_sections=whole_sections)
        return kept if kept.sections else None

    return change_items(checklists, narrow)


def _shard(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    match = re.fullmatch(r"([1-9]\d{0,5})/([1-9]\d{0,5})", text)
    if match is None or int(match[1]) > int(match[2]):
        raise UsageError(f"--shard {text!r}: expected I/N with I from 1 to N", hint="--shard 1/3 is the first of three")
    return int(match[1]), int(match[2])


def select_sections(dataflows: tuple[Dataflow, ...], sections: tuple[str, ...]) -> tuple[Dataflow, ...]:
    """Return the dataflows with the selected sections only; all sections when `sections` is empty."""
    if not sections:
        return dataflows
    from qa_sync.dataflow.section_names import section_filter  # noqa: PLC0415 - few select sections of specs

    is_named = section_filter(sections, [section for dataflow in dataflows for section in dataflow.sections])
    return tuple(replace(d, sections=tuple(filter(is_named, d.sections))) for d in dataflows)
