"""A command whose `--help` shows its options in groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
