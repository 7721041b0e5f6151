"""What a shell offers to complete the value of an option or an argument with."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import click
from click.shell_completion import CompletionItem

Offer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def offered(names: Callable[[], Iterable[str]]) -> Offer:
    """Return what offers those of a table's names that begin as typed; the table is looked up when a shell asks."""
    return lambda _context, _parameter, typed: [CompletionItem(name) for name in names() if name.startswith(typed)]


def files(_context: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """Let the shell offer its files."""
    return [CompletionItem(typed, type="file")]
