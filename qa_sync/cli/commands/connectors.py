"""`qa-sync connectors`: what the connectors can do, and what is missing in one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from qa_sync.cli.options.config import config_option, settings_from
from qa_sync.errors import UnknownName, UsageError
from qa_sync.settings.model import Settings
from qa_sync.systems.cards import EntityCard, PropertyCard
from qa_sync.systems.connectors.capabilities import Capabilities, authentication_of, capabilities_of
from qa_sync.systems.connectors.find import LABELS, builtin_folder
from qa_sync.systems.connectors.folder import Problem, Severity
from qa_sync.systems.connectors.load import Connector, check_connector
from qa_sync.systems.connectors.operations import VERBS

EXIT: dict[Severity, int] = {Severity.FATAL: 2, Severity.MISSING: 1, Severity.NOTE: 0}
"""How a problem ends the program."""


@click.group()
def connectors() -> None:
    """Show the connectors, and check one.

    \b
    qa-sync connectors list
    qa-sync connectors show woocommerce
    qa-sync connectors check path/to/folder
    qa-sync connectors check
    """


@connectors.command("list")
def list_() -> None:
    """List the built-in connectors and how documents call their systems."""
    for name, labels in LABELS.items():
        click.echo(f"{name:<16}{', '.join(labels)}")


@connectors.command()
@click.argument("connector", metavar="NAME|PATH")
def show(connector: str) -> None:
    """Show the entities of a connector and their properties."""
    loaded, _ = _inspect(connector)
    _print_lines(line for card in loaded.cards.values() for line in _card(card))


@connectors.command()
@click.argument("connector", metavar="[NAME|PATH|SYSTEM]", required=False)
@config_option
def check(connector: str | None, config: Path | None) -> int:
    """Say what a connector can do; or ask the systems of the settings, with one read each, as whom they know us.

    \b
    qa-sync connectors check path/to/folder    what it can do, per datatype, and what is missing
    qa-sync connectors check "Acme X5"         the system of that name in qa-sync.toml
    qa-sync connectors check                   all systems of qa-sync.toml

    Exit codes: 0 it can be used; 1 something that the connector needs is missing; 2 the connector, the settings or the
    call are wrong; 3 a system did not answer, or did not let us in.
    """
    settings = settings_from(config)
    if connector is None and not settings.systems:
        raise UsageError(
            "there is nothing to check: no connector is named, and no settings name a system",
            hint="give a connector's name or folder, or name a qa-sync.toml by --config",
        )
    if connector is None or _is_system(connector, settings):
        return _ping_all(settings, list(settings.systems) if connector is None else [connector])
    loaded, problems = _inspect(connector, settings.systems)
    _print_lines([*_system(loaded), *(line for a in capabilities_of(loaded) for line in _abilities(a))])
    _print_lines((f"{problem.severity}: {problem}" for problem in problems), err=True)
    return max((EXIT[problem.severity] for problem in problems), default=0)


def _is_system(name: str, settings: Settings) -> bool:
    """Tell whether a name means a system of the settings; a built-in connector's own name and a folder come first."""
    offline = name in LABELS or Path(name).is_dir()
    return name in settings.systems or (settings.system(name) is not None and not offline)


def _ping_all(settings: Settings, labels: Sequence[str]) -> int:
    from qa_sync.modes.live_systems.ping import ping_each  # noqa: PLC0415 - the other commands need no network

    code = 0
    for ping in ping_each(settings, labels):
        where = f"{ping.label:<16}{'no' if ping.problem else 'ok'}  {ping.url}".rstrip()
        _print_lines([f"{where}  as {ping.identity}" if ping.identity else where])
        if ping.problem:
            _print_lines(f"Error: {ping.problem}".splitlines(), err=True)
            code = max(code, ping.problem.exit_code)
    return code


def _inspect(name: str, more: Iterable[str] = ()) -> tuple[Connector, Sequence[Problem]]:
    if name in LABELS:
        return check_connector(builtin_folder(name), env={}, payloads={})
    if not Path(name).is_dir():
        hint = "give a built-in name, the path of a connector folder, or a system that qa-sync.toml names"
        raise UnknownName("connector", name, [*LABELS, *more], hint=hint)
    return check_connector(Path(name).resolve(), env={}, payloads={})


def _print_lines(lines: Iterable[str], *, err: bool = False) -> None:
    """Print lines that come from a folder: data, with nothing in them that a terminal would act on."""
    for line in lines:
        click.echo("".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line), err=err)


def _system(connector: Connector) -> Iterator[str]:
    operations = connector.operations.values()
    own = [operation for operation in operations if operation.system not in connector.further]
    yield f"{connector.name}: authentication {authentication_of(connector.service, own)}"
    for name, service in connector.further.items():
        theirs = [operation for operation in operations if operation.system == name]
        yield f"  second system {name}: authentication {authentication_of(service, theirs)}"
    for what, names in (
        ("secrets", connector.secrets),
        ("parameters", connector.parameters - connector.defaults.keys()),
    ):
        if names:
            yield f"  {what}: {', '.join(sorted(names))}"


def _abilities(abilities: Capabilities) -> Iterator[str]:
    words = [verb if verb in abilities.can else "-" * len(verb) for verb in VERBS]
    told = [f"pages until {abilities.paging}" if abilities.paging else "one page"] if "list" in abilities.can else []
    told += ["since"] if abilities.since else []
    told += [f"once per {abilities.parent}"] if abilities.parent else []
    yield f"  {abilities.datatype:<24}{' '.join(words)}  key {abilities.key}{''.join(f', {t}' for t in told)}"
    for verb, why in abilities.cannot.items():
        yield f"    no {verb}: {why}"


def _card(card: EntityCard) -> Iterator[str]:
    yield f"{card.datatype} ({', '.join(card.names)}), key {card.key}"
    yield from (f"  {line}" for line in map(_property, card.properties.values()))


def _property(card: PropertyCard) -> str:
    why = f" ({card.why})" if card.why else ""
    return f"{card.path}  {card.concept or '-'}  {card.form.convert}  {card.writable}{why}"
