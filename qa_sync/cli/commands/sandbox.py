"""`qa-sync sandbox`: serve the embedded systems on this machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from qa_sync.cli.options.config import utf8
from qa_sync.cli.options.faults import fault_options
from qa_sync.errors import UsageError
from qa_sync.files import write_atomically
from qa_sync.modes.documents import connectors_of, read_named
from qa_sync.settings.value_types import DURATION_VALUE, RATE_VALUE, ValueType
from qa_sync.systems.connectors.find import LABELS


def _checked_text(kind: ValueType) -> Callable[[click.Context, click.Parameter, str | None], str | None]:
    """Return a click callback that validates an option with a value type of the settings."""

    def check(_context: click.Context, _option: click.Parameter, text: str | None) -> str | None:
        try:
            if text is not None:
                kind.read(text)
        except ValueError:
            raise click.BadParameter(f"expected {kind.expected}, got {text!r}") from None
        return text

    return check


@click.command()
@click.argument("specs", nargs=-1, metavar="[SPEC...]")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8900,
    show_default=True,
    help="Port to listen on; 0 picks a free one.",
)
@click.option("--no-sync", is_flag=True, help="Serve only, even if specs are given.")
@fault_options
@click.option(
    "--every",
    "every_s",
    type=click.FloatRange(min=0.05),
    default=2.0,
    show_default=True,
    metavar="SECONDS",
    help="Pause between two sync cycles.",
)
@click.option(
    "--delay",
    "delay_s",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="Delay every response, except those to the built-in sync.",
)
@click.option(
    "--lag",
    callback=_checked_text(DURATION_VALUE),
    default="0s",
    metavar="TIME",
    help="Delay before a write appears in Wix's queries, and half of that in its lists, such as 2s.",
)
@click.option(
    "--rate",
    callback=_checked_text(RATE_VALUE),
    metavar="COUNT/TIME",
    help="Rate limit above which Wix responds with 429, such as 200/min; the built-in sync does not count.",
)
@click.option(
    "--shop",
    default="",
    metavar="WORD=VALUE,...",
    help="Settings of WooCommerce's shop: taxes, prices, decimals, currency, zone, orders.",
)
@click.option(
    "--site",
    default="",
    metavar="WORD=VALUE,...",
    help="Settings of the Wix site: currency, weight.",
)
@click.option(
    "--write-config",
    "config",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="PATH",
    help="Write settings for running --mode live against these systems.",
)
@click.option(
    "--seed", default="sandbox", callback=utf8, show_default=True, help="Seed of the ids that the systems assign."
)
def sandbox(
    specs: tuple[str, ...],
    port: int,
    no_sync: bool,
    faults: tuple[str, ...],
    every_s: float,
    delay_s: float,
    lag: str,
    rate: str | None,
    shop: str,
    site: str,
    config: Path | None,
    seed: str,
) -> None:
    """Serve the embedded systems on 127.0.0.1 until Ctrl-C; with a SPEC, keep its systems in sync.

    \b
    qa-sync sandbox
    qa-sync sandbox specs/000.txt --fault truncate
    qa-sync sandbox specs/000.txt --lag 2s --rate 200/min
    qa-sync sandbox specs/003.txt --shop taxes=25,prices=with,decimals=0,zone=Asia/Kolkata
    qa-sync sandbox specs/000.txt --site currency=EUR,weight=LB
    qa-sync sandbox specs/000.txt --write-config qa-sync.toml
    """
    if find_spec("uvicorn") is None:
        raise UsageError("serving needs uvicorn, which is not installed", hint="pip install 'qa-sync[sandbox]'")
    from qa_sync.modes.embedded import serve as serving  # noqa: PLC0415 - needs uvicorn

    if faults and (no_sync or not specs):
        raise UsageError("--fault needs a sync", hint="give a SPEC, and remove --no-sync")
    from qa_sync.sandbox.wix.settings import read_settings as read_site  # noqa: PLC0415 - only for this command
    from qa_sync.sandbox.woocommerce.settings import read_settings as read_shop  # noqa: PLC0415 - as above

    far, owners = serving.network_conditions(delay_s, lag, rate), (read_shop(shop), read_site(site))
    dataflows = read_named(specs)
    connectors = connectors_of(dataflows)
    with ExitStack() as stack:
        listener = stack.enter_context(serving.bind_port(port))
        inner = stack.enter_context(serving.bind_port(0))
        if dataflows and not no_sync:
            report = partial(click.echo, err=True)
            own = inner.getsockname()[1]
            stack.enter_context(
                serving.sync_in_background(dataflows, connectors, own, faults=faults, every_s=every_s, notify=report)
            )
        urls = serving.urls(listener.getsockname()[1])
        if config:
            _configure(config, connectors, urls, every_s, rate)
        _print_urls(urls)
        serving.serve(listener, inner, seed, far, owners)


def _configure(
    path: Path, connectors: Mapping[str, Any], urls: Mapping[str, str], every_s: float, rate: str | None
) -> None:
    """Write the settings, and print the environment variables that they need."""
    from qa_sync.modes.embedded.settings_text import (  # noqa: PLC0415 - starlette is slow to load
        environment,
        settings_text,
    )

    names = {label: c.name for label, c in connectors.items()} or {
        label: name for name, labels in LABELS.items() for label in labels
    }
    _write_config(path, settings_text(names, urls, every_s, {"wix": rate} if rate else {}))
    for variable, value in environment(names).items():
        click.echo(f"export {variable}={value}")


def _print_urls(urls: Mapping[str, str]) -> None:
    """Print the URL and the secrets of each system."""
    from qa_sync.sandbox.vendors import VENDORS  # noqa: PLC0415 - starlette is slow to load

    for name, url in urls.items():
        click.echo(f"{name:14} {url}")
        for secret, value in VENDORS[name].secrets.items():
            click.echo(f"{'':14} {secret} = {value}")


def _write_config(path: Path, text: str) -> None:
    """Write the settings; raises UsageError instead of overwriting a file that qa-sync did not write."""
    try:
        if path.exists() and not path.read_text(encoding="utf-8", errors="replace").startswith(text.partition("\n")[0]):
            raise UsageError(f"{path} already exists and was not written by qa-sync", hint="give another file name")
        write_atomically(path, text)
    except OSError as error:
        raise UsageError(f"the settings could not be written to {path}: {error.strerror or error}") from None
    click.echo(f"wrote {path}; to run --mode live in another terminal, set:", err=True)
