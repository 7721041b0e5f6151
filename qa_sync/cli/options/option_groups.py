"""Options that belong together, handed to a command as one noun."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any

import click

OTHERS = "Other options"


class GroupedCommand(click.Command):
    """A command with `groups`: titles and the names of the options (as the function takes them) under each."""

    def __init__(self, *args: Any, groups: Mapping[str, Sequence[str]], **kept: Any) -> None:
        super().__init__(*args, **kept)
        self.groups = groups

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each group under its title; what no group names comes last."""
        # Arguments stand in the usage line, and what they are in the text.
        options = [p for p in self.get_params(ctx) if isinstance(p, click.Option)]
        records = {p.name: record for p in options if (record := p.get_help_record(ctx))}
        for title, names in self.groups.items():
            _section(formatter, title, [records.pop(name) for name in names])
        _section(formatter, OTHERS, list(records.values()))


def _section(formatter: click.HelpFormatter, title: str, rows: list[tuple[str, str]]) -> None:
    if rows:
        with formatter.section(title):
            formatter.write_dl(rows)


Command = Callable[..., Any]
Decorator = Callable[[Command], Command]


def option_group(
    name: str, build: Callable[..., Any], parameters: Sequence[str], options: Sequence[Decorator]
) -> Decorator:
    """Return a decorator that gives a command the options, and hands it as `name` what `build` makes of them.

    `parameters` are the parameters of `build`, as the options call them.
    """

    def decorate(command: Command) -> Command:
        @wraps(command)
        def wrapper(*args: Any, **arguments: Any) -> Any:
            built = build(**{parameter: arguments.pop(parameter) for parameter in parameters})
            return command(*args, **{name: built}, **arguments)

        decorated: Command = wrapper
        for option in reversed(options):  # the last decorator is applied first, as when they stand above a function
            decorated = option(decorated)
        return decorated

    return decorate
