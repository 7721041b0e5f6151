"""`qa-sync connectors`: list, show and check connectors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from qa_sync.cli.commands.connectors_learn import learn_system
from qa_sync.cli.commands.connectors_new import new
from qa_sync.cli.notice import notify
from qa_sync.cli.options.config import config_option, settings_from
from qa_sync.errors import UnknownName, UsageError
from qa_sync.openapi.marks import GUESSED_FILES, marked_lines
from qa_sync.settings.model import Settings
from qa_sync.systems.cards import EntityCard, PropertyCard
from qa_sync.systems.connectors.capabilities import Capabilities, addresses_of, authentication_of, capabilities_of
from qa_sync.systems.connectors.find import LABELS, builtin_folder
from qa_sync.systems.connectors.folder import Problem, Severity
from qa_sync.systems.connectors.load import Connector, check_connector
from qa_sync.systems.connectors.operations import VERBS
from qa_sync.values.form import Json

EXIT: dict[Severity, int] = {Severity.FATAL: 2, Severity.MISSING: 1, Severity.NOTE: 0}
"""The exit code for each severity of a problem."""


@click.group(invoke_without_command=True)
@click.pass_context
def connectors(ctx: click.Context) -> None:
    """List, show and check connectors.

    \b
    qa-sync connectors list
    qa-sync connectors show woocommerce
    qa-sync connectors check path/to/folder
    qa-sync connectors check
    qa-sync connectors new
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


connectors.add_command(new)


@connectors.command("list")
def list_() -> None:
    """List the built-in connectors and the system names that specs use for them."""
    for name, labels in LABELS.items():
        click.echo(f"{name:<16}{', '.join(labels)}")


@connectors.command()
@click.argument("connector", metavar="NAME|PATH")
def show(connector: str) -> None:
    """Show a connector's entities and properties."""
    loaded, _ = _inspect(connector)
    _print_lines(line for card in loaded.cards.values() for line in _card(card))


@connectors.command()
@click.argument("connector", metavar="[NAME|PATH|SYSTEM]", required=False)
@click.option("--guesses", is_flag=True, help="List what a draft marks as guessed.")
@click.option("--learn", is_flag=True, help="Read SYSTEM, and show which edits of its connector follow from that.")
@click.option("--write", is_flag=True, help="With --learn: make the edits.")
@config_option
def check(connector: str | None, config: Path | None, guesses: bool, learn: bool, write: bool) -> int:
    """Check a connector, or test the connection to the systems of the settings.

    With NAME or PATH, list the operations of the connector and report what is missing. With SYSTEM, or without an
    argument, send one read request to each system and show which account it is authenticated as.

    With SYSTEM and --learn, read two pages of each list and one record twice, and show what that says about the
    connector: page sizes, styles of times, types, values, and guesses that are settled. No system is written to.

    \b
    qa-sync connectors check path/to/folder    its operations by datatype, and what is missing
    qa-sync connectors check "Acme X5"         the system of that name in qa-sync.toml
    qa-sync connectors check                   all systems of qa-sync.toml
    qa-sync connectors check Acme --learn      which edits reading suggests

    Exit codes: 0 usable; 1 the connector lacks something it needs; 2 the connector, the settings or the command line
    are invalid; 3 a system did not respond or rejected the credentials, or a list could not be read.
    """
    settings = settings_from(config)
    if learn or write:
        return learn_system(settings, connector, write=write)
    if connector is None and not settings.systems:
        raise UsageError(
            "nothing to check: no connector was given, and the settings have no systems",
            hint="give a connector's name or folder, or a qa-sync.toml with --config",
        )
    if connector is None or _is_system(connector, settings):
        return ping_all(settings, list(settings.systems) if connector is None else [connector])
    loaded, problems = _inspect(connector, settings.systems)
    _print_lines([*_system(loaded), *(line for a in capabilities_of(loaded) for line in _abilities(a))])
    _print_lines(_guesses(connector, listed=guesses))
    _print_lines((f"{problem.severity}: {problem}" for problem in problems), err=True)
    return max((EXIT[problem.severity] for problem in problems), default=0)


def _guesses(connector: str, *, listed: bool) -> list[str]:
    """Return how many guesses each file of a drafted connector has, or the guesses with their places."""
    folder = builtin_folder(connector) if connector in LABELS else Path(connector)
    found = {name: marked_lines(folder / name) for name in GUESSED_FILES}
    if listed:
        return [f"{name}:{number}: {why}" for name, marks in found.items() for number, why in marks]
    counted = [f"{len(marks)} in {name}" for name, marks in found.items() if marks]
    return [f"guesses to check: {', '.join(counted)} (--guesses lists them)"] if counted else []


def _is_system(name: str, settings: Settings) -> bool:
    """Return whether a name is a system of the settings; built-in connector names and folders take precedence."""
    offline = name in LABELS or Path(name).is_dir()
    return name in settings.systems or (settings.system(name) is not None and not offline)


def ping_all(settings: Settings, labels: Sequence[str]) -> int:
    """Send a read request to each system, print how it ended, and return the exit code."""
    from qa_sync.modes.live_systems.ping import ping_each  # noqa: PLC0415 - the other commands need no network

    code = 0
    for ping in ping_each(settings, labels, notify):
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
        hint = "give a built-in name, the path of a connector folder, or a system of qa-sync.toml"
        raise UnknownName("connector", name, [*LABELS, *more], hint=hint)
    return check_connector(Path(name).resolve(), env={}, payloads={})


def _print_lines(lines: Iterable[str], *, err: bool = False) -> None:
    """Print lines that come from a connector folder, with control characters escaped."""
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
    if defaults := sorted(connector.parameters & connector.defaults.keys()):
        yield f"  parameters with a default: {', '.join(_default(name, connector.defaults[name]) for name in defaults)}"
    if addresses := addresses_of(connector):
        yield f"  addresses, of which `url` replaces the first: {', '.join(addresses)}"


def _default(name: str, value: Json) -> str:
    """Return a parameter with its default if that is an address; another value may be none to show."""
    return f"{name} = {value}" if "://" in str(value) else name


def _abilities(abilities: Capabilities) -> Iterator[str]:
    words = [verb if verb in abilities.can else "-" * len(verb) for verb in VERBS]
    listing = [f"pages until {abilities.paging}" if abilities.paging else "one page"] if "list" in abilities.can else []
    listing += ["since"] if abilities.since else []
    listing += [f"once per {abilities.parent}"] if abilities.parent else []
    listing += ["each row looked up"] if abilities.looks_up_rows else []
    yield f"  {abilities.datatype:<24}{' '.join(words)}  key {abilities.key}{''.join(f', {t}' for t in listing)}"
    for verb, reason in abilities.cannot.items():
        yield f"    no {verb}: {reason}"


def _card(card: EntityCard) -> Iterator[str]:
    yield f"{card.datatype} ({', '.join(card.names)}), key {card.key}"
    yield from (f"  {line}" for line in map(_property, card.properties.values()))


def _property(card: PropertyCard) -> str:
    reason = f" ({card.why})" if card.why else ""
    return f"{card.path}  {card.concept or '-'}  {card.form.convert}  {card.writable}{reason}"
