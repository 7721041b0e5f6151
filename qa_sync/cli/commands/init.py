"""`qa-sync init`: write the first settings for the systems of specs."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from pathlib import Path

import click
from msgspec.structs import replace

from qa_sync.cli.commands.connectors import ping_all
from qa_sync.cli.confirm import is_interactive
from qa_sync.cli.notice import print_lines
from qa_sync.dataflow.load import load_dataflow
from qa_sync.errors import UsageError
from qa_sync.files import write_atomically
from qa_sync.modes.find_connectors import connector_folders, entities_by_label, first_system
from qa_sync.modes.first_settings import NEEDED, TRIGGERS, FirstSync, FirstSystem, first_settings, to_fill_in
from qa_sync.reports.shared.escape import escape_invisible
from qa_sync.settings.model import FILE_NAME, Trigger
from qa_sync.settings.read import load_settings
from qa_sync.settings.value_types import URL_VALUE


@click.command()
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=FILE_NAME,
    show_default=True,
    help="The file to write; it must not exist.",
)
@click.option("--trigger", type=click.Choice([str(t) for t in Trigger]), help="How the sync under test is started.")
@click.option("--yes", "-y", is_flag=True, help="Ask nothing; what is not known is marked `fill in`.")
def init(specs: Sequence[str], output: Path, trigger: str | None, yes: bool) -> int:
    """Write settings for the systems that specs name.

    A system's connector is a built-in one, or a folder nearby that is called like the system or has all of its
    entities. What cannot be known is asked for; without a terminal it is marked `fill in`. Secrets are never asked for:
    the file has the names of environment variables. Ends with a test of the connections where nothing is missing.

    \b
    qa-sync init specs/000.txt
    qa-sync init specs/000.txt specs/003.txt --trigger wait --yes

    Exit codes: 0 complete; 1 something is to be filled in or exported; 2 a spec or the command line is invalid; 3 a
    system did not respond or rejected the credentials.
    """
    if output.exists():
        raise UsageError(f"{output} exists already", hint="edit it, or write another file with --output")
    start = output.absolute().parent
    folders = list(connector_folders(start))
    named = entities_by_label([load_dataflow(spec) for spec in specs])
    systems = [first_system(label, entities, folders, start) for label, entities in named.items()]
    asks = is_interactive() and not yes
    if asks:
        systems = [_ask_system(system) for system in systems]
    sync = _ask_sync(trigger) if asks else FirstSync(Trigger(trigger or Trigger.WAIT))
    text = first_settings(systems, sync, specs)
    write_atomically(output, text)
    return _report(output, systems, text)


def _report(output: Path, systems: Sequence[FirstSystem], text: str) -> int:
    settings = load_settings(output)
    print_lines([f"Wrote {output}: {', '.join(system.label for system in systems)}"])
    missing = to_fill_in(text)
    if missing:
        print_lines(["To fill in:", *(f"  {output}:{number}: {line.strip('# ')}" for number, line in missing)])
    variables = [variable for system in systems for variable in system.variables().values()]
    unset = [variable for variable in variables if not os.environ.get(variable)]
    if unset:
        print_lines(["To export:", *(f"  export {variable}=..." for variable in unset)])
    if missing or unset:
        print_lines(["Next: qa-sync connectors check"])
        return 1
    return ping_all(settings, list(settings.systems))


def _ask_system(system: FirstSystem) -> FirstSystem:
    label = escape_invisible(system.label)
    if not system.connector:
        folder = click.prompt(f"Connector folder of {label} (empty: later)", default="", show_default=False, err=True)
        system = replace(system, connector=folder)
    url = click.prompt(f"URL of {label} (empty: later)", default=system.url, err=True, value_proc=_url)
    writes = click.confirm(f"May qa-sync create, change and delete test records in {label}?", err=True)
    return replace(system, url=url, writes=writes)


def _url(text: str) -> str:
    try:
        return str(URL_VALUE.read(text)) if text else ""
    except ValueError:
        raise click.BadParameter(f"expected {URL_VALUE.expected}") from None


def _ask_sync(trigger: str | None) -> FirstSync:
    if trigger is None:
        print_lines(["How is the sync under test started?", *(f"  {t}: {words}" for t, words in TRIGGERS.items())])
        trigger = click.prompt("Trigger", type=click.Choice([str(t) for t in Trigger]), default="wait", err=True)
    chosen = Trigger(trigger)
    keys: dict[str, str | tuple[str, ...]] = {}
    for name, example in NEEDED.get(chosen, {}).items():
        if name == "url":
            keys[name] = click.prompt("Its URL (empty: later)", default="", err=True, value_proc=_url)
        else:
            words = click.prompt(
                f"Its {name}, as in {example}, with blanks between (empty: later)", default="", err=True
            )
            keys[name] = tuple(shlex.split(words))
    return FirstSync(chosen, keys)
