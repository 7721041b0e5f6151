"""`--fault` and `--list-faults`: the built-in sync told to misbehave, and what it can be told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

from qa_sync.cli.options.shell_completion import complete_from

Command = TypeVar("Command", bound=Callable[..., Any])


def fault_options(command: Command) -> Command:
    """Give a command `--fault NAME`, as often as wanted, and `--list-faults`."""
    listing = click.option(
        "--list-faults",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_list_faults,
        help="Tell the name of every fault and what it does, and end.",
    )
    named = click.option(
        "--fault",
        "faults",
        multiple=True,
        metavar="NAME",
        help="Tell the built-in sync to misbehave; --list-faults tells how.",
        shell_complete=complete_from(_names),
    )
    return named(listing(command))


def _names() -> Iterable[str]:
    from qa_sync.sync.faults.table import FAULTS  # noqa: PLC0415 - the engine is not needed to replay a recording

    return FAULTS


def _list_faults(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    from qa_sync.sync.faults.table import FAULTS  # noqa: PLC0415 - the engine is not needed to replay a recording

    width = max(map(len, FAULTS))
    for fault in FAULTS.values():
        click.echo(f"{fault.name:{width}}  {fault.description}")
    ctx.exit()
