"""`--fault` and `--list-faults`: inject faults into the built-in sync."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

from qa_sync.cli.options.shell_completion import complete_from

Command = TypeVar("Command", bound=Callable[..., Any])


def fault_options(command: Command) -> Command:
    """Add `--fault NAME`, which can be repeated, and `--list-faults` to a command."""
    listing = click.option(
        "--list-faults",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_list_faults,
        help="List the faults and exit.",
    )
    named = click.option(
        "--fault",
        "faults",
        multiple=True,
        metavar="NAME",
        help="Inject a fault into the built-in sync; see --list-faults.",
        shell_complete=complete_from(_names),
    )
    return named(listing(command))


def _names() -> Iterable[str]:
    from qa_sync.sync.faults.table import FAULTS  # noqa: PLC0415 - the engine is not needed to replay a recording

    return FAULTS


def _list_faults(ctx: click.Context, _option: click.Parameter, requested: bool) -> None:
    if not requested or ctx.resilient_parsing:
        return
    from qa_sync.sync.faults.table import FAULTS  # noqa: PLC0415 - the engine is not needed to replay a recording

    width = max(map(len, FAULTS))
    for fault in FAULTS.values():
        click.echo(f"{fault.name:{width}}  {fault.description}")
    ctx.exit()
