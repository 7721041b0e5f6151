"""Shell completion for the values of options and arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeAlias

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

CompleteFunction: TypeAlias = "Callable[[click.Context, click.Parameter, str], list[CompletionItem]]"


def complete_from(names: Callable[[], Iterable[str]]) -> CompleteFunction:
    """Return a completion function for names; `names` is called only when a shell asks for completions."""

    def offer(_context: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem]:
        return [_item(name) for name in names() if name.startswith(typed)]

    return offer


def complete_files(_context: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """Let the shell complete file names."""
    return [_item(typed, type="file")]


def complete_sections(context: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """Offer the keys of the sections of the specs that the command line has so far, by their number or beginning."""
    from qa_sync.modes.documents import read_each  # noqa: PLC0415 - only shells need it

    given = context.params.get("specs") or filter(None, [context.params.get("spec")])
    # Where the value that is completed is still missing, click leaves all arguments unparsed.
    unparsed = (word for word in context.args if not word.startswith("-"))
    dataflows, _ = read_each(tuple(map(str, (*given, *unparsed))))
    found = {section.key: section.heading for dataflow in dataflows for section in dataflow.sections}
    return [_item(key, help=heading) for key, heading in found.items() if key.startswith(typed.casefold())]


def _item(value: str, type: str = "plain", help: str | None = None) -> CompletionItem:
    from click.shell_completion import CompletionItem  # noqa: PLC0415 - startup speed; only shells need it

    return CompletionItem(value, type=type, help=help)
