"""Every command with its options, and the variables that give them, from the command line's own definition."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Sequence
from typing import Any, cast

import click

from qa_sync.cli.main import qa_sync
from qa_sync.cli.options.option_groups import OTHERS, GroupedCommand
from qa_sync.cli.variables import VARIABLES
from qa_sync.pytest_plugin.hooks import pytest_addoption
from reference.markup import code, heading, indented, prose, table

PROGRAM = "qa-sync"


def every_command() -> Iterator[tuple[str, click.Command]]:
    """Yield each command with its whole name, a group before its commands."""
    yield from _commands(PROGRAM, qa_sync)


def _commands(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for inner in command.list_commands(context):
            if found := command.get_command(context, inner):
                yield from _commands(f"{name} {inner}", found)


def commands() -> str:
    """Return a section for each command: usage, text, options in their groups, variables."""
    return "".join(_command(name, command) for name, command in every_command())


def _command(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=name)
    usage = " ".join([name, *command.collect_usage_pieces(context)])
    parts = [heading(name), f".. program:: {name}\n\n", f".. code-block:: text\n\n   {usage}\n\n", help_text(command)]
    for title, options in _grouped(command):
        parts += [f".. rubric:: {title}\n\n", *(_option(name, option) for option in options)]
    return "".join(parts)


def help_text(command: click.Command) -> str:
    """Return a command's help: its paragraphs, and literal blocks where click is told not to rewrap."""
    parts = []
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        literal = paragraph.removeprefix("\b\n")
        parts.append(prose(paragraph) + "\n" if literal == paragraph else f"::\n\n{indented(literal)}")
    return "\n".join(parts) + "\n"


def options_of(command: click.Command) -> Sequence[click.Option]:
    """Return the options of a command, without the one for help that all have."""
    return [p for p in command.params if isinstance(p, click.Option) and not p.hidden]


def _grouped(command: click.Command) -> Iterator[tuple[str, Sequence[click.Option]]]:
    options = {option.name: option for option in options_of(command)}
    for title, names in (command.groups if isinstance(command, GroupedCommand) else {}).items():
        yield title, [options.pop(name) for name in names]
    if options:
        yield (OTHERS if isinstance(command, GroupedCommand) else "Options"), list(options.values())


def _option(name: str, option: click.Option) -> str:
    value = "" if option.is_flag else f" {option.make_metavar(click.Context(qa_sync))}"
    names = ", ".join(f"{spelling}{value}" for spelling in (*option.opts, *option.secondary_opts))
    facts = [prose(option.help or "")]
    if default := _default(option):
        facts.append(f"Default: {default}.")
    if option.multiple:
        facts.append("May be given several times.")
    if variable := variable_of(name, option):
        facts.append(f"Variable: {code(variable)}.")
    return f".. option:: {names}\n\n   {' '.join(facts)}\n\n"


def _default(option: click.Option) -> str:
    if isinstance(option.show_default, str):
        return prose(option.show_default)
    return code(str(option.default)) if option.show_default and option.default not in {None, False} else ""


def variable_of(name: str, option: click.Option) -> str | None:
    """Return the environment variable that gives an option of the command with that whole name."""
    if name == PROGRAM or not option.expose_value:
        return None
    named = [option.envvar] if isinstance(option.envvar, str) else list(option.envvar or ())
    command = name.removeprefix(f"{PROGRAM} ").replace(" ", "_")
    return named[-1] if named else f"QA_SYNC_{command}_{option.name}".upper()


def variables() -> str:
    """Return the variables that are not a command's option."""
    return table(("Variable", "Meaning"), ((code(name), prose(meaning)) for name, meaning in VARIABLES.items()))


def option_variables() -> str:
    """Return the variable of every option of every command."""
    rows = (
        (code(variable), f":option:`{name} {max(option.opts, key=len)}`")
        for name, command in every_command()
        for option in options_of(command)
        if (variable := variable_of(name, option))
    )
    return table(("Variable", "Option"), rows)


def exit_codes() -> str:
    """Return the exit codes that the help of each command names."""
    rows = (
        (f":program:`{name}`", code(number), prose(meaning) + ".")
        for name, command in every_command()
        for number, meaning in exit_codes_of(command)
    )
    return table(("Command", "Code", "Meaning"), rows, "25 10 65")


def exit_codes_of(command: click.Command) -> Sequence[tuple[str, str]]:
    """Return the exit codes in a command's help, each with its meaning."""
    text = " ".join(inspect.cleandoc(command.help or "").split())
    _, _, listed = text.partition("Exit codes: ")
    return re.findall(r"(\d) (.*?)(?:; (?=\d )|\.?$)", listed)


class _Recorder:
    """Takes what a plugin gives pytest's parser."""

    def __init__(self) -> None:
        self.options: list[tuple[str, str]] = []
        self.settings: list[tuple[str, str]] = []

    def getgroup(self, *_: str) -> _Recorder:
        return self

    def addoption(self, name: str, *, help: str, metavar: str = "", choices: Sequence[str] = (), **_: object) -> None:
        value = metavar or "|".join(choices)
        self.options.append((f"{name} {value}".strip(), help))

    def addini(self, name: str, help: str, *_: object, **__: object) -> None:
        self.settings.append((name, help))


def pytest_options() -> str:
    """Return the options and settings that the plugin gives pytest."""
    recorder = _Recorder()
    pytest_addoption(cast(Any, recorder))
    rows = [*recorder.options, *recorder.settings]
    return table(("Option or setting", "Meaning"), ((code(name), prose(meaning)) for name, meaning in rows), "35 65")
