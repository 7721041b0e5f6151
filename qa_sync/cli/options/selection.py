"""The options that say which checks of the documents are wanted."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import reduce, wraps
from typing import Any

import click
from msgspec.structs import replace

from qa_sync.checklist.keyword_expression import keyword_matcher
from qa_sync.checklist.kinds import KINDS
from qa_sync.checklist.selection import CheckId, Selection, narrow_checklist, select
from qa_sync.cli.options.shell_completion import complete_from
from qa_sync.dataflow.model import Dataflow
from qa_sync.errors import NoVerdict, UsageError
from qa_sync.modes.job import PreparedRun
from qa_sync.settings.model import Settings

Command = Callable[..., Any]

OPTIONS = (
    click.option(
        "-k",
        "words",
        metavar="EXPR",
        help="Only checks whose id, title, kind or section has the words: 'create and not orders'.",
    ),
    click.option(
        "--section", "sections", multiple=True, metavar="NAME", help="Only sections of that heading, key or number."
    ),
    click.option(
        "--kind",
        "kinds",
        multiple=True,
        metavar="KIND",
        help=f"Only checks of that kind: {', '.join(KINDS)}.",
        shell_complete=complete_from(lambda: KINDS),
    ),
    click.option("--shard", metavar="I/N", help="Only the I-th of N shares of the sections; always the same shares."),
    click.option(
        "--changed-since",
        metavar="REV",
        help="Only documents that git says changed since then, or whose connectors did.",
    ),
)


def selection_options(command: Command) -> Command:
    """Give a command the options; it takes them as one `selection` and `changed_since`."""

    @wraps(command)
    def selecting(
        *args: Any,
        words: str | None,
        sections: tuple[str, ...],
        kinds: tuple[str, ...],
        shard: str | None,
        **kept: Any,
    ) -> Any:
        meant = Selection(keyword_matcher(words) if words else None, sections, kinds, _shard(shard))
        return command(*args, selection=meant, **kept)

    return reduce(lambda taking, option: option(taking), reversed(OPTIONS), selecting)


def changed_only(dataflows: Sequence[Dataflow], settings: Settings, revision: str | None) -> tuple[Dataflow, ...]:
    """Return the documents that git says changed; all without a revision.

    Raises NoVerdict when none did: nothing would be carried out, and that is no success.
    """
    if revision is None:
        return tuple(dataflows)
    from qa_sync.cli.options.changed_files import changed_documents, changed_since  # noqa: PLC0415 - few ask, and start-up must be quick

    found = changed_documents(dataflows, settings, changed_since(revision))
    if not found:
        raise NoVerdict(f"nothing to check: no document and no connector changed since {revision}")
    return found


def apply_selection(
    prepared: PreparedRun, selection: Selection, *, recorded: bool
) -> tuple[PreparedRun, frozenset[CheckId] | None]:
    """Return the run without what nobody wants, and the wanted checks (None: all).

    `recorded` says that a recording is played, which is of whole sections. Raises UsageError when nothing is wanted.
    """
    if selection.selects_all:
        return prepared, None
    ids = select(prepared.checklists, selection)
    if not ids:
        raise UsageError("no check is wanted", hint="qa-sync show SPEC lists every check with its id and kind")
    kept = (narrow_checklist(checklist, ids, whole_sections=recorded) for checklist in prepared.checklists)
    return replace(prepared, checklists=tuple(checklist for checklist in kept if checklist.sections)), ids


def _shard(typed: str | None) -> tuple[int, int] | None:
    if typed is None:
        return None
    found = re.fullmatch(r"([1-9]\d{0,5})/([1-9]\d{0,5})", typed)
    if found is None or int(found[1]) > int(found[2]):
        raise UsageError(
            f"--shard {typed!r}: expected I/N with I from 1 to N", hint="--shard 1/3 is the first of three"
        )
    return int(found[1]), int(found[2])
