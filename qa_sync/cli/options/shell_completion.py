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


def _item(value: str, type: str = "plain") -> CompletionItem:
    from click.shell_completion import CompletionItem  # noqa: PLC0415 - startup speed; only shells need it

    return CompletionItem(value, type=type)
