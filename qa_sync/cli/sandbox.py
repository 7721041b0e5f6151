"""`qa-sync sandbox`: the embedded systems, served on this machine."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from importlib.util import find_spec

import click

from qa_sync.cli.documents import connectors_of, read_named
from qa_sync.errors import UsageError


@click.command()
@click.argument("specs", nargs=-1, metavar="[SPEC...]")
@click.option("--port", type=click.IntRange(0, 65535), default=8900, show_default=True, help="0 takes a free one.")
@click.option("--no-sync", is_flag=True, help="Serve only, although documents are given.")
@click.option("--fault", "faults", multiple=True, metavar="NAME", help="Tell the built-in sync to misbehave.")
@click.option(
    "--every",
    "every_s",
    type=click.FloatRange(min=0.05),
    default=2.0,
    show_default=True,
    metavar="SECONDS",
    help="How long the sync rests between two cycles.",
)
@click.option("--seed", default="sandbox", show_default=True, help="The seed of the ids that the systems give.")
def sandbox(
    specs: tuple[str, ...], port: int, no_sync: bool, faults: tuple[str, ...], every_s: float, seed: str
) -> None:
    """Serve the embedded systems on 127.0.0.1 until Ctrl-C; with a SPEC, keep its systems in sync.

    \b
    qa-sync sandbox
    qa-sync sandbox specs/000.txt --fault truncate
    """
    if find_spec("uvicorn") is None:
        raise UsageError("serving needs uvicorn, which is not installed", hint="pip install 'qa-sync[sandbox]'")
    from qa_sync.modes import serving  # noqa: PLC0415 - needs uvicorn
    from qa_sync.sandbox.vendors import VENDORS  # noqa: PLC0415 - starlette is slow to load

    if faults and (no_sync or not specs):
        raise UsageError("--fault needs a sync", hint="give a SPEC, and leave out --no-sync")
    dataflows = read_named(specs)
    connectors = connectors_of(dataflows)
    with ExitStack() as stack:
        listener = stack.enter_context(serving.bound(port))
        port = listener.getsockname()[1]
        if dataflows and not no_sync:
            told = partial(click.echo, err=True)
            stack.enter_context(serving.syncing(dataflows, connectors, port, faults=faults, every_s=every_s, tell=told))
        for name, url in serving.urls(port).items():
            click.echo(f"{name:14} {url}")
            for secret, value in VENDORS[name].secrets.items():
                click.echo(f"{'':14} {secret} = {value}")
        serving.serve(listener, seed)
