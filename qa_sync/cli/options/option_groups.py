"""Groups of options in `--help`, each passed to the command as one value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any

import click

OTHERS = "Other options"


class GroupedCommand(click.Command):
    """A command with option groups; `groups` maps titles to parameter names."""

    def __init__(self, *args: Any, groups: Mapping[str, Sequence[str]], **kept: Any) -> None:
        super().__init__(*args, **kept)
        self.groups = groups

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each group under its title; the remaining options come last."""
        # Arguments are shown in the usage line and explained in the text.
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
    """Return a decorator that adds the options to a command, and passes the result of `build` as argument `name`.

    `parameters` are the parameters of `build`, named like the options' parameters.
    """

    def decorate(command: Command) -> Command:
        @wraps(command)
        def wrapper(*args: Any, **arguments: Any) -> Any:
            built = build(**{parameter: arguments.pop(parameter) for parameter in parameters})
            return command(*args, **{name: built}, **arguments)

        decorated: Command = wrapper
        for option in reversed(options):  # in the order of decorators above a function
            decorated = option(decorated)
        return decorated

    return decorate
